/** Where time comes from, all in ms. */
export interface TimeSources {
  /** Since the epoch; somebody may set it. */
  wall(): number;
  /** Since some moment; nobody can set it, and it stands still while the machine sleeps. */
  steady(): number;
  /** Since the start of the machine, sleep included; may be coarse and slow to ask. */
  uptime(): number;
}

/** A step up to this is followed: less than what samples and servers differ by anyway. */
const FOLLOWED_MS = 1_000;
const LOOK_EVERY_MS = 1_000;

/**
 * The epoch's time as it was when the process started, carried on by what has passed since. Cooldowns, budgets and
 * deadlines are spans: a clock that is set an hour forward must not end them, nor one that is set back make them last.
 * Sleep of the machine counts as passed. A new process takes the wall's time again; what it then writes is held against the
 * API server's (see executor/serverTime.ts).
 */
export class SteadyClock {
  readonly #sources: TimeSources;
  readonly #listeners: ((byMs: number) => void)[] = [];
  /** Epoch minus `steady`. */
  #offset: number;
  /** `uptime` minus `steady`: it grows by every sleep. */
  #slept: number;
  #lookedAt: number;
  #told = 0;

  constructor(sources: TimeSources) {
    this.#sources = sources;
    const steady = sources.steady();
    this.#offset = sources.wall() - steady;
    this.#slept = sources.uptime() - steady;
    this.#lookedAt = steady;
  }

  now(): number {
    const steady = this.#sources.steady();
    if (steady - this.#lookedAt >= LOOK_EVERY_MS) this.#look(steady);
    return Math.round(steady + this.#offset);
  }

  /** Called once with how far the wall's clock was moved, for every step that is not followed. */
  onStep(listener: (byMs: number) => void): void {
    this.#listeners.push(listener);
  }

  #look(steady: number): void {
    this.#lookedAt = steady;
    const slept = this.#sources.uptime() - steady - this.#slept;
    if (slept > FOLLOWED_MS) {
      this.#slept += slept;
      this.#offset += slept;
    }
    const ahead = this.#sources.wall() - steady - this.#offset;
    if (Math.abs(ahead) <= FOLLOWED_MS) {
      this.#offset += ahead;
      this.#told = 0;
      return;
    }
    if (Math.abs(ahead - this.#told) <= FOLLOWED_MS) return;
    this.#told = ahead;
    for (const listener of this.#listeners) listener(Math.round(ahead));
  }
}
