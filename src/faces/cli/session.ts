import { connect, type KubernetesCluster } from '../../adapters/kubernetes/connect.ts';
import { ServerClock } from '../../adapters/system/serverClock.ts';
import { systemClock } from '../../adapters/system/systemClock.ts';
import { systemIds } from '../../adapters/system/systemIds.ts';
import { loadConfig } from '../../config.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { ApiCallListener } from '../../ports/apiCall.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClusterError } from '../../ports/cluster.ts';
import { KINDS } from '../../schema/kube.ts';
import type { ClusterFlags } from './flags.ts';
import type { Io } from './io.ts';

/** A person's own connection: their kubeconfig, their rights. */
export interface Session {
  readonly cluster: KubernetesCluster;
  /** Now, as the cluster says it: what stands there is judged and stamped by it, whatever this machine's clock says. */
  readonly clock: Clock;
}

type Connection = Pick<ClusterFlags, 'kubeconfig' | 'context'> & {
  /** Told of every exchange with the API server. */
  readonly called?: ApiCallListener | undefined;
};

/** Connects as the flags say; undefined after saying what is wrong. Sends nothing yet. */
export async function openSession(io: Io, flags: Connection): Promise<Session | undefined> {
  const connected = await connection(flags);
  if (connected.ok) return connected.value;
  io.err(`fairlead: ${connected.error}\n`);
  return undefined;
}

/**
 * Connects and makes sure that the cluster answers and serves our kinds: without them a list is empty and an object
 * absent, which would pass for an answer. Undefined after saying what is wrong.
 */
export async function openGoverned(io: Io, flags: Connection): Promise<Session | undefined> {
  const session = await openSession(io, flags);
  if (session === undefined) return undefined;
  const missing = await notServed(session);
  if (missing === undefined) return session;
  io.err(`fairlead: ${missing}\n`);
  session.cluster.close();
  return undefined;
}

async function connection(flags: Connection): Promise<Result<Session, string>> {
  const config = loadConfig();
  if (!config.ok) return config;
  const kubeconfig = flags.kubeconfig ?? config.value.kubeconfig;
  const clock = new ServerClock(systemClock);
  const connected = await connect({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(flags.context === undefined ? {} : { context: flags.context }),
    clock: systemClock,
    ids: systemIds,
    called: (call) => {
      clock.heard(call.servedAt);
      flags.called?.(call);
    },
  });
  if (connected.ok) return ok({ cluster: connected.value, clock });
  const where = kubeconfig === undefined || connected.error.includes(kubeconfig) ? '' : ` (kubeconfig ${kubeconfig})`;
  return err(
    `${connected.error}${where}\n  fix: name a cluster with --kubeconfig or KUBECONFIG; kubectl version must work`,
  );
}

async function notServed(session: Session): Promise<string | undefined> {
  const { cluster } = session;
  // Discovery, which every login may read; the definitions themselves only administrators.
  const served = await cluster.reader.raw(`/apis/${KINDS.Blueprint.apiVersion}`);
  if (!served.ok) return trouble(session, 'the cluster cannot be asked', served.error);
  return served.value === undefined
    ? `${cluster.server} does not know our resources yet\n  fix: fairlead install --crds | kubectl apply -f -`
    : undefined;
}

interface Named {
  readonly cluster: Pick<KubernetesCluster, 'server' | 'context'>;
}

/** What failed, where, in whose words, and what to do about it. */
export function trouble({ cluster }: Named, what: string, { code, message }: ClusterError): string {
  return `${what}: ${cluster.server} (context ${cluster.context}): ${message}\n  fix: ${remedy(code, message)}`;
}

function remedy(code: ClusterError['code'], message: string): string {
  if (/^unauthori[sz]ed/i.test(message))
    return 'the credentials are not accepted: log in again, or choose another --context';
  switch (code) {
    case 'denied':
      return 'ask for that right, or for an exception of the policy named; kubectl auth whoami says who you are';
    case 'unavailable':
      return 'is it up, and is this the right cluster and network? kubectl version must work; fairlead doctor looks further';
    case 'conflict':
      return 'somebody else wrote at the same time, or owns the field: look at it, then try again';
    case 'notFound':
      return 'fairlead doctor says what is missing';
    default:
      return 'mend what the server names, then try again';
  }
}
