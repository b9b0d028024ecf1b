import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { type ConnectOptions, connect, type KubernetesCluster } from '../../adapters/kubernetes/connect.ts';
import { systemClock } from '../../adapters/system/systemClock.ts';
import { systemIds } from '../../adapters/system/systemIds.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { clusterContract } from '../../testing/clusterContract.ts';
import { decisionObject, defined } from '../../testing/contractObjects.ts';
import { cuttingContract } from '../../testing/cuttingContract.ts';
import { CuttingProxy } from '../../testing/cuttingProxy.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { World } from '../world.ts';
import { serveWorld, type WorldServer } from './worldServer.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-skin-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const NAMESPACES = ['here', 'elsewhere'] as const;

async function openWorld(): Promise<{ world: World; server: WorldServer }> {
  const world = new World({ clock: new ManualClock(), seed: 1 });
  for (const name of NAMESPACES) world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return { world, server: await serveWorld(world) };
}

async function connected(kubeconfig: string, options: Partial<ConnectOptions> = {}): Promise<KubernetesCluster> {
  const file = path.join(dir, `${systemIds.fresh()}.json`);
  writeFileSync(file, kubeconfig, { mode: 0o600 });
  const result = await connect({ clock: systemClock, ids: systemIds, ...options, kubeconfig: file });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

async function seed(world: World, object: KubeObject): Promise<KubeObject> {
  world.apply(object);
  await world.advance(60_000);
  return defined(world.get(KINDS.Deployment, object.metadata.namespace, object.metadata.name));
}

clusterContract('the HTTP API of the embedded cluster', async () => {
  const { world, server } = await openWorld();
  const cluster = await connected(server.kubeconfig());
  const url = (namespace: string, name: string): string =>
    `${server.url}/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const by = async (method: string, to: string, contentType: string, body: object): Promise<void> => {
    const answer = await fetch(to, { method, headers: { 'content-type': contentType }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  return {
    reader: cluster.reader,
    logs: cluster.logs,
    records: cluster.records,
    workloads: cluster.workloads,
    clock: systemClock,
    namespaces: NAMESPACES,
    seedDeployment: (object) => seed(world, object),
    patchByHand: (namespace, name, patch) => by('PATCH', url(namespace, name), 'application/merge-patch+json', patch),
    deleteByHand: (namespace, name) => by('DELETE', url(namespace, name), 'application/json', {}),
    tooOldVersion: async () => {
      const old = String(world.objects.version);
      world.apply(decisionObject('here', 'newer'));
      world.objects.compact();
      return old;
    },
    cutWatches: async () => server.cutWatches(),
    close: async () => {
      cluster.close();
      await server.close();
    },
  };
});

cuttingContract('the HTTP API of the embedded cluster', async () => {
  const { world, server } = await openWorld();
  const proxy = await CuttingProxy.start(server.url);
  const cluster = await connected(proxy.kubeconfig(server.kubeconfig()), { limits: { timeoutMs: 1000 } });
  return {
    proxy,
    reader: cluster.reader,
    records: cluster.records,
    workloads: cluster.workloads,
    namespace: 'here',
    now: systemClock.now,
    seedDeployment: (object) => seed(world, object),
    close: async () => {
      cluster.close();
      await proxy.close();
      await server.close();
    },
  };
});
