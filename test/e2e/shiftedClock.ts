import { systemClock } from '../../src/adapters/system/systemClock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsSource } from '../../src/ports/metrics.ts';
import type { WorkloadWriter } from '../../src/ports/workload.ts';

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

  /** The API server's own time in what it answers to a write: the machine's, told in this one. */
  answered(workloads: WorkloadWriter): WorkloadWriter {
    return {
      apply: async (permit, lastChange, options) => {
        const done = await workloads.apply(permit, lastChange, options);
        if (!done.ok) return done;
        const { metadata, ...object } = done.value;
        const managedFields = (metadata.managedFields ?? []).map((entry) => ({
          ...entry,
          ...(entry.time !== undefined && { time: this.#told(entry.time) }),
        }));
        return { ok: true, value: { ...object, metadata: { ...metadata, managedFields } } };
      },
    };
  }

  #told(time: string): string {
    return new Date(Math.min(Date.parse(time) + this.#skipped, this.now())).toISOString();
  }
}
