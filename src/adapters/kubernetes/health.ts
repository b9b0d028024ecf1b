import type { ApiHealth } from '../../ports/apiHealth.ts';
import type { Clock } from '../../ports/clock.ts';

const WINDOW_MS = 300_000;
const BUCKET_MS = 10_000;

interface Bucket {
  readonly at: number;
  calls: number;
  failures: number;
}

/** Counts in buckets of ten seconds: bounded, whatever the rate. */
export class HealthCounter {
  readonly #clock: Clock;
  #buckets: Bucket[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  count(failed: boolean): void {
    const at = Math.floor(this.#clock.now() / BUCKET_MS) * BUCKET_MS;
    let bucket = this.#buckets.at(-1);
    if (bucket?.at !== at) {
      this.#drop();
      bucket = { at, calls: 0, failures: 0 };
      this.#buckets.push(bucket);
    }
    bucket.calls += 1;
    if (failed) bucket.failures += 1;
  }

  read(): ApiHealth {
    this.#drop();
    return this.#buckets.reduce(
      (sum, bucket) => ({ calls: sum.calls + bucket.calls, failures: sum.failures + bucket.failures }),
      { calls: 0, failures: 0 },
    );
  }

  #drop(): void {
    const now = this.#clock.now();
    this.#buckets = this.#buckets.filter((bucket) => bucket.at + BUCKET_MS > now - WINDOW_MS && bucket.at <= now);
  }
}
