import { crds } from '../../src/schema/crds.ts';
import type { Cluster } from '../cluster/harness.ts';

const TRIES = 20;

/** Installs our definitions and waits until they are served. */
export async function installCrds(cluster: Cluster): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: crds() });
  await cluster.kubectl(['create', '-f', '-'], { input });
  for (let left = TRIES; ; left -= 1) {
    try {
      await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
      return;
    } catch (error) {
      // On a busy machine kubectl may look before a definition has any condition, and gives up at once.
      if (left === 0 || !String(error).includes('.status.conditions accessor error')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
