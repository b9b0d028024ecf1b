import { crds } from '../../src/schema/crds.ts';
import type { Cluster } from '../cluster/harness.ts';

/** Installs our definitions and waits until they are served. */
export async function installCrds(cluster: Cluster): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: crds() });
  await cluster.kubectl(['create', '-f', '-'], { input });
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
}
