import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History } from '../schema/history.ts';
import { assess } from './assess.ts';
import {
  blueprintOf,
  hotBefore,
  NOW,
  PASS_MS,
  past,
  podOf,
  pods,
  pointOf,
  quiet,
  readingOf,
  type Seen,
  usageOf,
  workloadOf,
} from './observations.ts';

const run = (seen: Seen, workload = workloadOf(2), history: History = [], blueprint = blueprintOf()) =>
  assess({ now: NOW, blueprint, workload, reading: readingOf(workload, seen), history });

describe('an assessment', () => {
  it('tells scenario 1 in one piece', () => {
    const { assessment } = run({ cpu: 0.85, rps: 12 }, workloadOf(2), hotBefore());
    expect(assessment).toMatchObject({
      at: NOW,
      breach: [],
      pressure: ['cpu'],
      distress: [],
      desired: 3,
      recommendation: { direction: 'up', replicas: 3, started: true, reason: 'CPU 85% (target 70%) at 2 ready pods' },
      candidates: [
        { tool: 'scale', replicas: 3, floor: true, reason: 'CPU 85% (target 70%) at 2 ready pods' },
        { tool: 'hold', floor: false, reason: 'keep the capacity there is' },
      ],
    });
    expect(assessment.signals.map(({ name, says }) => `${name} ${says}`)).toEqual([
      'cpu up',
      'latency_p95 hold',
      'error_rate hold',
      'requests_per_second nothing',
    ]);
    expect(assessment.weighted).toBeCloseTo(0.85 / 0.7, 9);
    expect(assessment.history.load).toBeCloseTo(1.7, 9);
  });

  it('offers the number beyond the range, so that an approval can be asked for (scenario 2)', () => {
    const blueprint = blueprintOf({ scaling: { maxReplicas: 5 } });
    const { assessment } = run({ cpu: 0.84 }, workloadOf(5), hotBefore(), blueprint);
    expect(assessment.recommendation).toMatchObject({ direction: 'hold', replicas: 5, started: true });
    expect(assessment.recommendation.reason).toBe('CPU 84% (target 70%): 6 replicas are needed, max_replicas is 5');
    expect(assessment.candidates.map(({ tool, replicas, floor }) => ({ tool, replicas, floor }))).toEqual([
      { tool: 'hold', replicas: undefined, floor: true },
      { tool: 'scale', replicas: 6, floor: false },
    ]);
  });

  it.each([
    {
      when: 'more run already than the formula asks for',
      cpu: 0.82,
      workload: workloadOf(12),
      history: hotBefore(),
      offered: ['hold '],
    },
    {
      when: 'a down from over max begins, one fewer being out of the range too',
      cpu: 0.3,
      workload: workloadOf(12),
      history: quiet(6, 3.6),
      offered: ['scale 6', 'hold '],
    },
  ])('offers $offered when $when', ({ cpu, workload, history, offered }) => {
    const blueprint = blueprintOf({ scaling: { targetCpu: 0.78 } });
    const { assessment } = run({ cpu }, workload, history, blueprint);
    expect(assessment.candidates.map(({ tool, replicas }) => `${tool} ${replicas ?? ''}`)).toEqual(offered);
  });

  it('takes max as the floor and offers the rest, where max is not reached yet', () => {
    const blueprint = blueprintOf({ scaling: { maxReplicas: 5 } });
    const { assessment } = run({ cpu: 0.84 * 1.2 }, workloadOf(4), hotBefore(), blueprint);
    const offered = assessment.candidates.map(({ tool, replicas, floor }) => `${tool} ${replicas ?? ''} ${floor}`);
    expect(offered).toEqual(['scale 5 true', 'scale 6 false', 'hold  false']);
  });

  it('offers one fewer beside a deeper down', () => {
    const { assessment } = run({ cpu: 0.3 }, workloadOf(6), quiet(3, 1.8));
    const offered = assessment.candidates.map(({ tool, replicas, floor }) => `${tool} ${replicas ?? ''} ${floor}`);
    expect(offered).toEqual(['scale 3 true', 'scale 5 false', 'hold  false']);
  });

  it.each<{ when: string; ready: number; replicas: number; breach: string[] }>([
    { when: 'min is two and one is ready', ready: 1, replicas: 2, breach: ['ready'] },
    { when: 'min is two and two of five are ready', ready: 2, replicas: 5, breach: [] },
    { when: 'one was asked for below min, and one is ready', ready: 1, replicas: 1, breach: [] },
    { when: 'one was asked for below min, and none is ready', ready: 0, replicas: 1, breach: ['ready'] },
    { when: 'none was asked for', ready: 0, replicas: 0, breach: [] },
  ])('finds the breach $breach when $when', ({ ready, replicas, breach }) => {
    const list = [...pods(ready), ...pods(replicas - ready, { ready: false }, ready)];
    expect(run({ cpu: 0.5 }, workloadOf(replicas, { pods: list })).assessment.breach).toEqual(breach);
  });

  it('is no pressure when samples are too few, or missing pods turn it round', () => {
    const workload = workloadOf(5);
    const thin = { ...readingOf(workload, {}), usage: pods(3).map((pod) => usageOf(pod.name, 900)) };
    const turned = { ...readingOf(workload, {}), usage: pods(4).map((pod) => usageOf(pod.name, 410)) };
    const given = { now: NOW, blueprint: blueprintOf(), workload, history: hotBefore() };
    for (const [reading, says, reason] of [
      [thin, 'nothing', 'CPU: samples of 3 of 5 ready pods, at least 80% are needed'],
      [turned, 'hold', 'pods without samples, counted as the HPA does, turn the direction round'],
    ] as const) {
      const { assessment } = assess({ ...given, reading });
      expect(assessment.pressure).toEqual([]);
      expect(assessment.recommendation).toMatchObject({ direction: 'hold', reason });
      expect(assessment.signals[0]).toMatchObject({ state: 'fresh', says });
    }
    expect(assess({ ...given, reading: turned }).assessment.signals[0]?.flips).toBe(true);
  });
});

describe('a breach that more replicas would not mend', () => {
  const slow = past(PASS_MS, () => ({ latencyP95: 280 }));

  it.each([
    {
      when: 'nothing explains it',
      workload: workloadOf(2),
      says: 'p95 280 ms (target 200 ms), but CPU is 26% of its request (target 70%): not a lack of capacity. No rollout explains it: hold and call a person',
    },
    {
      when: 'a rollout was completed five minutes ago',
      workload: workloadOf(2, {
        rollout: {
          underWay: false,
          paused: false,
          completedAt: NOW - 300_000,
          newPods: 0,
          newPodsReady: 0,
          newPodsFailing: 0,
          failingPasses: 0,
        },
      }),
      says: 'p95 280 ms (target 200 ms), but CPU is 26% of its request (target 70%): not a lack of capacity. A rollout was completed 5 min ago: roll back',
    },
  ])('is called an anomaly, with its cause, when $when', ({ workload, says }) => {
    const { assessment } = run({ cpu: 0.26, p95Ms: 280 }, workload, slow);
    expect(assessment.anomaly).toBe(says);
    expect(assessment.recommendation.direction).toBe('hold');
    expect(assessment.candidates.map(({ tool, floor }) => `${tool} ${floor}`)).toEqual([
      'hold true',
      'restart_pods false',
    ]);
  });

  const moving = { underWay: true, paused: false, newPods: 2, newPodsReady: 0, newPodsFailing: 0, failingPasses: 0 };
  it.each([
    { rollout: moving, says: 'A rollout is under way: roll back' },
    { rollout: { ...moving, newPodsFailing: 2 }, says: '2 pods of the new version cannot start: roll back' },
    { rollout: { ...moving, underWay: false, completedAt: NOW - 901_000 }, says: 'No rollout explains it' },
  ])('names the rollout: "$says"', ({ rollout, says }) => {
    expect(run({ cpu: 0.26, p95Ms: 280 }, workloadOf(2, { rollout }), slow).assessment.anomaly).toContain(says);
  });

  it('offers a restart only where the blueprint grants one, freely or with approval', () => {
    const offers = (authority: Partial<ReturnType<typeof blueprintOf>['authority']>) => {
      const blueprint = blueprintOf({ authority: { allowed: [], requiresApproval: [], forbidden: [], ...authority } });
      const { candidates } = run({ cpu: 0.26, p95Ms: 280 }, workloadOf(2), slow, blueprint).assessment;
      return candidates.some(({ tool }) => tool === 'restart_pods');
    };
    expect(offers({})).toBe(false);
    expect(offers({ allowed: ['restart_pods'] })).toBe(true);
    expect(offers({ requiresApproval: [{ operation: 'restart_pods', condition: 'always', approvers: [] }] })).toBe(
      true,
    );
  });

  it('knows a new image from the ring when the rollout itself was not seen', () => {
    const ring = past(600_000, (at) => ({ image: at < NOW - 240_000 ? 'web:0' : 'web:1', latencyP95: 280 }));
    expect(run({ cpu: 0.26, p95Ms: 280 }, workloadOf(2), ring).assessment.anomaly).toContain(
      'A rollout was completed 4 min ago: roll back',
    );
  });

  it('names the troubles of the pods when none is ready, and offers no restart of what cannot start', () => {
    const trouble = {
      ready: false,
      trouble: 'CrashLoopBackOff',
      lastRestart: { at: NOW - 30_000, reason: 'OOMKilled' },
    };
    const { assessment } = run({}, workloadOf(2, { pods: pods(2, trouble) }));
    expect(assessment.anomaly).toBe(
      '0 of 2 pods ready: 2 CrashLoopBackOff, last restart OOMKilled. No rollout explains it: hold and call a person',
    );
    expect(assessment.candidates.map(({ tool }) => tool)).toEqual(['hold']);
  });

  it('is none while CPU is what is missing, and none while pods merely start', () => {
    expect(run({ cpu: 0.9, p95Ms: 280 }, workloadOf(2), slow).assessment.anomaly).toBeUndefined();
    expect(run({}, workloadOf(2, { pods: pods(2, { ready: false }) })).assessment.anomaly).toBeUndefined();
  });
});

describe('the ring of an assessment', () => {
  it('gets this pass, with the time of every sample', () => {
    const { history } = run({ cpu: 0.85, p95Ms: 90, errors: 0.002, rps: 12, at: NOW - 5_000 });
    expect(history).toEqual([
      {
        at: NOW,
        ready: 2,
        replicas: 2,
        image: 'web:1',
        cpu: 0.85,
        cpuAt: NOW - 5_000,
        load: 1.7,
        latencyP95: 90,
        latencyAt: NOW - 5_000,
        errorRate: 0.002,
        errorsAt: NOW - 5_000,
        requestsPerSecond: 12,
        desired: 3,
        overAlarm: true,
        overTarget: true,
        usable: true,
        missed: [],
      },
    ]);
  });

  it('remembers no desired number of a rollout (field case 1)', () => {
    const rollout = { underWay: true, paused: false, newPods: 5, newPodsReady: 0, newPodsFailing: 0, failingPasses: 0 };
    const workload = workloadOf(10, {
      rollout,
      statusReplicas: 15,
      pods: [...pods(10), ...pods(5, { ready: false }, 10)],
    });
    const { assessment, history } = run({ cpu: 0.3 }, workload, [pointOf(NOW - PASS_MS, { desired: 10 })]);
    expect(history.at(-1)?.desired).toBeUndefined();
    expect(assessment.history.highestDesired).toBe(10);
    expect(assessment.recommendation.direction).toBe('hold');
  });

  it('argues for nothing with too few samples, or with missing pods that turn it round', () => {
    const workload = workloadOf(5);
    const point = (sampled: number, cpu: number) => {
      const reading = { ...readingOf(workload, {}), usage: pods(sampled).map((pod) => usageOf(pod.name, cpu)) };
      return assess({ now: NOW, blueprint: blueprintOf(), workload, reading, history: [] }).history.at(-1);
    };
    expect(point(3, 900)).toMatchObject({
      overAlarm: false,
      overTarget: false,
      usable: false,
      cpu: undefined,
      load: undefined,
    });
    expect(point(4, 410)).toMatchObject({ overAlarm: false, overTarget: false, usable: true, cpu: 0.82 });
    expect(point(5, 410)).toMatchObject({ overAlarm: true, overTarget: true, usable: true });
  });

  it('is not usable while one signal is missing, and holds no value of it', () => {
    const point = run({ cpu: 0.5, p95Ms: Number.NaN }).history.at(-1);
    expect(point).toMatchObject({ usable: false, cpu: 0.5 });
    expect(point?.latencyP95).toBeUndefined();
  });
});

describe('whatever is observed', () => {
  const cpu = fc.oneof(fc.double({ min: 0, max: 2.2, noNaN: true }), fc.constantFrom(undefined, Number.NaN, -1, 1e308));
  const world = fc.record({
    cpu,
    before: fc.double({ min: 0, max: 2, noNaN: true }),
    p95Ms: fc.oneof(fc.double({ min: 0, max: 5000, noNaN: true }), fc.constant(Number.NaN)),
    errors: fc.double({ min: 0, max: 1.2, noNaN: true }),
    ready: fc.integer({ min: 0, max: 14 }),
    unready: fc.integer({ min: 0, max: 4 }),
    min: fc.integer({ min: 0, max: 6 }),
    room: fc.integer({ min: 0, max: 8 }),
    left: fc.integer({ min: 0, max: 10 }),
    desired: fc.integer({ min: 0, max: 20 }),
  });

  it('the recommendation stays inside the range, moves the way it says, and goes down only when everything is fresh', () => {
    fc.assert(
      fc.property(world, ({ min, room, ready, unready, left, before, desired, ...seen }) => {
        const blueprint = blueprintOf({ scaling: { minReplicas: min, maxReplicas: Math.max(1, min + room) } });
        const workload = workloadOf(ready + unready, {
          pods: [...pods(ready), ...pods(unready, { ready: false }, ready)],
        });
        const history = past(600_000, () => ({
          desired,
          load: before * ready,
          cpu: before,
          overTarget: before > 0.7,
          latencyP95: 300,
        }));
        const reading = readingOf(workload, seen);
        const { assessment } = assess({ now: NOW, blueprint, workload, reading, history, operationsLeft: left });
        const { direction, replicas } = assessment.recommendation;
        expect(Number.isInteger(replicas)).toBe(true);
        expect(replicas).toBeGreaterThanOrEqual(min);
        expect(replicas).toBeLessThanOrEqual(Math.max(1, min + room));
        if (direction === 'up') expect(replicas).toBeGreaterThan(workload.replicas);
        if (direction === 'down') {
          expect(replicas).toBeLessThan(workload.replicas);
          expect(replicas).toBeGreaterThanOrEqual(Math.min(workload.replicas, desired));
          expect(assessment.signals.every((signal) => signal.state === 'fresh')).toBe(true);
          expect([...assessment.breach, ...assessment.distress]).toEqual([]);
        }
        expect(assessment.candidates.filter((candidate) => candidate.floor)).toHaveLength(1);
        expect(JSON.parse(JSON.stringify(assessment))).toEqual(assessment);
      }),
      { numRuns: 500 },
    );
  });

  it('more CPU never lowers the recommended number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.double({ min: 0, max: 1.9, noNaN: true }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (replicas, low, more) => {
          const history = past(600_000, () => ({ desired: 2, load: 0.4, cpu: 0.8, overTarget: true }));
          const number = (value: number): number => {
            const { direction, replicas: to } = run({ cpu: Math.min(2, value) }, workloadOf(replicas), history)
              .assessment.recommendation;
            return direction === 'hold' ? replicas : to;
          };
          expect(number(low + more)).toBeGreaterThanOrEqual(number(low));
        },
      ),
    );
  });

  it('never swings: on a steady load the numbers settle, and stay', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 6, noNaN: true }), fc.integer({ min: 2, max: 10 }), (load, start) => {
        let replicas = start;
        let history: History = [];
        const numbers: number[] = [];
        for (let pass = 0; pass < 120; pass += 1) {
          const now = NOW + pass * PASS_MS;
          const workload = workloadOf(replicas, { pods: Array.from({ length: replicas }, (_, index) => podOf(index)) });
          const reading = readingOf(workload, { cpu: Math.min(2, load / replicas), at: now });
          const step = assess({ now, blueprint: blueprintOf(), workload, reading, history });
          history = step.history;
          const { direction, replicas: to } = step.assessment.recommendation;
          if (direction !== 'hold') replicas = to;
          numbers.push(replicas);
        }
        const moves = numbers
          .map((number, index) => Math.sign(number - (numbers[index - 1] ?? start)))
          .filter((sign) => sign !== 0);
        expect(new Set(moves).size).toBeLessThanOrEqual(1);
        expect(new Set(numbers.slice(-20)).size).toBe(1);
      }),
      { numRuns: 60 },
    );
  });
});
