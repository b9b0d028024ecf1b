import type { Clock } from '../ports/clock.ts';

const WITHIN_MS = 600_000;
/** Far more than a person asks for; a client that runs away with their token gets no further. */
const MOST = { wishes: 30, questions: 600 } as const;
/** Bounds memory; whoever asked longest ago is forgotten first. */
const REMEMBERED = 10_000;

export type Asked = keyof typeof MOST;

/** One person's wishes one after the other, and only so many of them in ten minutes. */
export class Turns {
  readonly #clock: Clock;
  readonly #most: Readonly<Record<Asked, number>>;
  readonly #times = new Map<string, readonly number[]>();
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(clock: Clock, most: Readonly<Record<Asked, number>> = MOST) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Counts this one; else from when another one is taken (ms). */
  take(who: string, what: Asked): number | undefined {
    const now = this.#clock.now();
    const key = `${what} ${who}`;
    const lately = (this.#times.get(key) ?? []).filter((at) => now - at < WITHIN_MS);
    const [oldest] = lately;
    if (oldest !== undefined && lately.length >= this.#most[what]) return oldest + WITHIN_MS;
    this.#times.delete(key);
    this.#times.set(key, [...lately, now]);
    for (const first of this.#times.keys()) {
      if (this.#times.size <= REMEMBERED) break;
      this.#times.delete(first);
    }
    return undefined;
  }

  /** Runs `work` when what this person asked for before is settled: the same wish sent twice at once must find the first. */
  async inTurn<T>(who: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(who);
    const mine = (before ?? Promise.resolve()).then(work, work);
    this.#last.set(who, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(who) === mine) this.#last.delete(who);
    }
  }
}
