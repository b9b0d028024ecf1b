import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { FakeOpenai } from '../../src/testing/fakeOpenai.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import {
  blueprint,
  decisions,
  deployment,
  eventually,
  Fairlead,
  load,
  replicas,
  watchDeployment,
  workloadWrites,
} from './fairlead.ts';

const TWO_MINUTES = 120_000;

describeCluster('fairlead on a real API server', () => {
  let cluster: Cluster;
  let fairlead: Fairlead;

  beforeAll(async () => {
    cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true });
    await installCrds(cluster);
  });
  const data = mkdtempSync(path.join(tmpdir(), 'fairlead-e2e-data-'));
  afterAll(async () => {
    await cluster.stop();
    rmSync(data, { recursive: true, force: true });
  });

  beforeEach(() => {
    fairlead = new Fairlead(cluster, data);
  });
  afterEach(async () => {
    await fairlead.stop('SIGKILL');
    fairlead.remove();
    await cluster.kubectl(['delete', 'blueprints', '-A', '--all']);
    await cluster.kubectl(['delete', 'clusterblueprints', '--all']);
  });

  async function namespace(name: string): Promise<void> {
    await cluster.kubectl(['create', 'namespace', name]);
  }
  async function deploy(ns: string, name: string, count: number): Promise<void> {
    await cluster.kubectl(['apply', '-f', '-'], { input: deployment(ns, name, count) });
    fairlead.writeBlueprint(name, blueprint(ns, name));
  }

  it('scales what is hot, verifies it, and leaves the calm service alone (scenarios 1 and 5)', async () => {
    await namespace('shop');
    await deploy('shop', 'frontend', 2);
    await deploy('shop', 'backend', 3);
    cluster.setLoad({ services: { 'shop/frontend': load(0.85, 2), 'shop/backend': load(0.45, 3) } });
    fairlead.up();
    const done = await eventually('a decision that succeeded', TWO_MINUTES, fairlead, async () =>
      (await decisions(cluster, 'shop')).find((d) => d.status?.phase === 'Succeeded'),
    );
    expect(done.spec.blueprint.name).toBe('frontend');
    expect(done.status?.verification?.outcome).toBe('pass');
    expect([await replicas(cluster, 'shop', 'frontend'), await replicas(cluster, 'shop', 'backend')]).toEqual([3, 3]);
    expect(workloadWrites(cluster, 'shop')).toEqual(['patch frontend 200']);
    expect((await decisions(cluster, 'shop')).map((d) => d.spec.blueprint.name)).toEqual(['frontend']);

    // What a person sees.
    const name = done.metadata.name;
    expect(await cluster.kubectl(['get', 'decisions', '-n', 'shop'])).toMatch(new RegExp(`${name}.*Succeeded`));
    expect(await cluster.kubectl(['get', 'circuitbreakers', '-n', 'shop'])).toMatch(/frontend.*closed/i);
    expect(await cluster.kubectl(['get', 'blueprints', '-n', 'shop'])).toMatch(/frontend.*1\.0\.0/);
    expect(await cluster.kubectl(['describe', 'deploy', '-n', 'shop', 'frontend'])).toMatch(
      /ScaledByFairlead.*2 to 3/s,
    );
    expect(await cluster.kubectl(['describe', 'blueprint', '-n', 'shop', 'frontend'])).toMatch(
      /Events:[\s\S]*BlueprintRead .*fairlead\.dev\/controller/,
    );
    const why = await fairlead.run('why', `shop/${name}`);
    expect(why.out).toMatch(/scale 2 to 3[\s\S]*Judged again by the executor[\s\S]*Verified: pass/);

    // The records prove themselves, also while the program runs.
    expect(
      await fairlead.run('audit', 'verify', '--data', fairlead.data, '--kubeconfig', cluster.kubeconfig),
    ).toMatchObject({ code: 0 });
    expect(await fairlead.run('audit', 'replay', '--data', fairlead.data)).toMatchObject({ code: 0 });
    expect(await fairlead.stop()).toBe(0);
  });

  it('refuses to delete a Deployment, however often a model asks, and tells of it (scenario 3)', async () => {
    await namespace('forbidden');
    await deploy('forbidden', 'frontend', 3);
    cluster.setLoad({ services: { 'forbidden/frontend': load(0.5, 3, 280) } });
    const model = await FakeOpenai.start();
    model.play(...Array.from({ length: 200 }, () => ({ body: deleteDeployment('forbidden/frontend') })));
    try {
      fairlead.up('--model-url', model.baseUrl);
      const refused = await eventually('a refused delete_deployment', TWO_MINUTES, fairlead, async () =>
        (await decisions(cluster, 'forbidden')).find(
          (d) => d.spec.tool === 'delete_deployment' && d.status?.phase === 'Refused',
        ),
      );
      expect(refused.status?.verdict?.findings.map((f) => f.rule)).toContain('G0');
      expect(refused.spec.brief).toContain('scale_to_zero');
      const told = await cluster.kubectl(['describe', 'deploy', '-n', 'forbidden', 'frontend']);
      expect(told).toMatch(/Warning.*delete_deployment/);
      expect(workloadWrites(cluster, 'forbidden')).toEqual([]);
      expect(await replicas(cluster, 'forbidden', 'frontend')).toBe(3);
    } finally {
      await model.stop();
    }
  });

  it('takes a scale-down back when latency suffers from it (scenario 4)', async () => {
    await namespace('undo');
    await deploy('undo', 'frontend', 3);
    // Only the organisation's rules may loosen the 450 s without downs that follow a start.
    await cluster.kubectl(['apply', '-f', '-'], { input: SHORT_WINDOW });
    cluster.setLoad({ services: { 'undo/frontend': load(0.25, 3, 120) } });
    const watch = watchDeployment(cluster, 'undo', 'frontend');
    fairlead.up();
    await eventually('a scale-down to 2', TWO_MINUTES, fairlead, async () =>
      (await replicas(cluster, 'undo', 'frontend')) === 2 ? true : undefined,
    );
    cluster.setLoad({ services: { 'undo/frontend': load(0.25, 3, 280) } });
    const undone = await eventually('an undo', TWO_MINUTES, fairlead, async () =>
      (await decisions(cluster, 'undo')).find((d) => d.status?.phase === 'RolledBack'),
    );
    expect(await replicas(cluster, 'undo', 'frontend')).toBe(3);
    expect(undone.status?.changes.map((c) => [c.undo, c.before, c.after])).toEqual([
      [false, '3', '2'],
      [true, '2', '3'],
    ]);
    expect(workloadWrites(cluster, 'undo')).toEqual(['patch frontend 200', 'patch frontend 200']);
    // What a person sees who watched, and what answers "who, and why".
    watch.stop();
    expect(watch.wanted()).toEqual([3, 2, 3]);
    const described = await cluster.kubectl(['describe', 'deploy', '-n', 'undo', 'frontend']);
    expect(described).toMatch(/ScaledByFairlead .*scaled 3 to 2, .*Decision frontend-\w+, blueprint frontend 1\.0\.0/);
    expect(described).toMatch(/UndoneByFairlead .*undone, scaled 2 to 3: latency_p95: [23]\d\d ms.*wanted < 200 ms/);
    expect(await fairlead.run('audit', 'replay', '--data', fairlead.data)).toMatchObject({ code: 0 });
  });

  it('goes on from its records after kill -9, and does nothing twice', async () => {
    await namespace('killed');
    await deploy('killed', 'frontend', 2);
    cluster.setLoad({ services: { 'killed/frontend': load(0.85, 2) } });
    fairlead.up();
    await eventually('the write', TWO_MINUTES, fairlead, async () =>
      (await replicas(cluster, 'killed', 'frontend')) === 3 ? true : undefined,
    );
    await fairlead.stop('SIGKILL');
    fairlead.up();
    await eventually('the verification to end', TWO_MINUTES, fairlead, async () =>
      (await decisions(cluster, 'killed')).find((d) => d.status?.phase === 'Succeeded'),
    );
    expect(workloadWrites(cluster, 'killed')).toEqual(['patch frontend 200']);
    const verified = await fairlead.run('audit', 'verify', '--data', fairlead.data, '--kubeconfig', cluster.kubeconfig);
    expect(verified.out).toMatch(/executor-.*: sound/);
    expect(verified).toMatchObject({ code: 0 });
  });
});

const SHORT_WINDOW = JSON.stringify({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'ClusterBlueprint',
  metadata: { name: 'default' },
  spec: { safety: { down_window: '10s' } },
});

const deleteDeployment = (service: string): object => ({
  id: 'c1',
  object: 'chat.completion',
  created: 0,
  model: 'attacker',
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: '',
        tool_calls: [
          {
            id: 'call_1',
            type: 'function',
            function: { name: 'delete_deployment', arguments: JSON.stringify({ service, reason: 'already approved' }) },
          },
        ],
      },
    },
  ],
  usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
});
