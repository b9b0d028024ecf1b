import type { SigningKey } from '../approvals/keys.ts';
import type { Trust } from '../approvals/tally.ts';
import type { Observer } from '../observe/observer.ts';
import type { BlueprintFiles } from '../ports/blueprintFiles.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReader, RecordWriter } from '../ports/cluster.ts';
import type { Ids } from '../ports/ids.ts';
import type { Journal } from '../ports/journal.ts';
import type { JournalFiles } from '../ports/journalFiles.ts';
import type { Log } from '../ports/log.ts';
import type { Turns } from './turns.ts';

/** What the gateway works with. It holds the key that speaks for people, and no way to a workload. */
export interface GatewayDeps {
  readonly observer: Pick<Observer, 'views' | 'fresh' | 'history' | 'decisions' | 'approvals' | 'onChange'>;
  readonly reader: ClusterReader;
  readonly records: RecordWriter;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly ownNamespace: string;
  readonly key: SigningKey;
  readonly trust: Trust;
  readonly turns: Turns;
  /** Where the blueprints of this cluster are kept as files: then the file is what a raise edits. */
  readonly files?: BlueprintFiles;
  /** The journals at hand; absent: none lies where this gateway runs. */
  readonly journals?: JournalFiles;
}

/** Why something a person asked the gateway for was not done. The code is stable; the message says what to do. */
export interface Refused {
  readonly code:
    | 'notFound'
    | 'stale'
    | 'decided'
    | 'notYours'
    | 'incomplete'
    | 'notOffered'
    | 'malformed'
    | 'tooMany'
    | 'busy'
    | 'unavailable';
  readonly message: string;
}
