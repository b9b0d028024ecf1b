import type { Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PeopleStore } from '../../ports/peopleStore.ts';
import type { People } from '../../schema/people.ts';

/** More than a team opens at once; what one cookie more costs. */
const SPARE = 10;
const WINDOW_MS = 1_000;

/**
 * Reads of the store for the secrets of sessions and tokens. One that was there at the last look is looked up now, so that
 * what was taken away is gone at once. Those that were not may be made up, by anybody and as many as they like: they get a
 * few looks a second between them, and then wait together for the next one. So a session that was opened at another gateway
 * is found, a little later, and a flood costs the store as much as one reader.
 */
export class Lookups {
  readonly #store: PeopleStore;
  readonly #clock: Clock;
  #seen: People | undefined;
  #known: ReadonlySet<string> = new Set();
  #window = { from: Number.NEGATIVE_INFINITY, looks: 0 };
  #next: Promise<Result<People, string>> | undefined;

  constructor(store: PeopleStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Everybody, as of a look that began after this call. `digest`: of the secret that is looked for. */
  peopleFor(digest: string): Promise<Result<People, string>> {
    if (this.#known.has(digest)) return this.#look();
    const now = this.#clock.now();
    if (now - this.#window.from >= WINDOW_MS) this.#window = { from: now, looks: 0 };
    this.#window.looks += 1;
    if (this.#window.looks <= SPARE) return this.#look();
    this.#next ??= this.#lookAfter(this.#window.from + WINDOW_MS - now);
    return this.#next;
  }

  async #lookAfter(ms: number): Promise<Result<People, string>> {
    await this.#clock.sleep(ms);
    // Before it begins: who comes later waits for another.
    this.#next = undefined;
    return this.#look();
  }

  async #look(): Promise<Result<People, string>> {
    const read = await this.#store.read();
    if (read.ok && read.value !== this.#seen) {
      const { sessions, tokens } = read.value;
      this.#seen = read.value;
      this.#known = new Set([...sessions.map(({ id }) => id), ...tokens.map(({ hash }) => hash)]);
    }
    return read;
  }
}
