import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { connect, type KubernetesCluster } from '../../src/adapters/kubernetes/connect.ts';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { systemIds } from '../../src/adapters/system/systemIds.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { type ContractCluster, clusterContract } from '../../src/testing/clusterContract.ts';
import { defined, value } from '../../src/testing/contractObjects.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from './installCrds.ts';
import { type Relay, startRelay } from './relay.ts';

describeCluster('Kubernetes', () => {
  let cluster: Cluster;
  let relay: Relay;
  beforeAll(async () => {
    cluster = await startCluster({ noKubelet: true });
    await installCrds(cluster);
    relay = await startRelay(cluster.server);
  });
  afterAll(async () => {
    await relay?.close();
    await cluster?.stop();
  });

  clusterContract('a real API server', async () => {
    const connected = await connect({
      kubeconfig: relay.kubeconfig(cluster.kubeconfig),
      clock: systemClock,
      ids: systemIds,
    });
    if (!connected.ok) throw new Error(connected.error);
    const namespaces = [`contract-${systemIds.fresh()}`, `contract-${systemIds.fresh()}`] as const;
    for (const namespace of namespaces) value(await connected.value.ensureNamespace(namespace));
    return contractCluster(cluster, relay, connected.value, namespaces);
  });
});

function contractCluster(
  cluster: Cluster,
  relay: Relay,
  { reader, records, workloads, close }: KubernetesCluster,
  namespaces: readonly [string, string],
): ContractCluster {
  return {
    reader,
    records,
    workloads,
    clock: systemClock,
    namespaces,
    async seedDeployment(object) {
      const { namespace = '', name } = object.metadata;
      await cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(object) });
      return settled(async () => defined(value(await reader.get(KINDS.Deployment, namespace, name))));
    },
    async patchByHand(namespace, name, mergePatch) {
      await cluster.kubectl([
        'patch',
        'deployment',
        name,
        '-n',
        namespace,
        '--type=merge',
        '-p',
        JSON.stringify(mergePatch),
      ]);
    },
    async deleteByHand(namespace, name) {
      await cluster.kubectl(['delete', 'deployment', name, '-n', namespace, '--wait=true']);
    },
    // Older than the definition of the kind itself: the server holds no history of it from then.
    tooOldVersion: async () => '1',
    async cutWatches() {
      relay.cut();
    },
    async close() {
      close();
      await cluster.kubectl(['delete', 'namespace', ...namespaces, '--wait=false']);
    },
  };
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
