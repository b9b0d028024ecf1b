import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../adapters/system/systemClock.ts';
import { runInRealTime } from '../../world/http/realTime.ts';
import { serveWorld, type WorldServer } from '../../world/http/worldServer.ts';
import { World } from '../../world/world.ts';
import { openShop, SHOP } from './clusterShop.ts';
import { blueprintFile } from './installation.ts';
import { EXIT, type Io } from './io.ts';

export interface ClusterCommandFlags {
  /** Default: any free one. */
  readonly port?: string;
  /** Default 1. The same seed gives the same names. */
  readonly seed?: string;
}

/** An embedded cluster with a small web shop under load, for kubectl and for Fairlead itself, until Ctrl-C. */
export async function cluster(io: Io, flags: ClusterCommandFlags): Promise<number> {
  const port = wholeNumber(flags.port ?? '0', 65_535);
  const seed = wholeNumber(flags.seed ?? '1', Number.MAX_SAFE_INTEGER);
  if (port === undefined || seed === undefined) {
    const [flag, text] = port === undefined ? ['--port', flags.port] : ['--seed', flags.seed];
    io.err(`fairlead: ${flag} ${text}: write a whole number${flag === '--port' ? ' up to 65535' : ''}\n`);
    return EXIT.usage;
  }
  const node = (name: string) => ({ name, cpu: '8', memory: '32Gi', pods: '110' });
  const world = new World({ clock: systemClock, seed, nodes: ['node-1', 'node-2', 'node-3'].map(node) });
  openShop(world);
  let server: WorldServer;
  try {
    server = await serveWorld(world, { port });
  } catch (error) {
    io.err(`fairlead: cannot listen on 127.0.0.1:${port}: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  }
  const dir = await mkdtemp(path.join(os.tmpdir(), 'fairlead-cluster-'));
  try {
    const kubeconfig = path.join(dir, 'kubeconfig');
    await writeFile(kubeconfig, server.kubeconfig(SHOP), { mode: 0o600 });
    // On stdout only what a shell can run.
    io.out(`export KUBECONFIG=${kubeconfig}\n`);
    io.err(
      [
        `An embedded cluster runs until Ctrl-C: the namespace ${SHOP} with four services under load, and our definitions.`,
        'It is a stage, not Kubernetes: Deployments get pods and metrics, autoscalers act, and nothing else runs. In another shell, after the line above:',
        '  kubectl get deployments,pods',
        `  fairlead up "${path.dirname(blueprintFile('frontend'))}"`,
        '',
      ].join('\n'),
    );
    await runInRealTime(world, io.signal);
    return EXIT.ok;
  } finally {
    await server.close();
    await rm(dir, { recursive: true, force: true });
  }
}

function wholeNumber(text: string, most: number): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : undefined;
}
