import { afterEach, describe, expect, it } from 'vitest';
import { CALM, openStage, SCALING, type Stage } from '../../test/stages/executorStage.ts';
import { replay } from '../audit/replay.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import type { DecisionSpec } from '../schema/records.ts';
import { PEOPLE } from '../testing/people.ts';
import { Executor } from './executor.ts';

const A = 'web-aaaaaaaaaa';
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

const SPEC = {
  scaling: SCALING,
  resources: {
    cpu: { min: '50m', max: '1', target: '100m' },
    memory: { min: '64Mi', max: '1Gi', target: '128Mi' },
  },
  governance: {
    agent_authority: {
      allowed_operations: ['restart_pods', 'rollback', 'adjust_resources_within_bounds', 'scale_within_limits'],
    },
  },
};

const open = async (options: Parameters<typeof openStage>[0] = {}): Promise<Stage> => {
  const stage = await openStage({
    replicas: 3,
    load: CALM,
    spec: SPEC,
    templateAnnotations: { team: 'web' },
    ...options,
  });
  stages.push(stage);
  return stage;
};
const deployment = (stage: Stage): KubeObject => {
  const object = stage.world.get(KINDS.Deployment, 'shop', 'web');
  if (object === undefined) throw new Error('no Deployment');
  return object;
};
interface Spec {
  replicas: number;
  template: { metadata: { annotations?: Record<string, string> }; spec: { containers: { image: string }[] } };
}
const specOf = (stage: Stage): Spec => deployment(stage).spec as Spec;
/** Everything in the spec that Fairlead may own. */
const owned = (stage: Stage): string => JSON.stringify(specOf(stage));

/** A person's `kubectl set image`, with what the new version's pods do. */
function deploy(stage: Stage, image: string, annotations: Record<string, string> = { team: 'web' }): void {
  const object = deployment(stage);
  const spec = structuredClone(object.spec) as Spec;
  spec.template.metadata = { ...spec.template.metadata, annotations };
  for (const container of spec.template.spec.containers) container.image = image;
  stage.world.apply({ ...object, spec });
}

const RESOURCES: Partial<DecisionSpec> = {
  tool: 'adjust_resources',
  operation: 'adjust_resources_within_bounds',
  arguments: { memory_request: '96Mi' },
};
const ROLLBACK: Partial<DecisionSpec> = { tool: 'rollback', operation: 'rollback', arguments: {} };
const RESTART: Partial<DecisionSpec> = { tool: 'restart_pods', operation: 'restart_pods', arguments: {} };

/** A second version that works, seen for long enough that its rollout is over for the rules. */
async function twoVersions(stage: Stage): Promise<void> {
  deploy(stage, 'registry.example/app:2');
  await stage.run(1_080_000);
}

describe('every change that fails its verification is taken back to the byte', () => {
  it.each<{ name: string; wish: Partial<DecisionSpec>; changed: (before: Spec, after: Spec) => void }>([
    {
      name: 'resources',
      wish: RESOURCES,
      changed: (_, after) =>
        expect(after.template.spec.containers[0]).toMatchObject({
          resources: { requests: { cpu: '100m', memory: '96Mi' } },
        }),
    },
    {
      name: 'a rollback',
      wish: ROLLBACK,
      changed: (before, after) =>
        expect([before, after].map(({ template }) => template.spec.containers[0]?.image)).toEqual([
          'registry.example/app:2',
          'registry.example/app:1',
        ]),
    },
    {
      name: 'a restart',
      wish: RESTART,
      changed: (_, after) => expect(Object.keys(after.template.metadata.annotations ?? {})).toHaveLength(2),
    },
  ])('$name', async ({ wish, changed }) => {
    const stage = await open();
    await twoVersions(stage);
    const before = owned(stage);
    const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
    await stage.wish(A, { ...wish, requester: { kind: 'person', name: 'alice' } });
    await executor.pass();
    expect(stage.status(A).reason).toBe('Written');
    changed(JSON.parse(before) as Spec, specOf(stage));
    stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
    await stage.run(600_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'RolledBack', reason: 'Undone' });
    expect(owned(stage)).toBe(before);
    expect(stage.writes()).toBe(2);
    const fresh = await stage.observer.fresh('shop', 'web');
    expect(fresh.ok && fresh.value.workload).toMatchObject({
      ready: 3,
      rollout: { underWay: false },
      foreignChanges: [expect.anything()],
    });
    expect(replay(stage.journal.records).disagreements).toEqual([]);
  });
});

/** A new version whose pods crash, seen failing in more than two passes; the pods of the old one go on. */
async function brokenRollout(stage: Stage): Promise<void> {
  deploy(stage, 'registry.example/app:2', { 'fake/state': 'CrashLoopBackOff' });
  await stage.run(120_000);
}
const image = (stage: Stage): string | undefined => specOf(stage).template.spec.containers[0]?.image;
const alerts = (stage: Stage): string[] =>
  stage.told().flatMap(({ reason, note }) => (reason === 'FairleadAlert' ? [note] : []));

describe('a rollout whose pods cannot start', () => {
  it('is an anomaly with one answer, which passes the rollout lock and is verified', async () => {
    const stage = await open();
    await brokenRollout(stage);
    const view = stage.observer.views().find(({ name }) => name === 'web');
    expect(view?.assessment?.anomaly).toMatch(/CrashLoopBackOff.*roll back/);
    expect(view?.assessment?.candidates).toContainEqual(expect.objectContaining({ tool: 'rollback', revision: 1 }));
    await stage.wish(A, { ...ROLLBACK, arguments: { revision: 1 } });
    await stage.executor.pass();
    expect(stage.status(A)).toMatchObject({ reason: 'Written' });
    expect(image(stage)).toBe('registry.example/app:1');
    await stage.run(300_000);
    expect(stage.status(A)).toMatchObject({ phase: 'Succeeded', reason: 'Verified' });
    expect(stage.told().map(({ reason }) => reason)).toContain('RolledBackByFairlead');
    // Nothing goes forward to what was rolled back from, nor further back.
    const after = stage.observer.views().find(({ name }) => name === 'web')?.assessment?.candidates;
    expect(after?.some(({ tool }) => tool === 'rollback')).toBe(false);
  });

  it('is not gone back to when its good rollback fails a check: a person is called (G17)', async () => {
    const stage = await open();
    await brokenRollout(stage);
    await stage.wish(A, { ...ROLLBACK, arguments: { revision: 1 } });
    await stage.executor.pass();
    stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
    await stage.run(600_000);
    expect(stage.status(A)).toMatchObject({ phase: 'Failed', reason: 'BeforeWasBroken' });
    expect(image(stage)).toBe('registry.example/app:1');
    expect(alerts(stage).join()).toMatch(/UndoRefused/);
  });

  it('is left alone by an agent that names a version nobody saw healthy', async () => {
    const stage = await open();
    await brokenRollout(stage);
    deploy(stage, 'registry.example/app:3', { 'fake/state': 'CrashLoopBackOff' });
    await stage.run(120_000);
    await stage.wish(A, { ...ROLLBACK, arguments: { revision: 2 } });
    await stage.executor.pass();
    expect(stage.status(A)).toMatchObject({ phase: 'Refused', reason: 'NotKnownHealthy' });
    expect(stage.writes()).toBe(0);
  });
});

describe('resources', () => {
  it('that no node has room for are refused beforehand (G16)', async () => {
    const stage = await open();
    await stage.wish(A, { ...RESOURCES, arguments: { memory_request: '2Gi' } });
    await stage.executor.pass();
    expect(stage.status(A)).toMatchObject({ phase: 'Refused' });
    expect(stage.status(A).verdict?.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['UnknownOperation', 'OutsideBounds', 'StepTooLarge']),
    );
  });

  it('that never took effect are undone and not asked for again for a day', async () => {
    const stage = await open();
    // A quota whose scopes cannot be told here: the API server alone enforces it.
    stage.world.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'scoped', namespace: 'shop' },
      spec: { hard: { 'requests.memory': '200Mi' }, scopes: ['CrossNamespacePodAffinity'] },
    });
    const before = owned(stage);
    await stage.wish(A, RESOURCES);
    await stage.executor.pass();
    await stage.run(900_000);
    expect(stage.status(A)).toMatchObject({ phase: 'RolledBack' });
    expect(owned(stage)).toBe(before);
    expect(stage.counters().infeasible?.map(({ what }) => what)).toEqual(['cpu 100m/-, memory 96Mi/-']);
    await stage.wish('web-bbbbbbbbbb', RESOURCES);
    await stage.executor.pass();
    expect(stage.status('web-bbbbbbbbbb').verdict?.findings.map(({ code }) => code)).toContain('InfeasibleBefore');
  });
});

describe('a full quota (field case 6)', () => {
  it.each([RESTART, RESOURCES])('refuses beforehand what could not start: $tool', async (wish) => {
    const stage = await open();
    stage.world.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'shop' },
      spec: { hard: { pods: '3' } },
    });
    await stage.wish(A, wish);
    await stage.observe(15_000);
    await stage.executor.pass();
    expect(stage.status(A)).toMatchObject({ phase: 'Refused', reason: 'QuotaTooSmall' });
    expect(stage.writes()).toBe(0);
  });
});
