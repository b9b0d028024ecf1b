import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { runInRealTime } from '../../src/world/http/realTime.ts';
import { serveWorld } from '../../src/world/http/worldServer.ts';
import { World } from '../../src/world/world.ts';
import { assets, describeCluster, kubectl, startCluster } from '../cluster/harness.ts';
import { installCrds } from './installCrds.ts';
import { kubectlContract } from './kubectlContract.ts';

describeCluster('an unmodified kubectl', () => {
  kubectlContract('the embedded cluster', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-world-'));
    const kubeconfig = path.join(dir, 'kubeconfig');
    const world = new World({ clock: systemClock, seed: 1, nodes: [{ name: 'node-1', cpu: '8', memory: '32Gi' }] });
    const server = await serveWorld(world);
    writeFileSync(kubeconfig, server.kubeconfig(), { mode: 0o600 });
    const stop = new AbortController();
    const running = runInRealTime(world, stop.signal);
    return {
      kubectl: (args, { input } = {}) => kubectl(path.join(assets() ?? '', 'kubectl'), kubeconfig, args, input),
      async load(namespace, name) {
        world.setLoad(`${namespace}/${name}`, { rps: 40, cpu_m_per_rps: 5, cpu_m_idle: 5 });
      },
      async stop() {
        stop.abort();
        await running;
        await server.close();
        rmSync(dir, { recursive: true, force: true });
      },
    };
  });

  kubectlContract('a real API server', async () => {
    const cluster = await startCluster({ load: { default: { rate: 40 } } });
    await installCrds(cluster);
    return { kubectl: cluster.kubectl, load: async () => undefined, stop: cluster.stop };
  });
});
