import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../schema/kube.ts';
import type { Rollout } from '../../schema/workload.ts';
import { deployment, pod, replicaSet } from '../../testing/observedObjects.ts';
import { type Tracked, track, trackPass } from '../tracker.ts';
import { podFrom } from './pod.ts';
import { controllerOf, replicaSetsOf } from './replicaSets.ts';
import { rolloutOf } from './rollout.ts';

const NOW = Date.UTC(2026, 0, 5);
const AVAILABLE = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };
const UPDATED = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' };
const revision = (n: number) => ({ 'deployment.kubernetes.io/revision': String(n) });

function rollout(of: KubeObject, replicaSets: readonly KubeObject[], pods: readonly KubeObject[] = []): Rollout {
  const sets = replicaSetsOf(of, replicaSets);
  const seen = pods.map((one) => podFrom(one, controllerOf(one) === sets.current?.metadata.uid, NOW));
  return rolloutOf(of, sets, seen, { tracked: undefined, now: NOW, isPass: true });
}

describe('a rollout is under way', () => {
  const web = deployment({ image: 'web:2', annotations: revision(2) });
  it.each<{ name: string; of: KubeObject; sets: (of: KubeObject) => KubeObject[]; underWay: boolean }>([
    { name: 'not when all is calm', of: deployment(), sets: (of) => [replicaSet(of, 1)], underWay: false },
    {
      name: 'not while a Deployment is created',
      of: deployment({ status: { readyReplicas: 0, conditions: [UPDATED] }, annotations: revision(1) }),
      sets: (of) => [replicaSet(of, 1)],
      underWay: false,
    },
    {
      name: 'not while it only scales (Progressing says nothing about scaling)',
      of: deployment({ replicas: 8, annotations: revision(3), status: { readyReplicas: 2, conditions: [AVAILABLE] } }),
      sets: (of) => [replicaSet(of, 1, 'web:0', 0), replicaSet(of, 3, 'web:1', 8)],
      underWay: false,
    },
    {
      name: 'while pods of the old template still run',
      of: web,
      sets: (of) => [replicaSet(of, 1, 'web:1', 1), replicaSet(of, 2, 'web:2', 2)],
      underWay: true,
    },
    {
      name: 'when the template has changed and no controller has seen it yet',
      of: deployment({ image: 'web:2', generation: 5, status: { observedGeneration: 4 } }),
      sets: (of) => [replicaSet(of, 1)],
      underWay: true,
    },
    {
      name: 'when the old pods are gone and the new are not ready (Recreate)',
      of: deployment({ image: 'web:2', annotations: revision(2), status: { readyReplicas: 0, conditions: [UPDATED] } }),
      sets: (of) => [replicaSet(of, 1, 'web:1', 0), replicaSet(of, 2, 'web:2', 2)],
      underWay: true,
    },
    {
      name: 'when a quota refuses its first pod (field case 6)',
      of: deployment({ image: 'web:2', replicas: 3, status: { conditions: [UPDATED] } }),
      sets: (of) => [replicaSet(of, 1, 'web:1', 3), { ...replicaSet(of, 2, 'web:2', 1), status: { replicas: 0 } }],
      underWay: true,
    },
    {
      name: 'not any more once that was undone: the old template is the current one again',
      of: deployment({ image: 'web:1', replicas: 3, annotations: revision(3), status: { conditions: [UPDATED] } }),
      sets: (of) => [replicaSet(of, 3, 'web:1', 3), replicaSet(of, 2, 'web:2', 0)],
      underWay: false,
    },
    {
      name: 'not when the controller has seen a template that equals none (defaults added on the way)',
      of: deployment({ image: 'web:9' }),
      sets: (of) => [replicaSet(of, 1, 'web:1', 0), replicaSet(of, 2, 'web:2', 2)],
      underWay: false,
    },
  ])('$name', ({ of, sets, underWay }) => {
    expect(rollout(of, sets(of)).underWay).toBe(underWay);
  });

  it('counts new pods, ready and failing ones, but not those without room', () => {
    const [old, fresh] = [replicaSet(web, 1, 'web:1', 2), replicaSet(web, 2, 'web:2', 3)];
    const waiting = {
      containerStatuses: [{ name: 'app', restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
    };
    const noRoom = {
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
      containerStatuses: [],
    };
    const pods = [
      pod(old, 0),
      pod(fresh, 0, { ready: false, status: waiting }),
      pod(fresh, 1, { ready: false, status: noRoom }),
    ];
    const seen = rollout(web, [old, fresh], pods);
    expect(seen).toMatchObject({ newPods: 2, newPodsReady: 0, newPodsFailing: 1, failingPasses: 1 });
    expect(rollout(web, [old, fresh], [...pods, pod(fresh, 2)]).failingPasses, 'one new pod is ready').toBe(0);
  });

  it('says that it is paused, which is no rollout under way by itself', () => {
    const paused = deployment({ spec: { paused: true } });
    expect(rollout(paused, [replicaSet(paused, 1)])).toMatchObject({ paused: true, underWay: false });
  });

  it('does not take the ReplicaSets of another Deployment for its own', () => {
    const other = deployment({ name: 'other' });
    expect(rollout(deployment(), [replicaSet(deployment(), 1), replicaSet(other, 1, 'web:1', 2)]).underWay).toBe(false);
  });
});

describe('the times of a rollout', () => {
  const [before, after] = [deployment(), deployment({ image: 'web:2', annotations: revision(2) })];
  const [old, fresh] = [replicaSet(after, 1, 'web:1', 1), replicaSet(after, 2, 'web:2', 2)];
  const rolling = replicaSetsOf(after, [old, fresh]);
  const done = replicaSetsOf(after, [replicaSet(after, 1, 'web:1', 0), fresh]);
  const crash = {
    name: 'web-x',
    ready: false,
    current: true,
    restarts: 1,
    terminating: false,
    trouble: 'CrashLoopBackOff',
  };
  const seen = track(undefined, undefined, before, NOW);
  const changed = track(seen, before, after, NOW);
  const look = (tracked: Tracked, sets: typeof rolling, now: number, isPass = true, pods = [crash]): Rollout =>
    rolloutOf(after, sets, pods, { tracked, now, isPass });

  it('begin with a change of the template, not of replicas', () => {
    expect(look(changed, rolling, NOW).startedAt).toBe(NOW);
    expect(track(seen, before, deployment({ replicas: 9 }), NOW).rolloutStartedAt).toBeUndefined();
  });

  it('end with the first look that finds it over, which is inside the lock already', () => {
    const during = look(changed, rolling, NOW + 15_000);
    expect(during.completedAt).toBeUndefined();
    const state = trackPass(changed, during);
    expect(look(state, done, NOW + 20_000, false).completedAt, 'a look between passes').toBe(NOW + 20_000);
    const ended = look(state, done, NOW + 30_000);
    expect(ended.completedAt).toBe(NOW + 30_000);
    expect(look(trackPass(state, ended), done, NOW + 45_000).completedAt, 'and it stays').toBe(NOW + 30_000);
  });

  it('end also for a rollout that was over between two passes', () => {
    expect(look(changed, done, NOW + 15_000).completedAt).toBe(NOW + 15_000);
  });

  it('know the end of a rollout whose beginning was not watched, and not that of one never seen', () => {
    const state = trackPass(seen, look(seen, rolling, NOW));
    expect(state.rolloutStartedAt).toBeUndefined();
    expect(look(state, done, NOW + 15_000).completedAt).toBe(NOW + 15_000);
    expect(look(seen, done, NOW + 15_000).completedAt).toBeUndefined();
  });

  it('forget the earlier end when the next rollout begins', () => {
    const state = trackPass(changed, look(changed, done, NOW + 15_000));
    const again = track(state, after, deployment({ image: 'web:3' }), NOW + 60_000);
    expect(again).toMatchObject({ rolloutStartedAt: NOW + 60_000, rolling: true });
    expect(again.rolloutCompletedAt).toBeUndefined();
  });

  it('count consecutive failing passes, and looks in between not', () => {
    const once = trackPass(changed, look(changed, rolling, NOW));
    expect(look(once, rolling, NOW, false).failingPasses).toBe(1);
    const twice = trackPass(once, look(once, rolling, NOW));
    expect([once.failingPasses, twice.failingPasses]).toEqual([1, 2]);
    expect(look(twice, rolling, NOW, false, []).failingPasses, 'nothing fails any more').toBe(0);
    expect(track(twice, after, deployment({ image: 'web:3' }), NOW).failingPasses, 'another rollout').toBe(0);
  });
});
