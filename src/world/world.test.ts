import { describe, expect, it } from 'vitest';
import type { Clock } from '../ports/clock.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { ManualClock, settle } from '../testing/manualClock.ts';
import { worldPort } from './port.ts';
import { scene } from './scene.ts';
import { conditionsOf, isTrue, replicaStatus } from './shapes.ts';
import { World } from './world.ts';

describe('time in the world', () => {
  it('reaches watchers at the instant at which things happen, in order', async () => {
    const clock = new ManualClock();
    const world = new World({ clock, seed: 1 });
    const { reader } = worldPort(world);
    const start = clock.now();
    const seen: [number, string, string | undefined][] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const event of reader.watch(KINDS.Pod, 'shop', String(world.objects.version), stop.signal)) {
        if (event.type === 'ended') break;
        const ready = isTrue(event.object, 'Ready') ? 'ready' : undefined;
        seen.push([clock.now() - start, event.type, ready]);
      }
    })();
    const { pods } = scene(world, { replicas: 1 });
    await world.advance(10_000);
    world.remove(KINDS.Pod, 'shop', pods()[0]?.metadata.name ?? '');
    await settle();
    stop.abort();
    await watching;
    expect(seen.filter(([, type, ready]) => type !== 'modified' || ready !== undefined)).toEqual([
      [0, 'added', undefined],
      [2000, 'modified', 'ready'],
      [10_000, 'deleted', 'ready'],
      [10_000, 'added', undefined],
    ]);
  });

  it('catches up with a clock that ran by itself, each thing stamped with its own instant', () => {
    const clock: Clock & { time: number } = {
      time: Date.UTC(2026, 0, 5),
      now: () => clock.time,
      sleep: () => Promise.resolve(),
    };
    const world = new World({ clock, seed: 1 });
    const { ready, pods } = scene(world, { replicas: 2 });
    clock.time += 60_000;
    expect(ready()).toBe(2);
    const became = pods()
      .flatMap(conditionsOf)
      .find(({ type }) => type === 'Ready');
    expect(became?.lastTransitionTime).toBe('2026-01-05T00:00:02Z');
    expect(world.quietFor()).toBe(15_000);
  });

  it('cannot be advanced on a clock that runs by itself', async () => {
    const clock: Clock = { now: () => 0, sleep: () => Promise.resolve() };
    await expect(new World({ clock, seed: 1 }).advance(1)).rejects.toThrow(/stepped clock/);
  });

  it('lets loops that sleep on the same clock see what is due at their own instant', async () => {
    const clock = new ManualClock();
    const world = new World({ clock, seed: 1 });
    const { reader } = worldPort(world);
    scene(world, { replicas: 1 });
    let ready: number | undefined;
    void clock.sleep(2000).then(async () => {
      const answer = await reader.get(KINDS.Deployment, 'shop', 'web');
      ready = answer.ok && answer.value !== undefined ? replicaStatus(answer.value).readyReplicas : undefined;
    });
    await world.advance(2000);
    expect(ready).toBe(1);
  });
});

describe('people in the world', () => {
  const config = (annotations: Record<string, string>): KubeObject => ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop', annotations },
    spec: { minReplicas: 2, maxReplicas: 5 },
  });

  it('apply what they give and leave what others wrote', () => {
    const world = new World({ clock: new ManualClock(), seed: 1 });
    world.apply(config({ a: '1' }));
    world.edit(KINDS.HorizontalPodAutoscaler, 'shop', 'web', (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, b: '2' };
      draft.spec = { ...(draft.spec as object), behavior: {} };
    });
    const applied = world.apply({ ...config({ a: '3' }), spec: { maxReplicas: 9 } });
    expect(applied.metadata.annotations).toEqual({ a: '3', b: '2' });
    expect(applied.spec).toEqual({ minReplicas: 2, maxReplicas: 9, behavior: {} });
  });

  it('who write what already stands change nothing: no version, no event', () => {
    const world = new World({ clock: new ManualClock(), seed: 1 });
    const first = world.apply(config({ a: '1' }));
    const version = world.objects.version;
    expect(world.apply(config({ a: '1' }))).toBe(first);
    expect(world.objects.version).toBe(version);
  });

  it.each([
    ['an unknown kind', (world: World) => world.apply({ ...config({}), kind: 'Secret' }), /no kind Secret/],
    ['editing what is not there', (world: World) => world.scaleByHand('shop/none', 3), /no Deployment none/],
    ['removing what is not there', (world: World) => world.remove(KINDS.Pod, 'shop', 'x'), /no Pod x/],
    ['measuring what is not there', (world: World) => world.measure('shop/none'), /no Deployment shop\/none/],
  ])('are told of %s', (_name, act, message) => {
    expect(() => act(new World({ clock: new ManualClock(), seed: 1 }))).toThrow(message);
  });
});
