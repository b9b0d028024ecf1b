import { describe, expect, it } from 'vitest';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { scene } from './scene.ts';
import { conditionsOf, isTrue, podSpec, replicaStatus } from './shapes.ts';
import { World } from './world.ts';

interface ContainerStatus {
  readonly restartCount: number;
  readonly ready: boolean;
  readonly state: { readonly waiting?: { readonly reason: string }; readonly running?: object };
  readonly lastState: { readonly terminated?: { readonly reason: string; readonly exitCode: number } };
}
const container = (pod: KubeObject | undefined): ContainerStatus => {
  const [first] = (pod?.status as { containerStatuses?: ContainerStatus[] } | undefined)?.containerStatuses ?? [];
  if (first === undefined) throw new Error('the pod has no container status');
  return first;
};
const eventsOf = (world: World): unknown[] =>
  world.objects.list(KINDS.Event, 'shop').map((event) => [event['reason'], event['type']]);

const fresh = (): World => new World({ clock: new ManualClock(), seed: 1 });

describe('a pod in the world', () => {
  it('that crashes shows restarts, its last end and a growing back-off, and is never ready', async () => {
    const { world, pods, ready } = scene(fresh(), {
      replicas: 1,
      templateAnnotations: { 'fake/state': 'CrashLoopBackOff' },
    });
    const restarts: number[] = [];
    for (let minute = 0; minute < 4; minute += 1) {
      await world.advance(60_000);
      restarts.push(container(pods()[0]).restartCount);
      expect(ready()).toBe(0);
    }
    // Runs of 1 s, pauses of 10, 20, 40, 80 and 160 s: starts at 11, 32, 73, 154 s.
    expect(restarts).toEqual([2, 3, 4, 4]);
    expect(container(pods()[0])).toMatchObject({
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { reason: 'Error', exitCode: 1 } },
    });
    expect(eventsOf(world)).toContainEqual(['BackOff', 'Warning']);
  });

  it('whose memory leaks over its limit is killed, away for 15 s, and starts again from its base', async () => {
    const { world, pods, ready } = scene(fresh(), { replicas: 1, limits: { memory: '200Mi' } });
    world.setLoad('shop/web', { rps: 10, mem_mi_base: 100, mem_leak_mi_per_s: 1 });
    await world.advance(2000);
    expect(ready()).toBe(1);
    await world.advance(100_000);
    expect(ready()).toBe(1);
    await world.advance(1000);
    expect(ready()).toBe(0);
    expect(container(pods()[0])).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
    });
    await world.advance(15_000);
    expect(ready()).toBe(1);
    await world.advance(100_000);
    expect(container(pods()[0]).restartCount).toBe(2);
  });

  it('whose base is above its memory limit stays in CrashLoopBackOff', async () => {
    const { world, pods, ready } = scene(fresh(), { replicas: 1, limits: { memory: '200Mi' } });
    world.setLoad('shop/web', { rps: 10, mem_mi_base: 300 });
    await world.advance(60_000);
    expect(ready()).toBe(0);
    expect(container(pods()[0])).toMatchObject({
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { reason: 'OOMKilled' } },
    });
  });

  it('without room on any node stays pending with the words of the scheduler, until room comes free', async () => {
    const nodes = [
      { name: 'a', cpu: '1', memory: '4Gi' },
      { name: 'b', cpu: '1', memory: '4Gi' },
    ];
    const { world, pods, ready } = scene(new World({ clock: new ManualClock(), seed: 1, nodes }), { replicas: 5 });
    await world.advance(10_000);
    expect(ready()).toBe(4);
    expect(
      pods()
        .map((pod) => podSpec(pod).nodeName)
        .sort(),
    ).toEqual(['a', 'a', 'b', 'b', undefined]);
    const pending = pods().find((pod) => podSpec(pod).nodeName === undefined);
    expect(pending?.status).toMatchObject({ phase: 'Pending' });
    expect(conditionsOf(pending ?? { apiVersion: '', kind: '', metadata: { name: '' } })[0]).toMatchObject({
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/2 nodes are available: 2 Insufficient cpu.',
    });
    const serving = pods().find((pod) => isTrue(pod, 'Ready'));
    world.remove(KINDS.Pod, 'shop', serving?.metadata.name ?? '');
    await world.advance(10_000);
    expect(ready()).toBe(4);
    world.edit(KINDS.Node, undefined, 'a', (node) => {
      node.status = { ...(node.status as object), allocatable: { cpu: '2', memory: '4Gi', pods: '10' } };
    });
    await world.advance(10_000);
    expect(ready()).toBe(5);
  });

  it('on a node that is not ready is not ready either, and comes back with it', async () => {
    const { world, ready, deployment } = scene(fresh(), { replicas: 2 });
    await world.advance(5000);
    const set = (status: string): void => {
      world.edit(KINDS.Node, undefined, 'node-1', (node) => {
        node.status = { ...(node.status as object), conditions: [{ type: 'Ready', status }] };
      });
    };
    set('Unknown');
    expect(ready()).toBe(0);
    expect(replicaStatus(deployment()).unavailableReplicas).toBe(2);
    set('True');
    expect(ready()).toBe(2);
  });

  it('that is switched unready by hand goes on running, and is ready again when switched back', async () => {
    const { world, pods, ready } = scene(fresh(), { replicas: 1 });
    await world.advance(5000);
    const name = pods()[0]?.metadata.name ?? '';
    const startedAt = container(pods()[0]).state.running;
    const set = (value: string): void => {
      world.edit(KINDS.Pod, 'shop', name, (pod) => {
        pod.metadata.annotations = { 'fake/ready': value };
      });
    };
    set('false');
    expect(ready()).toBe(0);
    await world.advance(30_000);
    set('true');
    expect(ready()).toBe(1);
    expect(container(pods()[0])).toMatchObject({ restartCount: 0, state: { running: startedAt } });
  });

  it('of an image of which only a share is healthy fails for the others', async () => {
    const { world, ready, pods } = scene(fresh(), { replicas: 6 });
    world.setImageHealth('registry.example/web:1', { healthyFraction: 0.5 });
    await world.advance(30_000);
    expect(ready()).toBe(3);
    expect(pods().filter((pod) => container(pod).restartCount > 0)).toHaveLength(3);
    world.setImageHealth('registry.example/web:1', { healthyFraction: 1 });
    await world.advance(5000);
    expect(ready()).toBe(6);
  });

  it('counts in what a disruption budget and a quota say', async () => {
    const { world } = scene(fresh(), { replicas: 5 });
    const object = (kind: string, apiVersion: string, spec: unknown): KubeObject =>
      world.apply({ apiVersion, kind, metadata: { name: 'x', namespace: 'shop' }, spec });
    object('PodDisruptionBudget', 'policy/v1', { minAvailable: '50%', selector: { matchLabels: { app: 'web' } } });
    object('ResourceQuota', 'v1', { hard: { pods: '8', 'requests.cpu': '4' } });
    await world.advance(5000);
    expect(world.get(KINDS.PodDisruptionBudget, 'shop', 'x')?.status).toMatchObject({
      currentHealthy: 5,
      desiredHealthy: 3,
      disruptionsAllowed: 2,
      expectedPods: 5,
    });
    expect(world.get(KINDS.ResourceQuota, 'shop', 'x')?.status).toMatchObject({
      used: { pods: '5', 'requests.cpu': '2500m' },
    });
  });
});
