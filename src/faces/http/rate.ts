import type { Clock } from '../../ports/clock.ts';

export interface Pace {
  /** So many a second over time. */
  readonly perSecond: number;
  /** So many at once after a rest. */
  readonly burst: number;
}

/** So many may be known; of more, those that have rested longest are forgotten, who lose nothing by it. */
const MOST_KNOWN = 2_000;

/** How fast each of several people may call. */
export class Rate {
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #left = new Map<string, { readonly tokens: number; readonly at: number }>();

  constructor(clock: Clock, pace: Pace) {
    this.#clock = clock;
    this.#pace = pace;
  }

  /** 0: go on. Else milliseconds to wait; nothing was taken. */
  take(who: string, calls = 1): number {
    const { perSecond, burst } = this.#pace;
    const now = this.#clock.now();
    const before = this.#left.get(who) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, before.tokens + (Math.max(0, now - before.at) / 1_000) * perSecond);
    if (tokens < calls) return Math.ceil(((calls - tokens) / perSecond) * 1_000);
    this.#left.delete(who);
    this.#left.set(who, { tokens: tokens - calls, at: now });
    if (this.#left.size > MOST_KNOWN) {
      const [oldest] = this.#left.keys();
      if (oldest !== undefined) this.#left.delete(oldest);
    }
    return 0;
  }
}
