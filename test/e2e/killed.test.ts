import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededIds } from '../../src/testing/seededIds.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { playRound } from '../crash/clusterRound.ts';

const SEED = 1 + Math.floor(Math.random() * 1_000_000);

/** One round of what `npm run crash -- --cluster N` plays many of. */
describeCluster(`executor and controller under kill -9 (seed ${SEED})`, () => {
  let cluster: Cluster;
  const data = mkdtempSync(path.join(tmpdir(), 'fairlead-e2e-killed-'));
  beforeAll(async () => {
    cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true });
    await installCrds(cluster);
    await cluster.kubectl(['create', 'namespace', 'agent-system']);
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('lose nothing and do nothing twice, whenever it comes (P5, P7)', async () => {
    const { random } = seededIds(SEED);
    const { faults, phases, writes } = await playRound(cluster, data, {
      namespace: 'killed',
      undo: false,
      kills: 1,
      random,
    });
    expect(faults).toEqual([]);
    expect(writes).toBe(1);
    expect(phases).toEqual(['hot: Succeeded Verified']);
  });
});
