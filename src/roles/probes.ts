import type { ApiCall } from '../ports/apiCall.ts';
import type { Clock } from '../ports/clock.ts';

/** As long as one sample may be old (G3). */
const GONE_MS = 45_000;

export interface Probed {
  readonly ok: boolean;
  /** For people; the same whoever asks. */
  readonly why: string;
}

/**
 * What a cluster asks a process. It lives as long as it answers: no restart mends what is outside. It is started once the
 * services were looked at, and ready unless no call to the API server is answered, or it is stopping. A standby is ready:
 * it watches, and acts as soon as it may.
 */
export class Probes {
  readonly #clock: Clock;
  #looked = false;
  #stopping = false;
  /** Of the calls since the last answer: the first that got none. */
  #unansweredSince: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Any status is an answer, a refusal too: what it says is for those who asked. */
  called({ status }: ApiCall): void {
    if (status !== undefined) this.#unansweredSince = undefined;
    else this.#unansweredSince ??= this.#clock.now();
  }

  looked(): void {
    this.#looked = true;
  }

  stopping(): void {
    this.#stopping = true;
  }

  started(): Probed {
    return this.#looked ? { ok: true, why: 'started' } : { ok: false, why: 'the services were not looked at yet' };
  }

  ready(): Probed {
    if (this.#stopping) return { ok: false, why: 'stopping' };
    if (!this.#looked) return this.started();
    const ms = this.#unansweredSince === undefined ? 0 : this.#clock.now() - this.#unansweredSince;
    return ms > GONE_MS
      ? { ok: false, why: `the API server has not answered for ${Math.round(ms / 1000)} s` }
      : { ok: true, why: 'ready' };
  }
}
