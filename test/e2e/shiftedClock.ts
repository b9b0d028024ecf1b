import { systemClock } from '../../src/adapters/system/systemClock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsSource } from '../../src/ports/metrics.ts';

/** The machine's time, which can be stopped and skipped: for programs that run inside a test beside a real cluster. */
export class ShiftedClock implements Clock {
  #skipped = 0;
  #stopped: number | undefined;

  now(): number {
    return this.#stopped ?? systemClock.now() + this.#skipped;
  }

  /** Waits are the machine's own, so that a call that hangs still ends. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  stop(): void {
    this.#stopped = this.now();
  }

  skip(ms: number): void {
    this.#skipped += ms;
  }

  /** What a source measured at the machine's time, told in this one: while it stands still, as of now. */
  shifted(source: MetricsSource): MetricsSource {
    return {
      read: async (targets, signal) => {
        const reading = await source.read(targets, signal);
        const later = <T extends { readonly at: number }>(sample: T): T => ({
          ...sample,
          at: Math.min(sample.at + this.#skipped, this.now()),
        });
        return { ...reading, usage: reading.usage.map(later), objects: reading.objects.map(later) };
      },
    };
  }
}
