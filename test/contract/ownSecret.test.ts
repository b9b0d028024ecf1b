import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type KubernetesCluster } from '../../src/adapters/kubernetes/connect.ts';
import { secretStore } from '../../src/adapters/people/secretStore.ts';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { systemIds } from '../../src/adapters/system/systemIds.ts';
import { value } from '../../src/testing/contractObjects.ts';
import { peopleContract } from '../../src/testing/peopleContract.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';

describeCluster('people in the Secret of a real API server', () => {
  let cluster: Cluster;
  let admin: KubernetesCluster;
  let round = 0;
  const namespace = (): string => `people-${round}`;
  const secretOf = async (args: readonly string[]): Promise<string> => cluster.kubectl(['-n', namespace(), ...args]);

  beforeAll(async () => {
    cluster = await startCluster({ audit: true });
    const result = await connect({ kubeconfig: cluster.kubeconfig, clock: systemClock, ids: systemIds });
    if (!result.ok) throw new Error(result.error);
    admin = result.value;
  });
  afterAll(async () => {
    admin?.close();
    await cluster?.stop();
  });
  const fresh = async (): Promise<void> => {
    round += 1;
    value(await admin.ensureNamespace(namespace()));
  };

  peopleContract('a real Secret', () => secretStore(admin.ownSecret(namespace())), fresh);

  it('keeps the other fields of the Secret, and takes one that is there without people', async () => {
    await fresh();
    await secretOf(['create', 'secret', 'generic', 'fairlead-gateway', '--from-literal=gateway.key=pem']);
    const store = secretStore(admin.ownSecret(namespace()));
    expect((await store.read()).ok).toBe(true);
    expect((await store.update((people) => ({ ...people, tokens: [] }))).ok).toBe(true);
    const kept = JSON.parse(await secretOf(['get', 'secret', 'fairlead-gateway', '-o', 'json'])) as {
      data: Record<string, string>;
    };
    expect(Object.keys(kept.data).toSorted()).toEqual(['gateway.key', 'users.json']);
    expect(Buffer.from(kept.data['gateway.key'] ?? '', 'base64').toString()).toBe('pem');
  });

  it('says so when somebody put rubbish into it, and overwrites nothing', async () => {
    await fresh();
    await secretOf(['create', 'secret', 'generic', 'fairlead-gateway', '--from-literal=users.json={"users":"all"}']);
    const store = secretStore(admin.ownSecret(namespace()));
    expect(await store.read()).toMatchObject({ ok: false, error: expect.stringContaining('is not what it should be') });
    expect((await store.update((people) => people)).ok).toBe(false);
    expect(await secretOf(['get', 'secret', 'fairlead-gateway', '-o', 'jsonpath={.data.users\\.json}'])).toBe(
      Buffer.from('{"users":"all"}').toString('base64'),
    );
  });
});
