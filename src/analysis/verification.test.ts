import { describe, expect, it } from 'vitest';
import type { Check } from '../schema/blueprint.ts';
import type { History, HistoryPoint } from '../schema/history.ts';
import type { Baseline } from '../schema/records.ts';
import { assess } from './assess.ts';
import { blueprintOf, NOW, PASS_MS, pointOf, readingOf, workloadOf } from './observations.ts';
import { baselineOf, judge, missedEarly } from './verification.ts';

const P95: Check = {
  name: 'latency_p95',
  signal: 'latency_p95',
  comparator: '<',
  value: 200,
  critical: true,
  rollbackTrigger: true,
};
const ERRORS: Check = {
  name: 'error_rate',
  signal: 'error_rate',
  comparator: '<',
  value: 0.01,
  critical: true,
  rollbackTrigger: true,
};
const CPU: Check = {
  name: 'cpu',
  signal: 'cpu_utilization',
  comparator: '<',
  value: 0.8,
  critical: true,
  rollbackTrigger: true,
};

/** Passes since convergence, each with samples of its own, the newest at now. */
const passes = (...points: readonly Partial<HistoryPoint>[]): History =>
  points.map((overrides, index) => {
    const at = NOW - (points.length - 1 - index) * PASS_MS;
    return pointOf(at, { latencyAt: at, errorsAt: at, cpuAt: at, load: 2, ...overrides });
  });

const met: Baseline = { latencyP95: 125, errorRate: 0.001, cpu: 0.5, load: 2, breached: false };
const judged = (checks: readonly Check[], points: History, baseline = met, direction?: 'up' | 'down' | 'none') =>
  judge({
    checks,
    baseline,
    after: points,
    now: NOW,
    stabilizationMs: 60_000,
    ...(direction === undefined ? {} : { direction }),
  });

describe('phase 1', () => {
  it.each<{ when: string; points: History; baseline?: Baseline; direction?: 'up' | 'down' | 'none'; outcome: string }>([
    {
      when: 'the last two samples are good',
      points: passes({ latencyP95: 300 }, { latencyP95: 130 }, { latencyP95: 125 }),
      outcome: 'pass',
    },
    {
      when: 'the last two are bad (scenario 4)',
      points: passes({ latencyP95: 150 }, { latencyP95: 280 }, { latencyP95: 280 }),
      outcome: 'fail',
    },
    {
      when: 'only the last one is bad',
      points: passes({ latencyP95: 150 }, { latencyP95: 280 }),
      outcome: 'inconclusive',
    },
    {
      when: 'only the last one is good: a lucky one',
      points: passes({ latencyP95: 280 }, { latencyP95: 150 }),
      outcome: 'inconclusive',
    },
    {
      when: 'p95 is exactly on a limit that wants less',
      points: passes({ latencyP95: 200 }, { latencyP95: 200 }),
      outcome: 'fail',
    },
    { when: 'there is no sample', points: passes({}, {}), outcome: 'inconclusive' },
    { when: 'there is no point at all', points: [], outcome: 'inconclusive' },
    {
      when: 'two passes saw the same sample',
      points: passes({ latencyP95: 125, latencyAt: NOW }, { latencyP95: 125, latencyAt: NOW }),
      outcome: 'inconclusive',
    },
    {
      when: 'the source has died since',
      points: passes({ latencyP95: 125, latencyAt: NOW - 61_000 }, { latencyP95: 125, latencyAt: NOW - 46_000 }),
      outcome: 'inconclusive',
    },
    {
      when: 'a slow source is three intervals old at most',
      points: passes({ latencyP95: 125, latencyAt: NOW - 200_000 }, { latencyP95: 125, latencyAt: NOW - 140_000 }),
      outcome: 'pass',
    },
    {
      when: 'it was missed before and is better now',
      points: passes({ latencyP95: 260 }, { latencyP95: 240 }),
      baseline: { latencyP95: 300, load: 2, breached: true },
      outcome: 'insufficient',
    },
    {
      when: 'it was missed before and is as bad now',
      points: passes({ latencyP95: 300 }, { latencyP95: 300 }),
      baseline: { latencyP95: 300, load: 2, breached: true },
      outcome: 'insufficient',
    },
    {
      when: 'it was missed before and is worse at the same load',
      points: passes({ latencyP95: 400 }, { latencyP95: 400 }),
      baseline: { latencyP95: 300, load: 2, breached: true },
      outcome: 'fail',
    },
    {
      when: 'it was missed before and is worse at a higher load',
      points: passes({ latencyP95: 400, load: 3 }, { latencyP95: 400, load: 3 }),
      baseline: { latencyP95: 300, load: 2, breached: true },
      outcome: 'insufficient',
    },
    {
      when: 'nothing is known of before but that it was breached',
      points: passes({ latencyP95: 400 }, { latencyP95: 400 }),
      baseline: { breached: true },
      outcome: 'insufficient',
    },
    {
      when: 'nothing is known of before',
      points: passes({ latencyP95: 400 }, { latencyP95: 400 }),
      baseline: { breached: false },
      outcome: 'fail',
    },
    {
      when: 'load has grown by more than a fifth',
      points: passes({ latencyP95: 400, load: 2.41 }, { latencyP95: 400, load: 2.41 }),
      outcome: 'inconclusive',
    },
    {
      when: 'load has grown by a fifth',
      points: passes({ latencyP95: 400, load: 2.4 }, { latencyP95: 400, load: 2.4 }),
      outcome: 'fail',
    },
    {
      when: 'load has grown after an up',
      points: passes({ latencyP95: 400, load: 3 }, { latencyP95: 400, load: 3 }),
      direction: 'up',
      outcome: 'insufficient',
    },
    {
      when: 'load has grown after a down',
      points: passes({ latencyP95: 400, load: 3 }, { latencyP95: 400, load: 3 }),
      direction: 'down',
      outcome: 'inconclusive',
    },
    {
      when: 'load has hardly grown after a down',
      points: passes({ latencyP95: 400, load: 2.4 }, { latencyP95: 400, load: 2.4 }),
      direction: 'down',
      outcome: 'fail',
    },
    {
      when: 'the load after a down is not known',
      points: passes({ latencyP95: 400, load: undefined }, { latencyP95: 400, load: undefined }),
      direction: 'down',
      outcome: 'fail',
    },
    {
      when: 'it is met, near its limit, and half as bad again as before',
      points: passes({ latencyP95: 190 }, { latencyP95: 190 }),
      outcome: 'inconclusive',
    },
    {
      when: 'it is met and near its limit, at a higher load',
      points: passes({ latencyP95: 190, load: 3 }, { latencyP95: 190, load: 3 }),
      outcome: 'pass',
    },
    {
      when: 'it is met, worse, and far from its limit',
      points: passes({ latencyP95: 150 }, { latencyP95: 150 }),
      baseline: { ...met, latencyP95: 60 },
      outcome: 'pass',
    },
  ])('is $outcome when $when', ({ points, baseline, direction, outcome }) => {
    expect(judged([P95], points, baseline, direction).outcome).toBe(outcome);
  });

  it('takes p99 of 12 s out of six requests in five minutes for no evidence (field case 4)', () => {
    const rps = { requestsPerSecond: 6 / 300 };
    const points = passes({ latencyP95: 12_083, errorRate: 0, ...rps }, { latencyP95: 12_083, errorRate: 0, ...rps });
    const { outcome, checks } = judged([P95, ERRORS], points, { latencyP95: 26, load: 2, breached: false });
    expect(outcome).toBe('inconclusive');
    expect(checks.map((check) => check.outcome)).toEqual(['inconclusive', 'inconclusive']);
    expect(checks[0]?.message).toBe('12.1 s, wanted < 200 ms, but 1 request in 60 s: at least 20 are needed');
  });

  it.each([
    { requests: 19.8, outcome: 'inconclusive' },
    { requests: 20, outcome: 'pass' },
  ])('is $outcome at $requests requests in the window', ({ requests, outcome }) => {
    const point = { latencyP95: 125, requestsPerSecond: requests / 60 };
    expect(judged([P95], passes(point, point)).outcome).toBe(outcome);
  });

  it('needs no requests for a check of CPU', () => {
    const point = { cpu: 0.6, requestsPerSecond: 0 };
    expect(judged([CPU], passes(point, point)).outcome).toBe('pass');
  });

  it('calls CPU that is still high after an up insufficient, as more pods cannot have made it worse', () => {
    const point = { cpu: 0.9 };
    expect(judged([CPU], passes(point, point), met, 'up').outcome).toBe('insufficient');
    expect(judged([CPU], passes(point, point), met, 'down').outcome).toBe('fail');
    expect(judged([CPU], passes(point, point), { cpu: 1.2, load: 2, breached: false }).outcome).toBe('insufficient');
  });

  const good = { latencyP95: 125, errorRate: 0.001 };
  const aside = { ...ERRORS, critical: false };
  it.each<{ when: string; checks: Check[]; point: Partial<HistoryPoint>; outcome: string; says: string }>([
    {
      when: 'no check is configured',
      checks: [],
      point: good,
      outcome: 'pass',
      says: 'no check is configured: it converged',
    },
    {
      when: 'one critical check fails and one has no sample',
      checks: [P95, ERRORS],
      point: { latencyP95: 280 },
      outcome: 'fail',
      says: 'latency_p95: 280 ms, wanted < 200 ms (before: 125 ms)',
    },
    {
      when: 'one critical check passes and one has no sample',
      checks: [P95, ERRORS],
      point: { latencyP95: 125 },
      outcome: 'inconclusive',
      says: 'error_rate: 0 samples since the change, two are needed',
    },
    {
      when: 'only a check that is not critical fails',
      checks: [P95, aside],
      point: { ...good, errorRate: 0.05 },
      outcome: 'pass',
      says: 'latency_p95: 125 ms, wanted < 200 ms (before: 125 ms); error_rate: 5%, wanted < 1% (before: 0.1%)',
    },
    {
      when: 'only a check that is not critical is there, without a sample',
      checks: [aside],
      point: {},
      outcome: 'inconclusive',
      says: 'error_rate: 0 samples since the change, two are needed',
    },
  ])('is $outcome when $when', ({ checks, point, outcome, says }) => {
    const answer = judged(checks, passes(point, point));
    expect(answer).toMatchObject({ outcome, message: says });
    expect(answer.checks.map((check) => check.name)).toEqual(checks.map((check) => check.name));
  });
});

describe('the early end of phase 1', () => {
  const early = (checks: readonly Check[], points: History) =>
    missedEarly({ checks, baseline: met, after: points }).map((check) => check.name);

  it.each<{ when: string; checks: Check[]; points: History; missed: string[] }>([
    {
      when: 'two samples in a row miss',
      checks: [P95, ERRORS],
      points: passes({ latencyP95: 280 }, { latencyP95: 290 }),
      missed: ['latency_p95'],
    },
    { when: 'one sample misses', checks: [P95], points: passes({ latencyP95: 280 }), missed: [] },
    {
      when: 'two passes saw the same bad sample',
      checks: [P95],
      points: passes({ latencyP95: 280, latencyAt: NOW }, { latencyP95: 280, latencyAt: NOW }),
      missed: [],
    },
    {
      when: 'a good one lies between',
      checks: [P95],
      points: passes({ latencyP95: 280 }, { latencyP95: 150 }, { latencyP95: 280 }),
      missed: [],
    },
    {
      when: 'the check is not critical',
      checks: [{ ...P95, critical: false }],
      points: passes({ latencyP95: 280 }, { latencyP95: 280 }),
      missed: [],
    },
    {
      when: 'load has grown by more than a fifth',
      checks: [P95],
      points: passes({ latencyP95: 280, load: 2.41 }, { latencyP95: 280, load: 2.41 }),
      missed: [],
    },
    {
      when: 'load has grown by a fifth',
      checks: [P95],
      points: passes({ latencyP95: 280, load: 2.4 }, { latencyP95: 280, load: 2.4 }),
      missed: ['latency_p95'],
    },
    {
      when: 'hardly a request came',
      checks: [P95],
      points: passes({ latencyP95: 280, requestsPerSecond: 0.1 }, { latencyP95: 280, requestsPerSecond: 0.1 }),
      missed: [],
    },
  ])('misses $missed when $when', ({ checks, points, missed }) => {
    expect(early(checks, points)).toEqual(missed);
  });

  it('says which values', () => {
    expect(
      missedEarly({ checks: [P95], baseline: met, after: passes({ latencyP95: 280 }, { latencyP95: 290 }) }),
    ).toEqual([
      {
        name: 'latency_p95',
        outcome: 'fail',
        critical: true,
        message: '280 ms, then 290 ms, wanted < 200 ms on two samples in a row',
      },
    ]);
  });
});

describe('the baseline', () => {
  it('takes fresh values only, and whether an objective was missed', () => {
    const workload = workloadOf(2);
    const of = (seen: Parameters<typeof readingOf>[1]) =>
      baselineOf(
        assess({ now: NOW, blueprint: blueprintOf(), workload, reading: readingOf(workload, seen), history: [] })
          .assessment,
      );
    expect(of({ cpu: 0.5, p95Ms: 300, errors: 0.002 })).toEqual({
      latencyP95: 300,
      errorRate: 0.002,
      cpu: 0.5,
      load: 1,
      breached: true,
    });
    expect(of({ p95Ms: Number.NaN })).toEqual({ errorRate: 0.001, breached: false });
  });
});
