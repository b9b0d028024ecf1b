import { connect, type KubernetesCluster } from '../../adapters/kubernetes/connect.ts';
import { systemClock } from '../../adapters/system/systemClock.ts';
import { systemIds } from '../../adapters/system/systemIds.ts';
import { loadConfig } from '../../config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Io } from './io.ts';
import type { ClusterFlags } from './program.ts';

/** A person's own connection: their kubeconfig, their rights. */
export interface Session {
  readonly cluster: KubernetesCluster;
  readonly clock: Clock;
}

/** Connects as the flags say; undefined after saying what is wrong. Sends nothing yet. */
export async function openSession(
  io: Io,
  flags: Pick<ClusterFlags, 'kubeconfig' | 'context'>,
): Promise<Session | undefined> {
  const config = loadConfig();
  if (!config.ok) {
    io.err(`fairlead: ${config.error}\n`);
    return undefined;
  }
  const kubeconfig = flags.kubeconfig ?? config.value.kubeconfig;
  const connected = await connect({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(flags.context === undefined ? {} : { context: flags.context }),
    clock: systemClock,
    ids: systemIds,
  });
  if (!connected.ok) {
    io.err(`fairlead: ${connected.error}\n`);
    return undefined;
  }
  return { cluster: connected.value, clock: systemClock };
}
