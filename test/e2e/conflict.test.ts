import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { blueprint, decisions, deployment, eventually, Fairlead, load, replicas, workloadWrites } from './fairlead.ts';

const MINUTE = 60_000;
const SERVICES = [
  ['api', 'low'],
  ['zoo', 'high'],
] as const;

describeCluster('two services and capacity for one, on a real API server (scenario 6)', () => {
  let cluster: Cluster;
  let fairlead: Fairlead;
  const data = mkdtempSync(path.join(tmpdir(), 'fairlead-e2e-conflict-'));

  beforeAll(async () => {
    cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true });
    await installCrds(cluster);
    fairlead = new Fairlead(cluster, data);
  });
  afterAll(async () => {
    await fairlead.stop('SIGKILL');
    fairlead.remove();
    await cluster.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const capacity = async (replicas: number): Promise<void> => {
    const object = {
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'ClusterBlueprint',
      metadata: { name: 'default' },
      spec: { capacity: { replicas } },
    };
    await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  };

  it('go by priority and not by name; the loser waits, is told for whom, and is served when there is room', async () => {
    await cluster.kubectl(['create', 'namespace', 'shop']);
    await capacity(5);
    for (const [name, priority] of SERVICES) {
      await cluster.kubectl(['apply', '-f', '-'], { input: deployment('shop', name, 2) });
      const text = blueprint('shop', name).replace('version: 1.0.0', `version: 1.0.0\n  priority: ${priority}`);
      fairlead.writeBlueprint(name, text);
    }
    cluster.setLoad({ services: { 'shop/api': load(0.85, 2), 'shop/zoo': load(0.85, 2) } });
    fairlead.up();
    await eventually('the winner to be served', MINUTE, fairlead, async () =>
      (await decisions(cluster, 'shop')).find(
        ({ spec, status }) => spec.target.name === 'zoo' && status?.phase === 'Succeeded',
      ),
    );
    const lost = await eventually('the loser to be told', MINUTE, fairlead, async () =>
      (await decisions(cluster, 'shop'))
        .filter(({ spec }) => spec.target.name === 'api')
        .flatMap(({ spec, status }) => [...spec.verdict.findings, ...(status?.verdict?.findings ?? [])])
        .find(({ code }) => code === 'CapacityLost' || code === 'CapacityShort'),
    );
    expect(lost.message).toMatch(/shop\/zoo comes first|has room for 0 of 1/);
    expect([await replicas(cluster, 'shop', 'zoo'), await replicas(cluster, 'shop', 'api')]).toEqual([3, 2]);
    expect(workloadWrites(cluster, 'shop')).toEqual(['patch zoo 200']);
    expect((await fairlead.run('breakers')).out).toMatch(/fleet: 0 disruptive changes in flight/);

    await capacity(6);
    await eventually('the loser to be served', MINUTE, fairlead, async () =>
      (await replicas(cluster, 'shop', 'api')) === 3 ? true : undefined,
    );
    expect(workloadWrites(cluster, 'shop')).toEqual(['patch zoo 200', 'patch api 200']);
    expect(await fairlead.run('audit', 'replay', '--data', data)).toMatchObject({ code: 0 });
  });
});
