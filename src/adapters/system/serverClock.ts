import type { Clock } from '../../ports/clock.ts';

/** What the whole seconds of an HTTP date and the way of an answer come to: less is no other time. */
const SAME_MS = 3_000;

/** The time of a server, as its answers say it, where it is clearly another than ours; waiting goes by our own. */
export class ServerClock implements Clock {
  readonly #own: Clock;
  #ahead = 0;

  constructor(own: Clock) {
    this.#own = own;
  }

  /** `at`: the time that an answer says, ms since the epoch; undefined: it says none. */
  heard(at: number | undefined): void {
    if (at === undefined) return;
    const ahead = at + 500 - this.#own.now();
    this.#ahead = Math.abs(ahead) <= SAME_MS ? 0 : ahead;
  }

  now(): number {
    return this.#own.now() + this.#ahead;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#own.sleep(ms, signal);
  }
}
