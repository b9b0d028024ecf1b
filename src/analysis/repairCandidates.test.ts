import { describe, expect, it } from 'vitest';
import type { Candidate } from '../schema/assessment.ts';
import type { Operation } from '../schema/operation.ts';
import type { Revision, Workload } from '../schema/workload.ts';
import { assess } from './assess.ts';
import { historyFacts } from './history.ts';
import { blueprintOf, NOW, podOf, pods, pointOf, quiet, readingOf, workloadOf } from './observations.ts';

const MI = 2 ** 20;
const GRANTED: readonly Operation[] = ['rollback', 'adjust_resources_within_bounds'];
const ref = (revision: number) => ({
  revision,
  hash: `h${revision}`,
  replicaSet: `web-h${revision}`,
  uid: `u${revision}`,
});
const version = (revision: number, healthy: boolean): Revision => ({
  ...ref(revision),
  first: revision,
  images: `web:${revision}`,
  healthy,
  containers: [],
});
const RESOURCES = { requests: { cpu: '500m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } };
const versioned = (overrides: Partial<Workload>): Workload =>
  workloadOf(3, {
    current: ref(2),
    revisions: [version(2, false), version(1, true)],
    containers: [{ name: 'app', main: true, resources: RESOURCES }],
    ...overrides,
  });

interface Scene {
  readonly workload: Workload;
  readonly allowed?: readonly Operation[];
  readonly seen?: Parameters<typeof readingOf>[1];
}
function offered({ workload, allowed = GRANTED, seen = { cpu: 0.5 } }: Scene): readonly Candidate[] {
  const blueprint = blueprintOf({
    authority: { allowed, requiresApproval: [], forbidden: [] },
    resources: {
      cpu: { min: 100, max: 1200, target: 500 },
      memory: { min: 128 * MI, max: 700 * MI, target: 512 * MI },
    },
  });
  const { assessment } = assess({
    now: NOW,
    blueprint,
    workload,
    reading: readingOf(workload, seen),
    history: quiet(3, 1),
  });
  return assessment.candidates.filter(({ tool }) => tool === 'rollback' || tool === 'adjust_resources');
}

const failing = {
  pods: [...pods(3, { current: false }), podOf(9, { ready: false, trouble: 'CrashLoopBackOff' })],
  rollout: { underWay: true, paused: false, newPods: 1, newPodsReady: 0, newPodsFailing: 1, failingPasses: 2 },
};
const killed = { pods: pods(3, { lastRestart: { at: NOW - 60_000, reason: 'OOMKilled' } }) };

describe('a rollback is offered', () => {
  it.each<{ name: string; scene: Scene; revision: number | undefined }>([
    { name: 'where the new pods fail in two passes', scene: { workload: versioned(failing) }, revision: 1 },
    {
      name: 'where a rollout was just completed and an objective is missed since',
      scene: {
        workload: versioned({ rollout: { ...workloadOf(3).rollout, completedAt: NOW - 300_000 } }),
        seen: { cpu: 0.3, p95Ms: 280 },
      },
      revision: 1,
    },
    {
      name: 'not in the first pass',
      scene: { workload: versioned({ ...failing, rollout: { ...failing.rollout, failingPasses: 1 } }) },
      revision: undefined,
    },
    { name: 'not without the grant', scene: { workload: versioned(failing), allowed: [] }, revision: undefined },
    {
      name: 'not without a version that ran well',
      scene: { workload: versioned({ ...failing, revisions: [version(2, false), version(1, false)] }) },
      revision: undefined,
    },
    {
      name: 'not where no rollout explains what is missed',
      scene: { workload: versioned({}), seen: { cpu: 0.3, p95Ms: 280 } },
      revision: undefined,
    },
    { name: 'not to a calm service', scene: { workload: versioned({}) }, revision: undefined },
  ])('$name', ({ scene, revision }) => {
    expect(offered(scene).find(({ tool }) => tool === 'rollback')?.revision).toBe(revision);
  });
});

describe('other resources are offered', () => {
  const of = (scene: Scene) => offered(scene).find(({ tool }) => tool === 'adjust_resources')?.amounts;
  const withResources = (resources: object, rest: Partial<Workload> = killed): Workload =>
    versioned({ ...rest, containers: [{ name: 'app', main: true, resources: { ...resources } }] });

  it('half as much memory again where pods were killed, up to the bound', () => {
    expect(of({ workload: withResources({ requests: { memory: '256Mi' }, limits: { memory: '400Mi' } }) })).toEqual({
      memory_limit: '600Mi',
    });
    expect(of({ workload: versioned(killed) })).toEqual({ memory_limit: '700Mi' });
    expect(
      of({ workload: withResources({ requests: { memory: '700Mi' }, limits: { memory: '700Mi' } }) }),
    ).toBeUndefined();
  });

  it('with the request where both are one, save where it drives the number of replicas (G15)', () => {
    const one = { requests: { memory: '400Mi' }, limits: { memory: '400Mi' } };
    expect(of({ workload: withResources(one) })).toEqual({ memory_limit: '600Mi', memory_request: '600Mi' });
    const owners = [
      {
        kind: 'HorizontalPodAutoscaler' as const,
        name: 'web',
        field: 'replicas' as const,
        drives: ['memory' as const],
      },
    ];
    expect(of({ workload: withResources(one, { ...killed, owners }) })).toEqual({ memory_limit: '600Mi' });
  });

  it('more CPU where all of the limit is used, never the request', () => {
    expect(of({ workload: versioned({}), seen: { cpu: 1.98 } })).toEqual({ cpu_limit: '1200m' });
    const noRequest = { limits: { cpu: '1' } };
    expect(of({ workload: withResources(noRequest, {}), seen: { cpu: 1.98 } })).toBeUndefined();
  });

  it('not without the grant, nor long after a kill', () => {
    expect(of({ workload: versioned(killed), allowed: [] })).toBeUndefined();
    const old = { pods: pods(3, { lastRestart: { at: NOW - 600_000, reason: 'OOMKilled' } }) };
    expect(of({ workload: versioned(old) })).toBeUndefined();
  });
});

describe('the peak of memory', () => {
  const facts = (points: readonly (readonly [age: number, memory: number | undefined])[]) =>
    historyFacts(
      points.map(([age, memory]) => pointOf(NOW - age, { memory })),
      450_000,
    );

  it('is the largest of the ring, watched since its last gap of ten minutes', () => {
    expect(
      facts([
        [900_000, 9],
        [840_000, 5],
        [0, 3],
      ]),
    ).toMatchObject({ memoryPeak: 9, memorySince: NOW });
    expect(
      facts([
        [900_000, 9],
        [300_000, 5],
        [0, 3],
      ]),
    ).toMatchObject({ memoryPeak: 9, memorySince: NOW - 900_000 });
  });

  it('is not watched where the newest passes saw none', () => {
    const seen = facts([
      [900_000, 9],
      [0, undefined],
    ]);
    expect(seen).toMatchObject({ memoryPeak: 9 });
    expect(seen).not.toHaveProperty('memorySince');
  });

  it('comes from the main container of the pods that are there', () => {
    const workload = versioned({});
    const reading = readingOf(workload, { cpu: 0.5 });
    const [first] = reading.usage;
    const others =
      first === undefined
        ? []
        : [
            { ...first, container: 'mesh', memory: 9_000 },
            { ...first, pod: 'gone', memory: 9_000 },
            { ...first, memory: 300 },
          ];
    const { history } = assess({
      now: NOW,
      blueprint: blueprintOf(),
      workload,
      reading: { ...reading, usage: [...reading.usage.slice(1), ...others] },
      history: [],
    });
    expect(history.at(-1)?.memory).toBe(300);
  });
});
