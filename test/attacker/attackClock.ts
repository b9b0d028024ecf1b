import { ManualClock } from '../../src/testing/manualClock.ts';
import type { SteppedClock } from '../../src/world/world.ts';

/** A clock that can be set wrong, as a machine's can. Whoever reads it knows nothing else of the time. */
export class AttackClock implements SteppedClock {
  readonly #true = new ManualClock();
  #offset = 0;
  #forward = 0;

  now(): number {
    return this.#true.now() + this.#offset;
  }

  /**
   * Time as budgets may count it: it never runs back, and a jump forward is time that passed, for nobody who reads only
   * this clock could tell.
   */
  age(): number {
    return this.#true.now() + this.#forward;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#true.sleep(ms, signal);
  }

  advance(ms: number): Promise<void> {
    return this.#true.advance(ms);
  }

  /** Sets the clock by so many milliseconds, either way. */
  jump(ms: number): void {
    this.#offset += ms;
    this.#forward += Math.max(0, ms);
  }
}
