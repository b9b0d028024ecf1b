import { describe, expect, it } from 'vitest';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { type ContractCluster, clusterContract } from '../testing/clusterContract.ts';
import { code, decisionObject, deploymentObject, lastChange, permitFor, value } from '../testing/contractObjects.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { worldPort } from './port.ts';
import { World } from './world.ts';

async function openWorld(): Promise<ContractCluster> {
  const world = new World({ clock: new ManualClock(), seed: 1 });
  for (const name of ['here', 'elsewhere']) world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const port = worldPort(world);
  return {
    ...port,
    clock: world.clock,
    namespaces: ['here', 'elsewhere'],
    seedDeployment: async (object) => {
      world.apply(object);
      await world.advance(60_000);
      const { namespace, name } = object.metadata;
      return value({ ok: true, value: world.get(KINDS.Deployment, namespace, name) ?? object });
    },
    patchByHand: async (namespace, name, patch) => {
      world.edit(KINDS.Deployment, namespace, name, (draft) => merge(draft, patch));
    },
    deleteByHand: async (namespace, name) => world.remove(KINDS.Deployment, namespace, name),
    tooOldVersion: async () => {
      const old = String(world.objects.version);
      world.apply(decisionObject('here', 'newer'));
      world.objects.compact();
      return old;
    },
    cutWatches: async () => port.cutWatches(),
    close: async () => undefined,
  };
}

/** RFC 7386. */
function merge(target: object, patch: object): void {
  for (const [key, given] of Object.entries(patch)) {
    const present: unknown = Reflect.get(target, key);
    if (given === null) Reflect.deleteProperty(target, key);
    else if (isObject(given) && isObject(present)) merge(present, given);
    else Reflect.set(target, key, given);
  }
}
const isObject = (thing: unknown): thing is object =>
  typeof thing === 'object' && thing !== null && !Array.isArray(thing);

clusterContract('the embedded world', openWorld);

describe('the port of the world', () => {
  const open = async () => {
    const world = new World({ clock: new ManualClock(), seed: 1 });
    world.apply(deploymentObject('shop', 'web', { replicas: 2 }));
    await world.advance(30_000);
    return { world, port: worldPort(world) };
  };
  const target = async (port: ReturnType<typeof worldPort>): Promise<KubeObject> => {
    const object = value(await port.reader.get(KINDS.Deployment, 'shop', 'web'));
    if (object === undefined) throw new Error('no Deployment');
    return object;
  };
  const replicas = (object: KubeObject): unknown => (object.spec as { replicas?: unknown }).replicas;

  it('records every call as the API server would see it', async () => {
    const { world, port } = await open();
    const object = await target(port);
    const permit = permitFor(object, { kind: 'scale', from: 2, to: 3 }, world.clock.now());
    await port.workloads.apply(permit, lastChange('x', '2', '3'), { dryRun: true });
    await port.workloads.apply(permit, lastChange('x', '2', '3'), { dryRun: false });
    const decision = value(await port.records.create(KINDS.Decision, decisionObject('shop', 'd')));
    await port.records.replaceStatus(KINDS.Decision, decision);
    await port.reader.list(KINDS.Node);
    await port.metrics.read([{ namespace: 'shop', deployment: 'web', metrics: [] }], new AbortController().signal);
    expect(port.calls.map(({ verb, path }) => `${verb} ${path}`)).toEqual([
      'get /apis/apps/v1/namespaces/shop/deployments/web',
      'patch /apis/apps/v1/namespaces/shop/deployments/web?dryRun=All',
      'patch /apis/apps/v1/namespaces/shop/deployments/web',
      'create /apis/fairlead.dev/v1alpha1/namespaces/shop/decisions',
      'update /apis/fairlead.dev/v1alpha1/namespaces/shop/decisions/d/status',
      'list /api/v1/nodes',
      'metrics /apis/metrics.k8s.io/v1beta1/namespaces/shop/pods',
    ]);
  });

  it.each([
    ['before the write, which is not done', { afterApply: false }, 2, false],
    ['after the write, which is done and its answer lost', { afterApply: true }, 3, true],
  ])('fails on demand %s', async (_name, fault, after, uncertain) => {
    const { world, port } = await open();
    const permit = permitFor(await target(port), { kind: 'scale', from: 2, to: 3 }, world.clock.now());
    port.failNext({ verb: 'patch', kind: 'Deployment', code: 'unavailable', sparesDryRuns: true, ...fault });
    value(await port.workloads.apply(permit, lastChange('x', '2', '3'), { dryRun: true }));
    const answer = await port.workloads.apply(permit, lastChange('x', '2', '3'), { dryRun: false });
    expect(answer).toMatchObject({ ok: false, error: { code: 'unavailable', uncertain } });
    expect(replicas(await target(port))).toBe(after);
  });

  it('fails only what matches, as often as asked, and heals', async () => {
    const { port } = await open();
    port.failNext({ verb: 'list', kind: 'Pod', code: 'unavailable', times: 2 });
    port.failNext({ code: 'denied', verb: 'create', times: 9 });
    expect(code(await port.reader.list(KINDS.Deployment))).toBe('ok');
    expect(code(await port.reader.list(KINDS.Pod))).toBe('unavailable');
    expect(code(await port.reader.list(KINDS.Pod))).toBe('unavailable');
    expect(code(await port.reader.list(KINDS.Pod))).toBe('ok');
    expect(code(await port.records.create(KINDS.Decision, decisionObject('shop', 'd')))).toBe('denied');
    port.heal();
    expect(code(await port.records.create(KINDS.Decision, decisionObject('shop', 'd')))).toBe('ok');
  });

  it('hangs on the clock of the world, and answers with the error when the time is over', async () => {
    const { world, port } = await open();
    port.failNext({ verb: 'list', code: 'unavailable', hangMs: 5000 });
    let answered = false;
    const listing = port.reader.list(KINDS.Pod).then((answer) => {
      answered = true;
      return answer;
    });
    await world.advance(4999);
    expect(answered).toBe(false);
    await world.advance(1);
    expect(code(await listing)).toBe('unavailable');
  });

  it.each([
    ['a record that breaks its schema', { tool: 5 }, 'invalid'],
    ['a spec that changes', { rationale: 'another' }, 'invalid'],
    ['the same spec again', {}, 'ok'],
  ])('answers %s as the CRD does', async (_name, changed, expected) => {
    const { port } = await open();
    const made = value(await port.records.create(KINDS.Decision, decisionObject('shop', 'd')));
    const next = { ...made, spec: { ...(made.spec as object), ...changed } };
    expect(code(await port.records.replace(KINDS.Decision, next))).toBe(expected);
  });

  it('drops fields that a record does not have', async () => {
    const { port } = await open();
    const draft = decisionObject('shop', 'd');
    const made = value(
      await port.records.create(KINDS.Decision, { ...draft, spec: { ...(draft.spec as object), extra: 1 } }),
    );
    expect(made.spec).not.toHaveProperty('extra');
  });

  it('refuses a record in a namespace that is not there', async () => {
    const { port } = await open();
    expect(code(await port.records.create(KINDS.Decision, decisionObject('nowhere', 'd')))).toBe('notFound');
  });

  it('gives out objects that nobody can change by accident', async () => {
    const { port } = await open();
    const object = await target(port);
    expect(() => Reflect.set(object.metadata, 'name', 'other')).not.toThrow();
    expect((await target(port)).metadata.name).toBe('web');
    expect(Object.isFrozen(object.spec)).toBe(true);
  });
});
