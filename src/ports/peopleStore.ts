import type { Result } from '../kernel/result.ts';
import type { People } from '../schema/people.ts';

/**
 * Where users, sessions and hashed tokens are kept, as one document. A store that cannot be read is an error, never an empty
 * one: nobody is let in because nobody could be looked up.
 */
export interface PeopleStore {
  read(): Promise<Result<People, string>>;
  /**
   * Applies `change` to the newest state and keeps the outcome, durably, before it resolves. Compare-and-swap: `change` is
   * called again on newer state when somebody else was faster, so it is pure. `undefined` from it leaves all as it is.
   */
  update(change: (people: People) => People | undefined): Promise<Result<void, string>>;
}
