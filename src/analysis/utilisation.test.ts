import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricsReading, UsageSample } from '../schema/samples.ts';
import type { Pod, Workload } from '../schema/workload.ts';
import { blueprintOf, NOW, podOf, pods, usageOf, workloadOf } from './observations.ts';
import { utilisation } from './utilisation.ts';

const reading = (usage: readonly UsageSample[], failures: MetricsReading['failures'] = []): MetricsReading => ({
  source: 'test',
  usage,
  objects: [],
  failures,
});

const measure = (workload: Workload, usage: readonly UsageSample[]) =>
  utilisation(workload, reading(usage), blueprintOf(), NOW);

describe('CPU utilisation of the ready pods', () => {
  it('counts a sidecar that runs as long as the pod, and not an init container that ended (field case 2)', () => {
    // Requests of the pod: app 400m and the sidecar 100m; the ended container's 900m are not in it.
    const workload = workloadOf(1, { requests: { cpu: 500, missing: [] } });
    const usage = [usageOf('web-0', 260), usageOf('web-0', 90, { container: 'mesh' })];
    const cpu = measure(workload, usage);
    expect(cpu).toMatchObject({ state: 'fresh', value: 0.7, covered: 1, ready: 1 });
    expect(cpu.formula?.replicas).toBe(1);
  });

  it('has no value and names the container when one has no request (field case 2)', () => {
    const cpu = measure(workloadOf(1, { requests: { missing: ['mesh'] } }), [usageOf('web-0', 260)]);
    expect(cpu).toMatchObject({ state: 'missing', isUnrequested: true, detail: 'no CPU request on container mesh' });
    expect(cpu.value).toBeUndefined();
  });

  it('leaves the surge pods of a rollout out of the capacity (field case 1)', () => {
    const surge = pods(5, { ready: false }, 10);
    const workload = workloadOf(10, { pods: [...pods(10), ...surge], statusReplicas: 15, updated: 5 });
    const used = pods(10).map((pod) => usageOf(pod.name, 425));
    const cpu = measure(workload, [...used, ...surge.map((pod) => usageOf(pod.name, 5))]);
    expect(cpu).toMatchObject({ value: 0.85, ready: 10, load: 8.5 });
    // 15 pods would look like 57% and turn the up round; ten ready ones carry it.
    expect(cpu.formula?.replicas).toBe(13);
  });

  it.each<{ when: string; list: Pod[]; usage: UsageSample[]; value: number; covered: number; replicas: number }>([
    {
      when: 'a pod that is not ready fills up to spec.replicas: idle on the way up',
      list: [...pods(2), podOf(2, { ready: false })],
      usage: [usageOf('web-0', 500), usageOf('web-1', 500), usageOf('web-2', 400)],
      value: 1,
      covered: 2,
      replicas: 3,
    },
    {
      when: 'a terminating pod still reports',
      list: [...pods(3), podOf(3, { terminating: true })],
      usage: [0, 1, 2, 3].map((index) => usageOf(`web-${index}`, 500)),
      value: 1,
      covered: 3,
      replicas: 5,
    },
    {
      when: 'a pod became ready a moment ago and its sample is from its start',
      list: [...pods(2), podOf(2, { startedAt: NOW - 20_000, readyAt: NOW - 5_000 })],
      usage: [usageOf('web-0', 400), usageOf('web-1', 400), usageOf('web-2', 900)],
      value: 0.8,
      covered: 3,
      replicas: 3,
    },
    {
      when: 'a pod became ready one window before its sample',
      list: [...pods(2), podOf(2, { startedAt: NOW - 40_000, readyAt: NOW - 15_000 })],
      usage: [usageOf('web-0', 400), usageOf('web-1', 400), usageOf('web-2', 400)],
      value: 0.8,
      covered: 3,
      replicas: 4,
    },
    {
      when: 'a pod that has run for long was unready for a moment',
      list: [...pods(2), podOf(2, { readyAt: NOW - 5_000 })],
      usage: [usageOf('web-0', 400), usageOf('web-1', 400), usageOf('web-2', 400)],
      value: 0.8,
      covered: 3,
      replicas: 4,
    },
    {
      when: 'samples of other pods are in the reading',
      list: pods(3),
      usage: [
        ...[0, 1, 2].map((index) => usageOf(`web-${index}`, 350)),
        usageOf('api-0', 9_000),
        usageOf('web-0', 9_000, { namespace: 'other' }),
      ],
      value: 0.7,
      covered: 3,
      replicas: 3,
    },
  ])('is $value and asks for $replicas when $when', ({ list, usage, value, covered, replicas }) => {
    const cpu = measure(workloadOf(3, { pods: list }), usage);
    expect(cpu).toMatchObject({ state: 'fresh', value, covered });
    expect(cpu.formula?.replicas).toBe(replicas);
  });

  it('counts no load for a pod whose sample is from its start', () => {
    const list = [...pods(2), podOf(2, { startedAt: NOW - 20_000, readyAt: NOW - 5_000 })];
    const cpu = measure(
      workloadOf(3, { pods: list }),
      list.map((pod) => usageOf(pod.name, 400)),
    );
    expect(cpu.load).toBeCloseTo(1.6, 9);
  });

  it.each([
    { when: 'all have one', sampled: 5, isCovered: true },
    { when: 'four of five have one', sampled: 4, isCovered: true },
    { when: 'three of five have one', sampled: 3, isCovered: false },
  ])('is covered: $isCovered when $when', ({ sampled, isCovered }) => {
    const cpu = measure(
      workloadOf(5),
      pods(sampled).map((pod) => usageOf(pod.name, 350)),
    );
    expect(cpu).toMatchObject({ isCovered, covered: sampled, ready: 5 });
  });

  it.each([
    { when: 'the sample is 45 s old', at: NOW - 45_000, windowMs: 15_000, state: 'fresh' },
    { when: 'the sample is a moment older than 45 s', at: NOW - 45_001, windowMs: 15_000, state: 'stale' },
    { when: 'a source of 60 s is 180 s old', at: NOW - 180_000, windowMs: 60_000, state: 'fresh' },
    { when: 'a source of 60 s is older', at: NOW - 180_001, windowMs: 60_000, state: 'stale' },
    { when: 'the sample is 5 s in the future', at: NOW + 5_000, windowMs: 15_000, state: 'fresh' },
    { when: 'the sample is further in the future', at: NOW + 5_001, windowMs: 15_000, state: 'stale' },
    { when: 'the sample has no time', at: Number.NaN, windowMs: 15_000, state: 'stale' },
  ])('is $state when $when', ({ at, windowMs, state }) => {
    expect(measure(workloadOf(1), [usageOf('web-0', 350, { at, windowMs })]).state).toBe(state);
  });

  it('is as old as the oldest container of a pod', () => {
    const usage = [usageOf('web-0', 100), usageOf('web-0', 100, { container: 'mesh', at: NOW - 60_000 })];
    expect(measure(workloadOf(1), usage).state).toBe('stale');
  });

  it.each([
    { when: 'NaN', cpu: Number.NaN },
    { when: 'infinite', cpu: Number.POSITIVE_INFINITY },
    { when: 'negative', cpu: -1 },
    { when: 'over the limit by more than a tenth', cpu: 1_101 },
  ])('is implausible when one sample is $when', ({ cpu }) => {
    const answer = measure(workloadOf(1), [usageOf('web-0', cpu)]);
    expect(answer.state).toBe('implausible');
    expect(answer.value).toBeUndefined();
    expect(answer.detail).toBeDefined();
  });

  it('is implausible over a thousand cores where no limit says less', () => {
    const workload = workloadOf(1, { limits: {} });
    expect(measure(workload, [usageOf('web-0', 1_000_001)]).state).toBe('implausible');
    expect(measure(workload, [usageOf('web-0', 999_999)]).state).toBe('fresh');
  });

  it('says in the words of the source why it has no sample', () => {
    const failures = [{ what: 'usage' as const, message: 'the server is currently unable to handle the request' }];
    const cpu = utilisation(workloadOf(1), reading([], failures), blueprintOf(), NOW);
    expect(cpu).toMatchObject({
      state: 'missing',
      detail: 'not to be had: the server is currently unable to handle the request',
    });
  });

  it('is at its limit from 95% of it', () => {
    expect(measure(workloadOf(1), [usageOf('web-0', 950)]).isAtLimit).toBe(true);
    expect(measure(workloadOf(1), [usageOf('web-0', 949)]).isAtLimit).toBe(false);
  });

  it('does not let an impossible memory value take the CPU with it', () => {
    const cpu = measure(workloadOf(1), [usageOf('web-0', 350, { memory: -1 })]);
    expect(cpu.value).toBe(0.7);
    expect(cpu.memory).toBeUndefined();
  });

  it('agrees with a naive twin over any mixture of pods and samples', () => {
    const pod = fc.record({
      ready: fc.boolean(),
      terminating: fc.boolean(),
      uses: fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(pod, { minLength: 1, maxLength: 12 }), (list) => {
        const all = list.map(({ ready, terminating }, index) => podOf(index, { ready, terminating }));
        const usage = list.flatMap(({ uses }, index) =>
          uses.map((cpu, n) => usageOf(`web-${index}`, cpu, { container: `c${n}` })),
        );
        const cpu = measure(workloadOf(list.length, { pods: all, limits: {} }), usage);
        const sampled = list.filter((one) => one.ready && !one.terminating && one.uses.length > 0);
        const used = sampled.flatMap((one) => one.uses).reduce((total, one) => total + one, 0);
        expect(cpu.covered).toBe(sampled.length);
        if (sampled.length === 0) expect(cpu.value).toBeUndefined();
        else expect(cpu.value).toBeCloseTo(used / (500 * sampled.length), 9);
      }),
    );
  });
});
