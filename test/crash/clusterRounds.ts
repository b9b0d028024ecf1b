import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seededIds } from '../../src/testing/seededIds.ts';
import { assets, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { playRound } from './clusterRound.ts';

/** Only the organisation's rules may loosen the 450 s without downs that follow every start. */
const SHORT_WINDOW = JSON.stringify({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'ClusterBlueprint',
  metadata: { name: 'default' },
  spec: { safety: { down_window: '10s' } },
});

/** So many rounds of kill -9 on a real API server, one line each; 1 when anything was lost or done twice. */
export async function clusterRounds(rounds: number, seed: number): Promise<number> {
  if (assets() === undefined) {
    process.stdout.write('no Kubernetes API server: test/cluster/README.md says where its programs come from\n');
    return 1;
  }
  const { random } = seededIds(seed);
  const data = mkdtempSync(path.join(tmpdir(), 'fairlead-crash-'));
  const cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true });
  let bad = 0;
  try {
    await installCrds(cluster);
    await cluster.kubectl(['create', 'namespace', 'agent-system']);
    await cluster.kubectl(['apply', '-f', '-'], { input: SHORT_WINDOW });
    for (let round = 1; round <= rounds; round += 1) {
      const start = performance.now();
      const played = await playRound(cluster, data, { namespace: `crash-${round}`, undo: true, kills: 3, random });
      const { killed, phases, writes, faults } = played;
      const seconds = Math.round((performance.now() - start) / 1000);
      process.stdout.write(
        `round ${round}: ${killed.join(', ')}; ${phases.join(', ')}; ${writes} writes; ${seconds} s; ${faults.length === 0 ? 'nothing lost, nothing twice' : faults.join('; ')}\n`,
      );
      if (faults.length > 0) bad += 1;
    }
  } finally {
    await cluster.stop();
    rmSync(data, { recursive: true, force: true });
  }
  process.stdout.write(`${rounds} rounds, ${bad} wrong\n`);
  return bad === 0 ? 0 : 1;
}
