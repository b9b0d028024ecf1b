import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../../ports/clock.ts';
import type { MetricsSource } from '../../ports/metrics.ts';
import type { MetricsReading } from '../../schema/samples.ts';
import { Bounded } from './bounded.ts';

/** Who has read nothing for so long stands by: what was read then says nothing any more. */
const FORGOTTEN_MS = 120_000;

/** A metrics source, and what a reading of it was worth. */
export function meteredMetrics(source: MetricsSource, registry: Registry, clock: Clock): MetricsSource {
  const labels = ['source', 'what'] as const;
  const reads = new Counter({
    name: 'fairlead_metric_reads_total',
    help: 'Readings of the metrics sources; one covers all services.',
    labelNames: ['source'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'fairlead_metric_read_seconds',
    help: 'Length of a reading of the metrics sources.',
    buckets: [0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'fairlead_metric_failures_total',
    help: 'Queries of a reading that failed, by what was asked for (usage: CPU and memory; object: an objective).',
    labelNames: labels,
    registers: [registry],
  });
  const samples = new Gauge({
    name: 'fairlead_metric_samples',
    help: 'Samples in the newest reading.',
    labelNames: labels,
    registers: [registry],
  });
  const age = new Gauge({
    name: 'fairlead_metric_sample_age_seconds',
    help: 'Age of the newest sample when it was read. From 45 s on nothing disruptive is decided on it.',
    labelNames: labels,
    registers: [registry],
    collect() {
      if (clock.now() - readAt <= FORGOTTEN_MS) return;
      samples.reset();
      age.reset();
    },
  });
  const sources = new Bounded(10);
  let readAt = Number.NEGATIVE_INFINITY;

  const note = (reading: MetricsReading, began: number): void => {
    const now = clock.now();
    readAt = now;
    const named = sources.of(reading.source);
    reads.inc({ source: named });
    seconds.observe((now - began) / 1000);
    samples.reset();
    age.reset();
    for (const [what, read] of [
      ['usage', reading.usage],
      ['object', reading.objects],
    ] as const) {
      const failed = reading.failures.filter((failure) => failure.what === what).length;
      failures.inc({ source: named, what }, failed);
      samples.set({ source: named, what }, read.length);
      const newest = read.reduce((latest, { at }) => Math.max(latest, at), Number.NEGATIVE_INFINITY);
      if (Number.isFinite(newest)) age.set({ source: named, what }, Math.max(0, now - newest) / 1000);
    }
  };
  const past = source.past?.bind(source);
  return {
    ...(past && { past }),
    async read(targets, signal) {
      const began = clock.now();
      const reading = await source.read(targets, signal);
      note(reading, began);
      return reading;
    },
  };
}
