import { describe, expect, it } from 'vitest';
import type { MetricsReading } from '../schema/samples.ts';
import { objectiveSignals } from './objectives.ts';
import { blueprintOf, NOW, objectOf, workloadOf } from './observations.ts';

const signals = (
  objects: MetricsReading['objects'],
  failures: MetricsReading['failures'] = [],
  blueprint = blueprintOf(),
) => objectiveSignals(workloadOf(2), { source: 'test', usage: [], objects, failures }, blueprint, NOW);

describe('objectives as signals', () => {
  it.each([
    { when: 'p95 is on its target', metric: 'p95_seconds', value: 0.2, says: 'hold', reads: 200 },
    { when: 'p95 is over it', metric: 'p95_seconds', value: 0.201, says: 'up', reads: 201 },
    { when: 'errors are on their threshold', metric: 'error_ratio', value: 0.01, says: 'hold', reads: 0.01 },
    { when: 'errors are over it', metric: 'error_ratio', value: 0.011, says: 'up', reads: 0.011 },
  ])('say $says when $when', ({ metric, value, says, reads }) => {
    const signal = signals([objectOf(metric, value)]).find((one) => one.state === 'fresh');
    expect(signal).toMatchObject({ says });
    expect(signal?.value).toBeCloseTo(reads, 9);
  });

  it.each([
    { when: 'is not a number', metric: 'p95_seconds', value: Number.NaN, state: 'implausible' },
    { when: 'is infinite', metric: 'p95_seconds', value: Number.POSITIVE_INFINITY, state: 'implausible' },
    { when: 'is negative', metric: 'error_ratio', value: -0.01, state: 'implausible' },
    { when: 'is a p95 of exactly an hour', metric: 'p95_seconds', value: 3600, state: 'fresh' },
    { when: 'is a p95 over an hour', metric: 'p95_seconds', value: 3601, state: 'implausible' },
    { when: 'is every request failing', metric: 'error_ratio', value: 1, state: 'fresh' },
    { when: 'is more errors than requests', metric: 'error_ratio', value: 1.01, state: 'implausible' },
  ])('are $state when the value $when', ({ metric, value, state }) => {
    const name = metric === 'p95_seconds' ? 'latency_p95' : 'error_rate';
    const signal = signals([objectOf(metric, value)]).find((one) => one.name === name);
    expect(signal).toMatchObject({ state, ...(state === 'fresh' ? {} : { says: 'nothing' }) });
  });

  it.each([
    { rate: 19.9 / 300, says: 'hold', detail: '19 requests in 5 min, too few to tell' },
    { rate: 20 / 300, says: 'up', detail: undefined },
    { rate: undefined, says: 'up', detail: undefined },
  ])('say $says over the target at $rate requests a second', ({ rate, says, detail }) => {
    const objects = [
      objectOf('p95_seconds', 12),
      ...(rate === undefined ? [] : [objectOf(blueprintOf().metrics.requestsPerSecond, rate)]),
    ];
    const [latency] = signals(objects);
    expect(latency).toMatchObject({ name: 'latency_p95', value: 12_000, state: 'fresh', says });
    expect(latency?.detail).toBe(detail);
  });

  it.each([
    { requests: 6, says: 'hold', detail: '6 requests in 60 s, too few to tell' },
    { requests: 20, says: 'up', detail: undefined },
  ])(
    'say $says over the target out of $requests requests that the source itself counted',
    ({ requests, says, detail }) => {
      const busy = objectOf(blueprintOf().metrics.requestsPerSecond, 100);
      const [latency] = signals([
        objectOf('p95_seconds', 12.083, { requests, overMs: 60_000, source: 'prometheus' }),
        busy,
      ]);
      expect(latency).toMatchObject({ value: 12_083, says, requests, overMs: 60_000, source: 'prometheus' });
      expect(latency?.detail).toBe(detail);
    },
  );

  it('say why a quantile of nothing is no number', () => {
    const [latency] = signals([objectOf('p95_seconds', Number.NaN, { requests: 0, overMs: 60_000 })]);
    expect(latency).toMatchObject({ state: 'implausible', says: 'nothing' });
    expect(latency?.detail).toBe('p95_seconds is NaN: no requests in 60 s');
  });

  it('take the newest sample of this Deployment only', () => {
    const objects = [
      objectOf('p95_seconds', 0.1, { at: NOW - 15_000 }),
      objectOf('p95_seconds', 0.15),
      objectOf('p95_seconds', 9, { deployment: 'api' }),
      objectOf('p95_seconds', 9, { namespace: 'other' }),
    ];
    expect(signals(objects)[0]).toMatchObject({ name: 'latency_p95', value: 150, sampleAt: NOW });
  });

  it('grow old by their own time, also when the value stands still', () => {
    const [latency] = signals([objectOf('p95_seconds', 0.1, { at: NOW - 60_000 })]);
    expect(latency).toMatchObject({
      state: 'stale',
      says: 'nothing',
      detail: 'newest sample is 60 s old, at most 45 s is fresh',
    });
  });

  it('say in the words of the source why there is none, of the metric that failed only', () => {
    const failures = [{ what: 'object' as const, metric: 'p95_seconds', message: 'many-to-many matching not allowed' }];
    expect(signals([], failures)).toMatchObject([
      { name: 'latency_p95', state: 'missing', detail: 'not to be had: many-to-many matching not allowed' },
      { name: 'error_rate', state: 'missing', detail: 'no sample of error_ratio' },
    ]);
  });

  it('are information when the blueprint does not declare them, and absent when they are not fresh either', () => {
    const blueprint = blueprintOf({ performance: {} });
    const objects = [
      objectOf('p95_seconds', 9),
      objectOf('error_ratio', 0.5, { at: NOW - 60_000 }),
      objectOf('requests', 12),
    ];
    expect(signals(objects, [], blueprint)).toMatchObject([
      { name: 'latency_p95', value: 9000, says: 'nothing' },
      { name: 'requests_per_second', value: 12, says: 'nothing' },
    ]);
  });
});
