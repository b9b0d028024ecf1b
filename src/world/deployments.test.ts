import { describe, expect, it } from 'vitest';
import { KINDS, type KubeObject, LAST_CHANGE_ANNOTATION } from '../schema/kube.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { type SceneOptions, scene } from './scene.ts';
import { conditionsOf, deploymentSpec, isTrue, podSpec, replicaStatus } from './shapes.ts';
import { World } from './world.ts';

/** A Deployment `shop/web` and what a test looks at. */
const open = (options: Partial<SceneOptions> = {}, world = fresh()) => scene(world, { replicas: 4, ...options });
const reasonOf = (object: KubeObject, type: string): string | undefined =>
  conditionsOf(object).find((condition) => condition.type === type)?.reason;

const fresh = (): World => new World({ clock: new ManualClock(), seed: 1 });

describe('a Deployment in the world', () => {
  it('gets pods that are ready after their start-up time, and says so in its status', async () => {
    const slow = new World({ clock: new ManualClock(), seed: 1 });
    slow.setReadyAfter('shop/web', 7000);
    const { world, deployment, pods } = open({}, slow);
    await world.advance(6999);
    expect(pods().map((pod) => isTrue(pod, 'Ready'))).toEqual([false, false, false, false]);
    expect(replicaStatus(deployment())).toMatchObject({ replicas: 4, updatedReplicas: 4, unavailableReplicas: 4 });
    expect(reasonOf(deployment(), 'Available')).toBe('MinimumReplicasUnavailable');
    await world.advance(1);
    expect(replicaStatus(deployment())).toMatchObject({
      readyReplicas: 4,
      availableReplicas: 4,
      observedGeneration: 1,
    });
    expect(replicaStatus(deployment())).not.toHaveProperty('unavailableReplicas');
    expect(reasonOf(deployment(), 'Progressing')).toBe('NewReplicaSetAvailable');
  });

  it('owns its pods through a ReplicaSet that carries the template hash', async () => {
    const { world, pods, sets } = open({ replicas: 1 });
    await world.advance(5000);
    const [set] = sets();
    const [pod] = pods();
    expect(pod?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'ReplicaSet', uid: set?.metadata.uid });
    expect(set?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Deployment', name: 'web', controller: true });
    expect(set?.metadata.name).toBe(`web-${pod?.metadata.labels?.['pod-template-hash']}`);
  });

  it('scales up at once, and down by the pods that serve least', async () => {
    const { world, pods } = open({ replicas: 2 });
    await world.advance(5000);
    const old = pods().map((pod) => pod.metadata.name);
    world.scaleByHand('shop/web', 5);
    expect(pods()).toHaveLength(5);
    await world.advance(1000);
    world.scaleByHand('shop/web', 2);
    expect(pods().map((pod) => pod.metadata.name)).toEqual(old);
  });

  it('comes to rest with ten thousand pods, of which a few draw a name that another has', {
    timeout: 60_000,
  }, async () => {
    const { world, pods } = open({ replicas: 10_000 });
    await world.advance(5_000);
    expect(new Set(pods().map((pod) => pod.metadata.uid)).size).toBe(10_000);
    expect(world.quietFor()).toBeGreaterThan(0);
  });

  it('rolls out within a quarter of surge and a quarter unavailable, and ends with new pods only', async () => {
    const { world, pods, ready, setImage } = open({ replicas: 8 });
    await world.advance(5000);
    setImage('registry.example/web:2');
    const seen: number[][] = [];
    for (let second = 0; second < 20; second += 1) {
      seen.push([pods().length, ready()]);
      await world.advance(1000);
    }
    expect(Math.max(...seen.map(([all = 0]) => all))).toBe(10);
    expect(Math.min(...seen.map(([, serving = 0]) => serving))).toBe(6);
    expect(pods()).toHaveLength(8);
    expect(new Set(pods().map((pod) => podSpec(pod).containers[0]?.image))).toEqual(
      new Set(['registry.example/web:2']),
    );
  });

  it('that rolls back keeps the pods that still run the former template', async () => {
    const { world, pods, ready, setImage, deployment, sets } = open({ replicas: 4 });
    await world.advance(5000);
    const before = pods().map((pod) => pod.metadata.name);
    setImage('registry.example/bad:2');
    await world.advance(30_000);
    expect(ready()).toBe(3);
    setImage('registry.example/web:1');
    const kept = pods().filter((pod) => before.includes(pod.metadata.name));
    expect(kept).toHaveLength(3);
    await world.advance(5000);
    expect(ready()).toBe(4);
    expect(deployment().metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    expect(sets().map((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision'])).toEqual(['2', '3']);
  });

  it('with an image that cannot be pulled stands with the words of the kubelet until its deadline', async () => {
    const { world, pods, setImage, deployment } = open({ replicas: 4 });
    await world.advance(5000);
    setImage('registry.example/bad:2');
    const waiting = (): unknown => pods().flatMap(waitingReasons);
    expect(waiting()).toEqual(['ErrImagePull', 'ErrImagePull']);
    await world.advance(2000);
    expect(waiting()).toEqual(['ImagePullBackOff', 'ImagePullBackOff']);
    expect(reasonOf(deployment(), 'Progressing')).toBe('ReplicaSetUpdated');
    await world.advance(600_000);
    expect(reasonOf(deployment(), 'Progressing')).toBe('ProgressDeadlineExceeded');
    expect(isTrue(deployment(), 'Available')).toBe(true);
  });

  it.each([
    ['a scale-up', 2, (to: number) => to],
    ['a restart', 3, () => undefined],
  ])('under a full quota stops %s with ReplicaFailure, not with Progressing', async (_name, replicas, scaled) => {
    const { world, deployment, pods, restart } = open({ replicas });
    await world.advance(5000);
    world.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'shop' },
      spec: { hard: { pods: String(replicas) } },
    });
    const to = scaled(4);
    if (to === undefined) restart('2026-01-05T00:00:00Z');
    else world.scaleByHand('shop/web', to);
    await world.advance(14_000);
    const failure = conditionsOf(deployment()).find(({ type }) => type === 'ReplicaFailure');
    expect(failure).toMatchObject({ status: 'True', reason: 'FailedCreate' });
    expect(failure?.message).toMatch(
      new RegExp(`exceeded quota: q, requested: pods=1, used: pods=${replicas}, limited: pods=${replicas}`),
    );
    expect(isTrue(deployment(), 'Progressing')).toBe(true);
    expect(replicaStatus(deployment()).readyReplicas).toBe(replicas);
    expect(pods()).toHaveLength(replicas);
    world.remove(KINDS.ResourceQuota, 'shop', 'q');
    await world.advance(30_000);
    expect(conditionsOf(deployment()).some(({ type }) => type === 'ReplicaFailure')).toBe(false);
    expect(replicaStatus(deployment())).toMatchObject({ readyReplicas: to ?? 3, updatedReplicas: to ?? 3 });
  });

  it('under foreground deletion still takes patches, makes no pod, and is gone with its pods at the end', async () => {
    const { world, pods, deployment } = open({ replicas: 2 });
    await world.advance(5000);
    world.remove(KINDS.Deployment, 'shop', 'web', { afterMs: 20_000 });
    const before = replicaStatus(deployment()).observedGeneration ?? 0;
    world.scaleByHand('shop/web', 4);
    expect(pods()).toHaveLength(2);
    expect(replicaStatus(deployment()).observedGeneration).toBe(before + 1);
    expect(deployment().metadata.deletionTimestamp).toBeDefined();
    await world.advance(20_000);
    expect(world.get(KINDS.Deployment, 'shop', 'web')).toBeUndefined();
    expect(pods()).toEqual([]);
  });

  it('raises its generation with spec and annotations, and not with labels, status or its revision', async () => {
    const { world, deployment } = open();
    await world.advance(5000);
    const generations: (number | undefined)[] = [deployment().metadata.generation];
    const edit = (mutate: (draft: KubeObject) => void): void => {
      world.edit(KINDS.Deployment, 'shop', 'web', mutate);
      generations.push(deployment().metadata.generation);
    };
    edit((draft) => Object.assign(draft.metadata, { labels: { team: 'a' } }));
    edit((draft) => Object.assign(draft.metadata, { annotations: { ...draft.metadata.annotations, note: '1' } }));
    edit((draft) => Object.assign(draft, { spec: { ...(draft.spec as object), replicas: 5 } }));
    edit(() => undefined);
    expect(generations).toEqual([1, 1, 2, 3, 3]);
  });

  it('hands the field to whoever changes it last, and hands its annotations to its ReplicaSet', async () => {
    const { world, deployment, sets } = open();
    const owners = (): unknown =>
      deployment().metadata.managedFields?.map(({ manager, fieldsV1 }) => [manager, fieldsV1]);
    expect(owners()).toEqual([['helm', { 'f:spec': { 'f:replicas': {}, 'f:template': {} } }]]);
    world.scaleByHand('shop/web', 5, 'keda');
    expect(owners()).toEqual([
      ['helm', { 'f:spec': { 'f:template': {} } }],
      ['keda', { 'f:spec': { 'f:replicas': {} } }],
    ]);
    world.edit(KINDS.Deployment, 'shop', 'web', (draft) => {
      draft.metadata.annotations = { [LAST_CHANGE_ANNOTATION]: 'x' };
    });
    expect(sets()[0]?.metadata.annotations?.[LAST_CHANGE_ANNOTATION]).toBe('x');
  });

  it.each([
    ['a negative number of replicas', { replicas: -1 }, /spec\.replicas/],
    [
      'a template without the labels of its selector',
      { selector: { matchLabels: { app: 'other' } } },
      /does not match/,
    ],
    ['no containers', { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } } }, /containers/],
  ])('is refused with %s, saying where', (_name, spec, message) => {
    const { world, deployment } = open();
    expect(() => world.apply({ ...deployment(), spec: { ...(deployment().spec as object), ...spec } })).toThrow(
      message,
    );
  });

  it('takes its first restart back into the template of before: no empty annotations stay, the old ReplicaSet serves again', async () => {
    const { world, deployment, sets, restart } = open({ replicas: 2 });
    await world.advance(10_000);
    const [before] = sets().map(({ metadata }) => metadata.name);
    restart('2026-01-05T00:00:10Z');
    await world.advance(20_000);
    const restartedAt = '/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt';
    const removed = world.api.patch(KINDS.Deployment, 'shop', 'web', [{ op: 'remove', path: restartedAt }], {
      manager: 'test',
    });
    expect(removed.ok && deploymentSpec(removed.value).template.metadata).not.toHaveProperty('annotations');
    if (removed.ok) world.touched(removed.value);
    await world.advance(20_000);
    expect(sets()).toHaveLength(2);
    const serving = sets().filter((set) => replicaStatus(set).replicas === 2);
    expect(serving.map(({ metadata }) => metadata.name)).toEqual([before]);
    const { generation } = deployment().metadata;
    const empty = [{ op: 'add', path: '/spec/template/metadata/annotations', value: {} }] as const;
    world.api.patch(KINDS.Deployment, 'shop', 'web', empty, { manager: 'test' });
    expect(deployment().metadata.generation).toBe(generation);
  });

  it('repeats to the byte with the same seed, and not with another', async () => {
    const run = async (seed: number): Promise<string> => {
      const { world, setImage } = scene(new World({ clock: new ManualClock(), seed }), { replicas: 3 });
      await world.advance(10_000);
      setImage('registry.example/web:2');
      await world.advance(20_000);
      return JSON.stringify(
        [KINDS.Deployment, KINDS.ReplicaSet, KINDS.Pod, KINDS.Event].map((k) => world.objects.list(k)),
      );
    };
    expect(await run(7)).toBe(await run(7));
    expect(await run(7)).not.toBe(await run(8));
  });
});

const waitingReasons = (pod: KubeObject): string[] => {
  const statuses = (pod.status as { containerStatuses?: { state: { waiting?: { reason: string } } }[] })
    .containerStatuses;
  return (statuses ?? []).flatMap(({ state }) => (state.waiting === undefined ? [] : [state.waiting.reason]));
};
