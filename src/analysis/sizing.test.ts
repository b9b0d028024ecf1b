import { describe, expect, it } from 'vitest';
import type { Blueprint } from '../schema/blueprint.ts';
import type { History } from '../schema/history.ts';
import type { DisruptionBudget, Workload } from '../schema/workload.ts';
import { assess } from './assess.ts';
import {
  blueprintOf,
  hotBefore,
  NOW,
  PASS_MS,
  past,
  podOf,
  pods,
  quiet,
  readingOf,
  type Seen,
  workloadOf,
} from './observations.ts';

interface Case {
  readonly seen: Seen;
  readonly workload?: Workload;
  readonly history?: History;
  readonly blueprint?: Blueprint;
  readonly operationsLeft?: number;
}

function assessed({ seen, workload = workloadOf(2), history = [], blueprint = blueprintOf(), operationsLeft }: Case) {
  const reading = readingOf(workload, seen);
  const given = { now: NOW, blueprint, workload, reading, history };
  return assess({ ...given, ...(operationsLeft === undefined ? {} : { operationsLeft }) }).assessment;
}

/** `up 3`, `down 2`, `hold`. */
function floor(given: Case): string {
  const { direction, replicas } = assessed(given).recommendation;
  return direction === 'hold' ? 'hold' : `${direction} ${replicas}`;
}

const slow = (p95: number): History => past(PASS_MS, () => ({ latencyP95: p95, cpu: 0.5 }));
const rollout = { underWay: true, paused: false, newPods: 1, newPodsReady: 0, newPodsFailing: 0, failingPasses: 0 };

describe('the floor on the way up', () => {
  it.each<Case & { when: string; floor: string }>([
    {
      when: 'two replicas run at 85% of a 70% target (scenario 1)',
      seen: { cpu: 0.85 },
      history: hotBefore(),
      floor: 'up 3',
    },
    { when: 'a backend runs at 45% (scenario 5)', seen: { cpu: 0.45 }, history: quiet(2, 0.9), floor: 'hold' },
    {
      when: 'three replicas run at 175% (auto-02)',
      seen: { cpu: 1.753 },
      workload: workloadOf(3),
      history: hotBefore(),
      floor: 'up 8',
    },
    {
      when: 'it is the first sample over the alarm',
      seen: { cpu: 0.85 },
      history: past(PASS_MS, () => ({ cpu: 0.6 })),
      floor: 'hold',
    },
    { when: 'the process has only just started', seen: { cpu: 0.85 }, floor: 'hold' },
    {
      when: 'the sample before was over the target, though under the alarm',
      seen: { cpu: 0.85 },
      history: past(PASS_MS, () => ({ cpu: 0.71, overTarget: true })),
      floor: 'up 3',
    },
    { when: 'CPU is exactly at its alarm', seen: { cpu: 0.8 }, history: hotBefore(), floor: 'up 3' },
    { when: 'CPU is over the dead band and under the alarm', seen: { cpu: 0.79 }, history: hotBefore(), floor: 'hold' },
    {
      when: 'the formula asks for more than the range has',
      seen: { cpu: 2 },
      workload: workloadOf(5),
      history: hotBefore(),
      floor: 'up 10',
    },
    {
      when: 'max_replicas run already',
      seen: { cpu: 1.2 },
      workload: workloadOf(10),
      history: hotBefore(),
      floor: 'hold',
    },
    {
      when: 'more than max_replicas run',
      seen: { cpu: 1.2 },
      workload: workloadOf(12),
      history: hotBefore(),
      floor: 'hold',
    },
    {
      when: 'what was asked for is still starting',
      seen: { cpu: 0.85 },
      workload: workloadOf(3, { pods: [...pods(2), podOf(2, { ready: false })] }),
      history: hotBefore(),
      floor: 'hold',
    },
    {
      when: 'two replicas run below a min of four, and all is quiet',
      seen: { cpu: 0.2 },
      blueprint: blueprintOf({ scaling: { minReplicas: 4 } }),
      floor: 'up 4',
    },
    {
      when: 'they run hot below min',
      seen: { cpu: 1.9 },
      history: hotBefore(),
      blueprint: blueprintOf({ scaling: { minReplicas: 4 } }),
      floor: 'up 6',
    },
    {
      when: 'few operations of the hour are left, with room on top',
      seen: { cpu: 1.2 },
      workload: workloadOf(4),
      history: hotBefore(),
      operationsLeft: 2,
      floor: 'up 9',
    },
  ])('is "$floor" when $when', ({ floor: wanted, ...given }) => {
    expect(floor(given)).toBe(wanted);
  });

  it.each<Case & { when: string; floor: string }>([
    {
      when: 'p95 is half over with CPU at 90% of its target',
      seen: { cpu: 0.63, p95Ms: 300 },
      workload: workloadOf(4),
      history: slow(300),
      floor: 'up 6',
    },
    {
      when: 'p95 is far over: at most half as many again',
      seen: { cpu: 0.63, p95Ms: 2000 },
      workload: workloadOf(4),
      history: slow(300),
      floor: 'up 6',
    },
    {
      when: 'p95 is over by little',
      seen: { cpu: 0.63, p95Ms: 210 },
      workload: workloadOf(4),
      history: slow(210),
      floor: 'up 5',
    },
    {
      when: 'CPU is at its limit: the full step',
      seen: { cpu: 1, p95Ms: 2010 },
      workload: workloadOf(4, { limits: { cpu: 500 } }),
      history: slow(900),
      floor: 'up 8',
    },
    {
      when: 'two replicas are at their limit: four more',
      seen: { cpu: 1, p95Ms: 2010 },
      workload: workloadOf(2, { limits: { cpu: 500 } }),
      history: slow(900),
      floor: 'up 6',
    },
    {
      when: 'the sample before met the target',
      seen: { cpu: 0.63, p95Ms: 300 },
      workload: workloadOf(4),
      history: slow(199),
      floor: 'hold',
    },
    {
      when: 'CPU is just under 90% of its target: not a lack of capacity',
      seen: { cpu: 0.629, p95Ms: 300 },
      workload: workloadOf(4),
      history: slow(300),
      floor: 'hold',
    },
    {
      when: 'no CPU request is set',
      seen: { cpu: 0.2, p95Ms: 300 },
      workload: workloadOf(4, { requests: { missing: ['app'] } }),
      history: slow(300),
      floor: 'up 6',
    },
    {
      when: 'the CPU source is blind',
      seen: { p95Ms: 300 },
      workload: workloadOf(4),
      history: slow(300),
      floor: 'up 6',
    },
    {
      when: 'errors are over with CPU at its alarm',
      seen: { cpu: 0.8, errors: 0.1 },
      workload: workloadOf(4),
      history: past(PASS_MS, () => ({ errorRate: 0.1 })),
      floor: 'up 6',
    },
    {
      when: 'pods have only just become ready: their first whole window is waited for',
      seen: { cpu: 0.2, p95Ms: 300 },
      workload: workloadOf(4, { pods: pods(4, { startedAt: NOW - 20_000, readyAt: NOW - 5_000 }) }),
      history: slow(300),
      floor: 'hold',
    },
    {
      when: 'no pod is ready',
      seen: { p95Ms: 300 },
      workload: workloadOf(2, { pods: pods(2, { ready: false }) }),
      history: slow(300),
      floor: 'hold',
    },
  ])('is "$floor" when $when (objectives)', ({ floor: wanted, ...given }) => {
    expect(floor(given)).toBe(wanted);
  });

  it.each<Case & { when: string; floor: string }>([
    {
      when: 'a rollout is under way and nothing is missed',
      seen: { cpu: 0.9 },
      workload: workloadOf(4, { rollout }),
      history: hotBefore(),
      floor: 'hold',
    },
    {
      when: 'an objective is missed during a rollout: half as many again at most',
      seen: { cpu: 1.9, p95Ms: 900 },
      workload: workloadOf(4, { rollout }),
      history: hotBefore(),
      floor: 'up 6',
    },
    {
      when: 'ten ready pods and five surge pods run at their target (field case 1)',
      seen: { cpu: 0.7 },
      workload: workloadOf(10, { rollout, statusReplicas: 15, pods: [...pods(10), ...pods(5, { ready: false }, 10)] }),
      history: quiet(10, 7),
      floor: 'hold',
    },
    {
      when: 'the target is being deleted, though it is on fire',
      seen: { cpu: 1.9, p95Ms: 900 },
      workload: workloadOf(2, { deleting: true }),
      history: hotBefore(),
      floor: 'hold',
    },
    { when: 'it is being deleted below min', seen: {}, workload: workloadOf(0, { deleting: true }), floor: 'hold' },
  ])('is "$floor" when $when', ({ floor: wanted, ...given }) => {
    expect(floor(given)).toBe(wanted);
  });
});

const budgeted = (...budgets: Omit<DisruptionBudget, 'name'>[]): Workload =>
  workloadOf(6, { disruptionBudgets: budgets.map((budget, index) => ({ name: `pdb-${index}`, ...budget })) });

describe('the floor on the way down', () => {
  const calm = { seen: { cpu: 0.3 }, workload: workloadOf(6), history: quiet(3, 1.8) };

  it.each<Partial<Case> & { when: string; floor: string }>([
    { when: 'every signal is low for ten minutes', floor: 'down 3' },
    {
      when: 'two replicas run at 39%',
      seen: { cpu: 0.39 },
      workload: workloadOf(3),
      history: quiet(2, 1.17),
      floor: 'down 2',
    },
    { when: 'CPU is exactly at the down alarm', seen: { cpu: 0.4 }, floor: 'hold' },
    {
      when: 'one pass of the down window needed five',
      history: past(600_000, (at) => ({ desired: at === NOW - 450_000 ? 5 : 3, load: 1.8 })),
      floor: 'down 5',
    },
    {
      when: 'the pass that needed six is just out of the window',
      history: past(600_000, (at) => ({ desired: at < NOW - 450_000 ? 6 : 3, load: 1.8 })),
      floor: 'down 3',
    },
    { when: 'the load of the window would run hot on three (G10)', history: quiet(3, 2.1), floor: 'down 4' },
    { when: 'the process started 449 s ago', history: past(435_000, () => ({ desired: 3, load: 1.8 })), floor: 'hold' },
    { when: 'it started 450 s ago', history: past(450_000, () => ({ desired: 3, load: 1.8 })), floor: 'down 3' },
    {
      when: 'there was a gap five minutes ago',
      history: past(600_000, (at) => ({ desired: 3, load: 1.8, usable: at < NOW - 345_000 || at > NOW - 285_000 })),
      floor: 'hold',
    },
    { when: 'latency is not to be had', seen: { cpu: 0.3, p95Ms: Number.NaN }, floor: 'hold' },
    { when: 'p95 is over 80% of its target', seen: { cpu: 0.15, p95Ms: 161 }, floor: 'hold' },
    { when: 'p95 is at 80% of its target', seen: { cpu: 0.3, p95Ms: 160 }, floor: 'down 3' },
    { when: 'errors are over half of their threshold', seen: { cpu: 0.3, errors: 0.0051 }, floor: 'hold' },
    {
      when: 'a pod was OOM-killed nine minutes ago',
      workload: workloadOf(6, {
        pods: [...pods(5), podOf(5, { lastRestart: { at: NOW - 540_000, reason: 'OOMKilled' } })],
      }),
      floor: 'hold',
    },
    {
      when: 'a pod was OOM-killed ten minutes ago',
      workload: workloadOf(6, {
        pods: [...pods(5), podOf(5, { lastRestart: { at: NOW - 600_000, reason: 'OOMKilled' } })],
      }),
      floor: 'down 3',
    },
    { when: 'a rollout is under way', workload: workloadOf(6, { rollout }), floor: 'hold' },
    {
      when: 'a rollout is paused',
      workload: workloadOf(6, { rollout: { ...rollout, underWay: false, paused: true } }),
      floor: 'hold',
    },
    { when: 'min_replicas run', workload: workloadOf(2), history: quiet(2, 0.6), floor: 'hold' },
    { when: 'more than max_replicas run', workload: workloadOf(12), history: quiet(6, 3.6), floor: 'down 6' },
    {
      when: 'more than max_replicas run and the window needed eleven',
      workload: workloadOf(12),
      history: quiet(11, 3.6),
      floor: 'hold',
    },
    { when: 'few operations of the hour are left', operationsLeft: 1, floor: 'hold' },
    { when: 'a disruption budget keeps some', workload: budgeted({ minAvailable: '3' }), floor: 'down 4' },
    { when: 'a disruption budget has room', workload: budgeted({ minAvailable: '2' }), floor: 'down 3' },
    { when: 'a disruption budget keeps all', workload: budgeted({ minAvailable: '5' }), floor: 'hold' },
    { when: 'a budget in per cent keeps a share', workload: budgeted({ minAvailable: '75%' }), floor: 'down 4' },
    {
      when: 'the stricter of two budgets counts',
      workload: budgeted({ minAvailable: '1' }, { minAvailable: '4' }),
      floor: 'down 5',
    },
    { when: 'a budget cannot be read', workload: budgeted({ minAvailable: 'most' }), floor: 'hold' },
    {
      when: 'min is zero and nothing is used',
      seen: { cpu: 0 },
      history: quiet(0, 0),
      blueprint: blueprintOf({ scaling: { minReplicas: 0 } }),
      floor: 'down 1',
    },
  ])('is "$floor" when $when', ({ when: _, floor: wanted, ...given }) => {
    expect(floor({ ...calm, ...given })).toBe(wanted);
  });

  it('takes falling throughput with rising latency for distress', () => {
    const history = past(600_000, () => ({ desired: 3, load: 1.8, requestsPerSecond: 100, latencyP95: 60 }));
    const seen = { cpu: 0.2, p95Ms: 90, rps: 69 };
    const { distress, recommendation } = assessed({ ...calm, seen, history });
    expect(distress).toEqual([
      'throughput fell from 100.0 to 69.0 requests a second in 15 s while p95 rose from 60 ms to 90 ms',
    ]);
    expect(recommendation.direction).toBe('hold');
    expect(assessed({ ...calm, seen: { ...seen, rps: 71 }, history }).distress).toEqual([]);
    // A tenth more is noise, and what happened more than five minutes ago is no fall.
    expect(assessed({ ...calm, seen: { ...seen, p95Ms: 66 }, history }).distress).toEqual([]);
    const old = past(600_000, (at) => ({ requestsPerSecond: at < NOW - 300_000 ? 100 : 69, latencyP95: 60 }));
    expect(assessed({ ...calm, seen, history: old }).distress).toEqual([]);
  });
});
