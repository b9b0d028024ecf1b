import { describe, expect, it } from 'vitest';
import type { HistoryPoint } from '../../schema/history.ts';
import { sampledAfter } from './afterConvergence.ts';

const SINCE = 1_000_000;
const pointAt = (afterMs: number, more: Partial<HistoryPoint> = {}): HistoryPoint => ({
  at: SINCE + afterMs,
  ready: 2,
  replicas: 2,
  cpu: 0.5,
  cpuAt: SINCE + afterMs,
  latencyP95: 100,
  latencyAt: SINCE + afterMs,
  overAlarm: false,
  overTarget: false,
  usable: true,
  missed: [],
  ...more,
});

describe('sampledAfter', () => {
  it.each([
    ['a sample of that moment', pointAt(0), 0],
    ['a newer one', pointAt(1), 1],
    ['one averaged mostly over the time before', pointAt(30_000, { overMs: 60_000 }), 0],
    ['one averaged mostly over the time after', pointAt(30_001, { overMs: 60_000 }), 1],
    ['a pass after it that saw old samples', pointAt(30_000, { cpuAt: SINCE, latencyAt: SINCE - 1 }), 0],
  ])('counts %s by what it is made from', (_, point, count) => {
    expect(sampledAfter([point], SINCE)).toHaveLength(count);
  });

  it('takes out what was sampled before, and keeps the rest of the point', () => {
    const [kept] = sampledAfter([pointAt(10_000, { latencyAt: SINCE - 5 })], SINCE);
    expect(kept).toMatchObject({ cpu: 0.5 });
    expect(kept).not.toHaveProperty('latencyP95');
  });
});
