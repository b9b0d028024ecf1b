import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { completion, FakeOpenai } from '../../src/testing/fakeOpenai.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { blueprint, decisions, deployment, eventually, Fairlead, load, workloadWrites } from './fairlead.ts';

const THREE_MINUTES = 180_000;
const GRANTS = ['scale_within_limits', 'restart_pods', 'rollback', 'adjust_resources_within_bounds'];
const BOUNDS =
  'resources: { cpu: { min: 100m, max: "2", target: 500m }, memory: { min: 128Mi, max: 2Gi, target: 512Mi } }';

describeCluster('repairs on a real API server', () => {
  let cluster: Cluster;
  let fairlead: Fairlead;
  let model: FakeOpenai;

  beforeAll(async () => {
    cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true });
    await installCrds(cluster);
  });
  const data = mkdtempSync(path.join(tmpdir(), 'fairlead-e2e-data-'));
  afterAll(async () => {
    await cluster.stop();
    rmSync(data, { recursive: true, force: true });
  });
  beforeEach(async () => {
    fairlead = new Fairlead(cluster, data);
    model = await FakeOpenai.start();
  });
  afterEach(async () => {
    await fairlead.stop('SIGKILL');
    await model.stop();
    fairlead.remove();
    await cluster.kubectl(['delete', 'blueprints', '-A', '--all']);
  });

  /** A service in a namespace of its own, and a model that proposes the same call whenever it is asked. */
  async function service(
    ns: string,
    count: number,
    call: readonly [string, object],
    annotations: object = {},
  ): Promise<void> {
    await cluster.kubectl(['create', 'namespace', ns]);
    const object = JSON.parse(deployment(ns, 'web', count)) as { spec: { template: { metadata: object } } };
    Object.assign(object.spec.template.metadata, { annotations });
    await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
    fairlead.writeBlueprint('web', blueprint(ns, 'web', GRANTS).replace('spec:\n', `spec:\n  ${BOUNDS}\n`));
    const [name, args] = call;
    const text = JSON.stringify({ service: `${ns}/web`, reason: 'as the evidence says', ...args });
    const message = { tool_calls: [{ id: 'c', type: 'function', function: { name, arguments: text } }] };
    model.play(...Array.from({ length: 200 }, () => ({ body: completion(message) })));
  }
  const template = async (ns: string): Promise<unknown> =>
    JSON.parse(await cluster.kubectl(['get', 'deploy', '-n', ns, 'web', '-o', 'jsonpath={.spec.template}']));
  const ended = (ns: string, phase: string) =>
    eventually(`a decision in ${phase}`, THREE_MINUTES, fairlead, async () =>
      (await decisions(cluster, ns)).find((d) => d.status?.phase === phase && d.spec.origin.prompt !== ''),
    );
  const ready = (ns: string, count: number) =>
    eventually(`${count} ready pods`, 60_000, fairlead, async () =>
      (await cluster.kubectl(['get', 'deploy', '-n', ns, 'web', '-o', 'jsonpath={.status.readyReplicas}'])) ===
      String(count)
        ? true
        : undefined,
    );

  it('rolls a version whose pods crash back to the one that ran, by its ReplicaSet', async () => {
    await service('rollback', 3, ['rollback', { revision: null }]);
    cluster.setLoad({ services: { 'rollback/web': load(0.5, 3) } });
    await ready('rollback', 3);
    const before = await template('rollback');
    fairlead.up('--model-url', model.baseUrl);
    await eventually('the service in view', 60_000, fairlead, async () =>
      (await cluster.kubectl(['get', 'blueprints', '-n', 'rollback', '-o', 'jsonpath={.items[*].status}'])) !== ''
        ? true
        : undefined,
    );
    const broken = { spec: { template: { metadata: { annotations: { 'fake/state': 'CrashLoopBackOff' } } } } };
    await cluster.kubectl(['patch', 'deploy', '-n', 'rollback', 'web', '--type=merge', '-p', JSON.stringify(broken)]);
    const done = await ended('rollback', 'Succeeded');
    expect(done.spec).toMatchObject({ tool: 'rollback', operation: 'rollback', arguments: { revision: 1 } });
    expect(await template('rollback')).toEqual(before);
    expect(workloadWrites(cluster, 'rollback')).toEqual(['patch web 200']);
    expect(await cluster.kubectl(['describe', 'deploy', '-n', 'rollback', 'web'])).toMatch(/RolledBackByFairlead/);
    expect(await fairlead.run('audit', 'replay', '--data', fairlead.data)).toMatchObject({ code: 0 });
  });

  it('gives pods that are killed for want of memory more of it, while none of them is ready', async () => {
    const more = { cpu_request: null, cpu_limit: null, memory_request: null, memory_limit: '768Mi' };
    await service('memory', 2, ['adjust_resources', more], { 'fake/memory-use': '600Mi' });
    cluster.setLoad({ services: { 'memory/web': load(0.5, 2) } });
    fairlead.up('--model-url', model.baseUrl);
    const done = await ended('memory', 'Succeeded');
    expect(done.status?.changes.map(({ before, after }) => [before, after])).toEqual([
      ['cpu 500m/1, memory 256Mi/512Mi', 'cpu 500m/1, memory 256Mi/768Mi'],
    ]);
    await ready('memory', 2);
    expect(workloadWrites(cluster, 'memory')).toEqual(['patch web 200']);
  });

  it('takes other resources back to the byte when a check fails after them', async () => {
    const more = { cpu_request: null, cpu_limit: '1500m', memory_request: null, memory_limit: null };
    await service('undo', 5, ['adjust_resources', more]);
    // Hot at the most replicas there may be: somebody has to be asked, and the model asks for CPU.
    cluster.setLoad({ services: { 'undo/web': load(0.9, 5, 120) } });
    await ready('undo', 5);
    const before = await template('undo');
    fairlead.up('--model-url', model.baseUrl);
    await eventually('the write', THREE_MINUTES, fairlead, async () =>
      JSON.stringify(await template('undo')).includes('1500m') ? true : undefined,
    );
    cluster.setLoad({ services: { 'undo/web': load(0.9, 5, 280) } });
    const undone = await ended('undo', 'RolledBack');
    expect(await template('undo')).toEqual(before);
    expect(undone.status?.changes.map(({ undo, kind }) => [undo, kind])).toEqual([
      [false, 'resources'],
      [true, 'resources'],
    ]);
    expect(workloadWrites(cluster, 'undo')).toEqual(['patch web 200', 'patch web 200']);
  });

  it('refuses a restart that a full quota would not let begin (field case 6)', async () => {
    await service('quota', 3, ['restart_pods', {}]);
    cluster.setLoad({ services: { 'quota/web': load(0.5, 3, 280) } });
    await ready('quota', 3);
    await cluster.kubectl(['create', 'quota', 'q', '-n', 'quota', '--hard=pods=3']);
    fairlead.up('--model-url', model.baseUrl);
    const refused = await ended('quota', 'Refused');
    expect(refused.status?.verdict?.findings.map(({ code }) => code)).toContain('QuotaTooSmall');
    expect(workloadWrites(cluster, 'quota')).toEqual([]);
  });
});
