import type { Clock } from '../../ports/clock.ts';
import type { Journal } from '../../ports/journal.ts';
import type { Log } from '../../ports/log.ts';
import type { PeopleStore } from '../../ports/peopleStore.ts';
import type { Attempts } from './attempts.ts';
import type { Gatekeeper } from './gatekeeper.ts';

/** What login and the care of users, links and tokens work with. */
export interface PeopleDeps {
  readonly store: PeopleStore;
  readonly keeper: Gatekeeper;
  /** Of one-time links; the gatekeeper counts those of passwords itself. */
  readonly attempts: Attempts;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly log: Log;
}
