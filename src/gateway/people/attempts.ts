import type { Clock } from '../../ports/clock.ts';

const TRIES = 5;
const PAUSE_MS = 60_000;
/** Bounds memory; the oldest are forgotten first. */
const REMEMBERED = 10_000;

/**
 * Five wrong tries, then a pause of one minute, for a name and for an address: guessing one person's password from many
 * places is as slow as guessing many people's from one.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #wrong = new Map<string, { count: number; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long to wait before another try (ms); 0: now. */
  waitMs(...keys: readonly string[]): number {
    const now = this.#clock.now();
    return Math.max(
      0,
      ...keys.map((key) => {
        const wrong = this.#wrong.get(key);
        return wrong === undefined || wrong.count < TRIES ? 0 : wrong.at + PAUSE_MS - now;
      }),
    );
  }

  failed(...keys: readonly string[]): void {
    const now = this.#clock.now();
    for (const key of keys) {
      const before = this.#wrong.get(key);
      const fresh = before === undefined || now - before.at >= PAUSE_MS;
      this.#wrong.delete(key);
      this.#wrong.set(key, { count: fresh ? 1 : before.count + 1, at: now });
    }
    for (const oldest of this.#wrong.keys()) {
      if (this.#wrong.size <= REMEMBERED) break;
      this.#wrong.delete(oldest);
    }
  }

  succeeded(...keys: readonly string[]): void {
    for (const key of keys) this.#wrong.delete(key);
  }
}
