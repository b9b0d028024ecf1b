import { afterEach, describe, expect, it } from 'vitest';
import {
  CALM,
  openStage,
  PASS_MS,
  SCALING,
  type Stage,
  type StageOptions,
} from '../../../test/stages/executorStage.ts';
import { Observer } from '../../observe/observer.ts';
import { BlueprintStatus, type Condition } from '../../schema/blueprint/status.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const stages: Stage[] = [];
const open = async (options?: StageOptions): Promise<Stage> => {
  const stage = await openStage(options);
  stages.push(stage);
  return stage;
};
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

const status = (stage: Stage): BlueprintStatus =>
  BlueprintStatus.parse(stage.world.get(KINDS.Blueprint, 'shop', 'web')?.status);
const accepted = (stage: Stage): Condition | undefined => status(stage).conditions?.[0];
const versions = (stage: Stage): KubeObject[] => stage.world.objects.list(KINDS.ControllerRevision, 'shop');
const recordWrites = (stage: Stage): string[] =>
  stage.port.calls.filter(({ verb }) => ['create', 'update', 'delete', 'patch'].includes(verb)).map(({ path }) => path);

/** A person applies another version, and one pass of both roles follows. */
async function apply(stage: Stage, version: string, change: Record<string, unknown>): Promise<void> {
  stage.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => {
    draft.spec = { ...(draft.spec as object), version, ...change };
  });
  await stage.run(PASS_MS);
}
const kept = (stage: Stage): string => `web-${stage.hash.slice(0, 10)}`;
const maxReplicas = (max: number) => ({ scaling: { ...SCALING, max_replicas: max } });
/** The API server cannot read conditions: this fault gets through to us. */
const BAD = {
  governance: {
    agent_authority: {
      allowed_operations: ['scale_within_limits'],
      requires_approval: [{ operation: 'scale_beyond_limits', condition: 'size(', approvers: ['devops-team'] }],
    },
  },
};

/** What a process that has just started sees: the same cluster, none of the memory. */
async function restarted(stage: Stage) {
  const { reader, metrics } = stage.port;
  const { clock, log, ownNamespace } = stage.deps;
  const observer = new Observer({ reader, metrics, clock, log, ownNamespace });
  const stop = new AbortController();
  await observer.start(stop.signal);
  return { observer, executor: new Executor({ ...stage.deps, observer }), stop: () => stop.abort() };
}

describe('an accepted blueprint', () => {
  it('says so in its status, is kept as a revision, and stands in the log', async () => {
    const stage = await open();
    await stage.run(PASS_MS);
    expect(status(stage)).toMatchObject({
      observedVersion: '1.0.0',
      observedGeneration: 1,
      hash: stage.hash,
      autonomy: 'autonomous',
      conditions: [
        { type: 'Accepted', status: 'True', reason: 'Accepted', observedGeneration: 1 },
        { type: 'Managed', status: 'True', reason: 'Labelled' },
      ],
    });
    expect(versions(stage)).toMatchObject([
      {
        metadata: { name: `web-${stage.hash.slice(0, 10)}`, labels: { 'fairlead.dev/blueprint': 'web' } },
        revision: 1,
        data: { version: '1.0.0' },
      },
    ]);
    expect(stage.journal.of('blueprint')).toMatchObject([
      { data: { name: 'web', namespace: 'shop', version: '1.0.0', hash: stage.hash, accepted: true } },
    ]);
  });

  it('costs nothing on a calm pass', async () => {
    const stage = await open({ replicas: 3, load: CALM });
    await stage.run(PASS_MS);
    const [before, records] = [recordWrites(stage).length, stage.journal.records.length];
    const lists = stage.port.calls.filter(({ path }) => path.includes('controllerrevisions')).length;
    await stage.run(10 * PASS_MS);
    expect(recordWrites(stage).slice(before)).toEqual([]);
    expect(stage.journal.records.length).toBe(records);
    expect(stage.port.calls.filter(({ path }) => path.includes('controllerrevisions')).length).toBe(lists);
  });

  it('shows the autonomy in force when the ceiling moves, without telling it as another version', async () => {
    const stage = await open();
    await stage.run(PASS_MS);
    const { apiVersion, kind } = KINDS.ClusterBlueprint;
    stage.world.apply({ apiVersion, kind, metadata: { name: 'default' }, spec: { autonomy: 'observe' } });
    await stage.run(PASS_MS);
    expect(status(stage)).toMatchObject({ autonomy: 'observe', observedVersion: '1.0.0' });
    expect(stage.journal.of('blueprint')).toHaveLength(1);
  });

  it('keeps ten versions, and one that comes back is the newest again', async () => {
    const stage = await open();
    for (let n = 1; n <= 12; n++) await apply(stage, `1.${n}.0`, maxReplicas(6 + n));
    expect(versions(stage)).toHaveLength(10);
    expect(versions(stage).map(({ data }) => (data as { version: string }).version)).not.toContain('1.1.0');
    await apply(stage, '1.5.0', maxReplicas(11));
    const newest = versions(stage).toSorted((a, b) => Number(b['revision']) - Number(a['revision']))[0];
    expect(newest?.['data']).toMatchObject({ version: '1.5.0' });
    expect(versions(stage)).toHaveLength(10);
  });

  it('is tried again when the log or the API server did not take it', async () => {
    const stage = await open();
    stage.journal.unwritable = 'no space left on device';
    await stage.run(PASS_MS);
    expect(stage.world.get(KINDS.Blueprint, 'shop', 'web')?.status).toBeUndefined();
    stage.journal.unwritable = undefined;
    stage.port.failNext({ verb: 'create', path: 'controllerrevisions', code: 'unavailable' });
    await stage.run(PASS_MS);
    await stage.run(PASS_MS);
    expect(accepted(stage)?.status).toBe('True');
    expect(stage.journal.of('blueprint')).toHaveLength(1);
  });

  it('takes the place of what a deleted blueprint of the same name and content left behind', async () => {
    const stage = await open();
    await stage.run(PASS_MS);
    const { metadata, spec, apiVersion, kind } = stage.world.get(KINDS.Blueprint, 'shop', 'web') as KubeObject;
    stage.world.remove(KINDS.Blueprint, 'shop', 'web');
    stage.world.apply({ apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, spec });
    await stage.run(PASS_MS);
    const uid = stage.world.get(KINDS.Blueprint, 'shop', 'web')?.metadata.uid;
    expect(uid).not.toBe(metadata.uid);
    expect(versions(stage).map((version) => version.metadata.ownerReferences?.[0]?.uid)).toEqual([uid]);
    expect(accepted(stage)?.status).toBe('True');
  });
});

describe('a refused blueprint', () => {
  it('is refused whole: its status names fault and fix, an Event the Deployment, and the last accepted version stays', async () => {
    const stage = await open();
    await stage.run(PASS_MS);
    await apply(stage, '2.0.0', { ...maxReplicas(9), ...BAD });
    expect(accepted(stage)).toMatchObject({ status: 'False', reason: 'InvalidCondition', observedGeneration: 2 });
    expect(accepted(stage)?.message).toContain('version 1.0.0 stays in force');
    expect(status(stage)).toMatchObject({ observedVersion: '1.0.0', hash: stage.hash });
    expect(stage.observer.views()[0]?.blueprint?.scaling.maxReplicas).toBe(6);
    const told = stage.told().filter(({ reason }) => reason === 'BlueprintRefused');
    expect(told).toHaveLength(1);
    expect(told[0]?.note).toContain('condition');
    expect(stage.journal.of('blueprint').map(({ data }) => [data['version'], data['accepted']])).toEqual([
      ['1.0.0', true],
      ['2.0.0', false],
    ]);
    expect(versions(stage)).toHaveLength(1);
    await stage.run(4 * PASS_MS);
    expect(stage.journal.of('blueprint')).toHaveLength(2);
  });

  it('is accepted once it is mended', async () => {
    const stage = await open();
    await apply(stage, '2.0.0', BAD);
    const since = accepted(stage)?.lastTransitionTime;
    await apply(stage, '2.0.1', { governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } } });
    expect(accepted(stage)).toMatchObject({ status: 'True', message: 'version 2.0.1 is in force' });
    expect(accepted(stage)?.lastTransitionTime).not.toBe(since);
  });

  it('that was never good has nothing in force', async () => {
    const stage = await open();
    stage.world.remove(KINDS.Blueprint, 'shop', 'web');
    const { apiVersion, kind } = KINDS.Blueprint;
    stage.world.apply({
      apiVersion,
      kind,
      metadata: { name: 'web', namespace: 'shop' },
      spec: { version: '1.0.0', scaling: SCALING, ...BAD },
    });
    await stage.run(PASS_MS);
    expect(accepted(stage)?.message).toContain('nothing is in force');
    expect(status(stage).observedVersion).toBeUndefined();
  });

  it('leaves the last accepted version in force after a restart, read once and never again', async () => {
    const stage = await open();
    await stage.run(PASS_MS);
    await apply(stage, '1.1.0', maxReplicas(8));
    await apply(stage, '2.0.0', { ...maxReplicas(9), ...BAD });
    const { observer, executor, stop } = await restarted(stage);
    const before = stage.port.calls.length;
    for (let pass = 0; pass < 5; pass++) {
      await stage.world.advance(PASS_MS);
      const [view] = await observer.pass();
      expect(view?.blueprint).toMatchObject({ version: '1.1.0', scaling: { maxReplicas: 8 } });
      expect(view?.faults?.[0]?.code).toBe('InvalidCondition');
      await executor.pass();
    }
    const fresh = await observer.fresh('shop', 'web');
    expect(fresh.ok && fresh.value.blueprint?.version).toBe('1.1.0');
    const reads = stage.port.calls.slice(before).filter(({ path }) => path.includes('controllerrevisions'));
    expect(reads).toHaveLength(1);
    stop();
  });

  it('after a restart: kept versions that cannot be read are asked for again, and nothing is in force meanwhile', async () => {
    const stage = await open();
    await stage.run(PASS_MS);
    await apply(stage, '2.0.0', BAD);
    const { observer, executor, stop } = await restarted(stage);
    const before = status(stage);
    stage.port.failNext({ verb: 'list', path: 'controllerrevisions', code: 'unavailable' });
    const [view] = await observer.pass();
    expect(view?.blueprint).toBeUndefined();
    expect(view?.problems?.join()).toContain('cannot be read');
    await executor.pass();
    expect(status(stage), 'a guess is not written down').toEqual(before);
    expect((await observer.pass())[0]?.blueprint?.version).toBe('1.0.0');
    stop();
  });

  it('after a restart: a kept version that is not what its name promises counts for nothing', async () => {
    const stage = await open();
    await stage.run(PASS_MS);
    await apply(stage, '2.0.0', BAD);
    stage.world.edit(KINDS.ControllerRevision, 'shop', kept(stage), (draft) => {
      draft['data'] = { ...(draft['data'] as object), ...maxReplicas(1000) };
    });
    const { observer, stop } = await restarted(stage);
    expect((await observer.pass())[0]?.blueprint).toBeUndefined();
    stop();
  });

  it('after a restart: rules of the organisation that became stricter bind the kept version', async () => {
    const stage = await open();
    await stage.run(PASS_MS);
    await apply(stage, '2.0.0', BAD);
    const { apiVersion, kind } = KINDS.ClusterBlueprint;
    stage.world.apply({ apiVersion, kind, metadata: { name: 'default' }, spec: { ceilings: { max_replicas: 4 } } });
    const { observer, stop } = await restarted(stage);
    expect((await observer.pass())[0]?.blueprint?.scaling.maxReplicas).toBe(4);
    stop();
  });
});

describe('the label on the target', () => {
  const managed = (stage: Stage): Condition | undefined =>
    status(stage).conditions?.find(({ type }) => type === 'Managed');
  const label = async (stage: Stage, labels: Record<string, string>): Promise<void> => {
    stage.world.edit(KINDS.Deployment, 'shop', 'web', ({ metadata }) => {
      metadata.labels = labels;
    });
    await stage.run(PASS_MS);
  };

  it.each([[{}], [{ 'fairlead.dev/managed': 'false' }]])(
    'that is not what people set (%j) is told in the status, with the fix, once, and until it is there',
    async (labels) => {
      const stage = await open({ replicas: 3, load: CALM });
      await stage.run(PASS_MS);
      const before = managed(stage);
      expect(before).toMatchObject({ status: 'True', reason: 'Labelled' });
      await label(stage, labels);
      expect(managed(stage)).toMatchObject({ status: 'False', reason: 'LabelMissing', observedGeneration: 1 });
      expect(managed(stage)?.message).toContain('kubectl label deploy -n shop web fairlead.dev/managed=true');
      expect(Date.parse(managed(stage)?.lastTransitionTime ?? '')).toBeGreaterThan(
        Date.parse(before?.lastTransitionTime ?? ''),
      );
      expect(accepted(stage)).toMatchObject({ type: 'Accepted', status: 'True' });
      const writes = recordWrites(stage).length;
      await stage.run(5 * PASS_MS);
      expect(recordWrites(stage).length).toBe(writes);
      await label(stage, { 'fairlead.dev/managed': 'true' });
      expect(managed(stage)).toMatchObject({ status: 'True' });
      // It is no other version, and no record of one.
      expect(stage.journal.of('blueprint')).toHaveLength(1);
    },
  );

  it('is looked at under a version that is refused, too', async () => {
    const stage = await open();
    await apply(stage, '2.0.0', BAD);
    await label(stage, {});
    expect(status(stage).conditions?.map(({ type, status: holds }) => `${type} ${holds}`)).toEqual([
      'Accepted False',
      'Managed False',
    ]);
  });

  it('is none of a Deployment that is gone', async () => {
    const stage = await open();
    await stage.run(PASS_MS);
    stage.world.remove(KINDS.Deployment, 'shop', 'web');
    await stage.run(PASS_MS);
    expect(status(stage).conditions).toHaveLength(1);
  });
});

describe('a change under way when its blueprint changes', () => {
  it('is verified by the version it began under', async () => {
    const stage = await open();
    await stage.wish(A, { arguments: { replicas: 3 } });
    await stage.executor.pass();
    expect(stage.status(A).changes[0]?.blueprint).toBe(stage.hash);
    const strict = { name: 'latency_p95', type: 'threshold', target: '< 1ms', critical: true, rollback_trigger: true };
    await apply(stage, '2.0.0', { verification: { stabilization_period: '60s', checks: [strict] } });
    await stage.run(120_000);
    expect(stage.status(A)).toMatchObject({ phase: 'Succeeded', reason: 'Verified' });
    expect(stage.status(A).verification?.checks.map(({ name }) => name)).toEqual(['latency_p95', 'error_rate']);
    expect(stage.replicas()).toBe(3);
  });

  it.each([
    ['is not kept any more', (stage: Stage) => stage.world.remove(KINDS.ControllerRevision, 'shop', kept(stage))],
    [
      'may not be read',
      (stage: Stage) => stage.port.failNext({ verb: 'get', path: 'controllerrevisions', code: 'denied', times: 1000 }),
    ],
  ])('is verified by the version of now when the one it began under %s', async (_, harm) => {
    const stage = await open();
    await stage.wish(A, { arguments: { replicas: 3 } });
    await stage.executor.pass();
    const only = { name: 'error_rate', type: 'threshold', target: '< 1%', critical: true, rollback_trigger: true };
    await apply(stage, '2.0.0', { verification: { stabilization_period: '60s', checks: [only] } });
    harm(stage);
    await stage.run(120_000);
    expect(stage.status(A).verification?.checks.map(({ name }) => name)).toEqual(['error_rate']);
  });
});
