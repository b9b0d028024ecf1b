import { describe, expect, it } from 'vitest';
import {
  type LoadParameters,
  measure,
  parametersFor,
  rateAt,
  rateFromTrace,
  replaced,
  secondsToLimit,
} from './load.ts';

const TICK = 15;
const storefront: LoadParameters = {
  rps: [
    [0, 400],
    [5 * TICK, 400],
    [7 * TICK, 1300],
  ],
  cpu_m_per_rps: 2,
  cpu_m_idle: 10,
  latency_ms_base: 60,
  error_pct_base: 0.1,
};
const search: LoadParameters = { ...storefront, rps: 600, cpu_m_per_rps: 1, max_rps_per_pod: 110 };
/** Its row fixes the demand (385m of a limit of 100m) but not how it splits into idle and per-request CPU. */
const worker: LoadParameters = { ...storefront, rps: 250, cpu_m_per_rps: 3 };
const eagle: LoadParameters = { ...storefront, rps: 940 };
const users: LoadParameters = { ...storefront, rps: 400 };
const capped: LoadParameters = { ...storefront, rps: 700, cpu_m_per_rps: 1.1, max_rps_per_pod: 300 };
const usual = { request: 500, limit: 1000 };

describe('the load model', () => {
  it.each([
    ['auto-02 with 3 pods while the load climbs', storefront, usual, 3, 6, 850, 576.7, 115.3, 60, 0.1],
    ['auto-02 with 3 pods at the peak', storefront, usual, 3, 30, 1300, 876.7, 175.3, 174.8, 0.1],
    ['auto-02 with 8 pods at the peak', storefront, usual, 8, 30, 1300, 335.0, 67.0, 60, 0.1],
    ['auto-10, overloaded', worker, { request: 100, limit: 100 }, 2, 5, 250, 100.0, 100.0, 2010, 74.1],
    ['auto-15, above what its pods can serve', search, usual, 5, 10, 600, 130.0, 26.0, 60, 8.4],
    ['auto-20, without request or limit', eagle, {}, 2, 5, 940, 950.0, undefined, 243.7, 0.1],
    ['auto-18, without a ready pod', users, usual, 0, 6, 400, undefined, undefined, undefined, 100],
    [
      'fault-19, tight limit and turned away',
      capped,
      { request: 500, limit: 500 },
      2,
      6,
      700,
      395.0,
      79.0,
      114.2,
      14.4,
    ],
  ])('answers the check values of %s', (_name, load, room, ready, tick, rps, cpu, pct, p95, errors) => {
    const measured = measure(load, ready, tick * TICK, room);
    expect(measured.rps).toBe(rps);
    near(measured.cpuPerPod, cpu);
    near(measured.cpuPct, pct);
    near(measured.p95Ms, p95);
    near(measured.errorPct, errors);
  });

  it.each([
    [0, 470],
    [29, 470],
    [30, 690],
    [59.9, 690],
    [60, 470],
  ])('alternates a square wave, starting low: %d s', (second, rps) => {
    expect(rateAt({ square: { low: 470, high: 690, half_period_s: 30 } }, second)).toBe(rps);
  });

  it('keeps the first and last rate outside the points, and steps where two points share a time', () => {
    const rate = [
      [10, 5],
      [20, 5],
      [20, 50],
    ] as const;
    expect([0, 10, 19.9, 20, 99].map((second) => rateAt(rate, second))).toEqual([5, 5, 5, 50, 50]);
  });

  it('overrides by image only for a majority of the ready pods', () => {
    const load = { ...storefront, by_image: { 'web:2': { latency_ms_base: 900 } } };
    expect(parametersFor(load, ['web:1', 'web:2']).latency_ms_base).toBe(60);
    expect(parametersFor(load, ['web:2', 'web:1', 'web:2']).latency_ms_base).toBe(900);
    expect(parametersFor(load, []).latency_ms_base).toBe(60);
  });

  it.each([
    ['a leak reaches the limit in time', { mem_mi_base: 100, mem_leak_mi_per_s: 2 }, 50],
    ['a base above the limit is there at once', { mem_mi_base: 300 }, 0],
    ['no leak never gets there', { mem_mi_base: 100 }, undefined],
  ])('%s', (_name, memory, seconds) => {
    expect(secondsToLimit({ rps: 0, ...memory }, 200)).toBe(seconds);
  });
});

describe('given instead of computed', () => {
  const measured = measure(storefront, 4, 0, usual);

  it('replaces the signals that are given, and no other', () => {
    const series = {
      latency_p95_ms: [
        [0, 100],
        [60, 300],
      ] as const,
      cpu_utilization_pct: 85,
    };
    expect(replaced(measured, series, 30, 500)).toEqual({ ...measured, p95Ms: 200, cpuPct: 85, cpuPerPod: 425 });
    expect(replaced(measured, {}, 30, 500)).toEqual(measured);
  });

  it('reads a trace as a rate: requests a minute, at the middles of the minutes', () => {
    const rate = rateFromTrace('minute,requests\n0,60\n1,120\n2,0\n', { factor: 10 });
    expect([0, 30, 60, 90, 150, 900].map((second) => rateAt(rate, second))).toEqual([10, 10, 15, 20, 0, 0]);
    expect(rateAt(rateFromTrace('minute,requests\n0,60\n1,120\n', { fromMinute: 1 }), 30)).toBe(2);
  });

  it('smooths a trace by a centred mean', () => {
    const rate = rateFromTrace('minute,requests\n0,0\n1,180\n2,0\n', { smoothMinutes: 3 });
    expect([30, 90, 150].map((second) => rateAt(rate, second))).toEqual([1.5, 1, 1.5]);
  });

  it.each([
    ['time,value\n0,1', 'line 1'],
    ['minute,requests\n0,1\n1,many', 'line 3'],
    ['minute,requests\n0,-1', 'line 2'],
  ])('refuses %j, naming the line', (csv, where) => {
    expect(() => rateFromTrace(csv)).toThrow(where);
  });
});

/** The table is rounded to one decimal. */
function near(actual: number | undefined, expected: number | undefined): void {
  if (expected === undefined || actual === undefined) expect(actual).toBe(expected);
  else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(0.0501);
}
