import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { type ConnectOptions, connect, type KubernetesCluster } from '../../src/adapters/kubernetes/connect.ts';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { systemIds } from '../../src/adapters/system/systemIds.ts';
import type { KubeObject } from '../../src/schema/kube.ts';
import { clusterContract } from '../../src/testing/clusterContract.ts';
import { value } from '../../src/testing/contractObjects.ts';
import { cuttingContract } from '../../src/testing/cuttingContract.ts';
import { CuttingProxy } from '../../src/testing/cuttingProxy.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from './installCrds.ts';

interface Opened {
  readonly adapter: KubernetesCluster;
  readonly proxy: CuttingProxy;
  close(namespaces: readonly string[]): Promise<void>;
}

describeCluster('Kubernetes', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ noKubelet: true });
    await installCrds(cluster);
  });
  afterAll(async () => {
    await cluster?.stop();
  });

  const open = async (options: Partial<ConnectOptions> = {}): Promise<Opened> => {
    const text = readFileSync(cluster.kubeconfig, 'utf8');
    const proxy = await CuttingProxy.start(cluster.server, authorityOf(text));
    const kubeconfig = `${cluster.kubeconfig}-proxy`;
    writeFileSync(kubeconfig, proxy.kubeconfig(text), { mode: 0o600 });
    const adapter = await connect({ clock: systemClock, ids: systemIds, ...options, kubeconfig });
    if (!adapter.ok) throw new Error(adapter.error);
    const close = async (namespaces: readonly string[]): Promise<void> => {
      adapter.value.close();
      await proxy.close();
      await cluster.kubectl(['delete', 'namespace', ...namespaces, '--wait=false']);
    };
    return { adapter: adapter.value, proxy, close };
  };
  const freshNamespace = async (by: KubernetesCluster): Promise<string> => {
    const name = `contract-${systemIds.fresh()}`;
    value(await by.ensureNamespace(name));
    return name;
  };
  const seedDeployment = async (object: KubeObject): Promise<KubeObject> => {
    const { namespace = '', name } = object.metadata;
    await cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(object) });
    const read = () => cluster.kubectl(['get', 'deployment', name, '-n', namespace, '-o', 'json']);
    return settled(async () => JSON.parse(await read()));
  };

  clusterContract('a real API server', async () => {
    const { adapter, proxy, close } = await open();
    const namespaces = [await freshNamespace(adapter), await freshNamespace(adapter)] as const;
    return {
      reader: adapter.reader,
      logs: adapter.logs,
      records: adapter.records,
      workloads: adapter.workloads,
      clock: systemClock,
      namespaces,
      seedDeployment,
      async patchByHand(namespace, name, mergePatch) {
        const patch = JSON.stringify(mergePatch);
        await cluster.kubectl(['patch', 'deployment', name, '-n', namespace, '--type=merge', '-p', patch]);
      },
      async deleteByHand(namespace, name) {
        await cluster.kubectl(['delete', 'deployment', name, '-n', namespace, '--wait=true']);
      },
      // Older than the definition of the kind itself: the server holds no history of it from then.
      tooOldVersion: async () => '1',
      cutWatches: async () => proxy.cut(),
      close: () => close(namespaces),
    };
  });

  cuttingContract('a real API server', async () => {
    const { adapter, proxy, close } = await open({ limits: { timeoutMs: 2_000 } });
    const namespace = await freshNamespace(adapter);
    proxy.forwarded.length = 0;
    return {
      proxy,
      reader: adapter.reader,
      records: adapter.records,
      workloads: adapter.workloads,
      namespace,
      now: systemClock.now,
      seedDeployment,
      close: () => close([namespace]),
    };
  });
});

const Authority = z.object({
  clusters: z.array(z.object({ cluster: z.object({ 'certificate-authority-data': z.string() }) })).min(1),
});

/** PEM of the authority that signed the server's certificate. */
function authorityOf(kubeconfig: string): string {
  const data = Authority.parse(parse(kubeconfig)).clusters[0]?.cluster['certificate-authority-data'] ?? '';
  return Buffer.from(data, 'base64').toString('utf8');
}

/** The object once its controller has seen it and nothing about it has moved for half a second. */
async function settled(read: () => Promise<KubeObject>): Promise<KubeObject> {
  let last = await read();
  let since = Date.now();
  for (const deadline = since + 30_000; Date.now() < deadline; ) {
    await sleep(50);
    const object = await read();
    if (object.metadata.resourceVersion !== last.metadata.resourceVersion) {
      last = object;
      since = Date.now();
    } else if (Date.now() - since > 500 && observed(object)) {
      return object;
    }
  }
  throw new Error(`${last.metadata.name} did not settle within 30 s`);
}

function observed({ metadata, status }: KubeObject): boolean {
  return (status as { observedGeneration?: number } | undefined)?.observedGeneration === metadata.generation;
}
