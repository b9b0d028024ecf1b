import os from 'node:os';
import type { ClusterReader, ClusterResult, RecordWriter } from '../../ports/cluster.ts';
import type { Hold } from '../../schema/counters.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { CircuitBreakerSpec, FLEET } from '../../schema/records.ts';
import { EXIT, type Io, print } from './io.ts';
import type { ClusterFlags } from './program.ts';
import { parseScope, type Scope } from './service.ts';
import { openSession } from './session.ts';

interface HoldFlags extends ClusterFlags {
  readonly all?: boolean;
  readonly reason?: string;
  readonly only?: Hold['what'];
}

const ATTEMPTS = 5;

export function pause(io: Io, scope: string | undefined, flags: HoldFlags): Promise<number> {
  return change(io, scope, flags, (holds, hold) => [...without(holds, 'pause', hold.namespace), hold], 'pause');
}

export function stop(io: Io, scope: string | undefined, flags: HoldFlags): Promise<number> {
  return change(io, scope, flags, (holds, hold) => [...without(holds, 'stop', hold.namespace), hold], 'stop');
}

/** Lifts pause and stop of exactly this scope. A breaker held open by a person is not this command's to release. */
export function resume(io: Io, scope: string | undefined, flags: HoldFlags): Promise<number> {
  return change(
    io,
    scope,
    flags,
    (holds, hold) => without(without(holds, 'pause', hold.namespace), 'stop', hold.namespace),
    'resume',
  );
}

const without = (holds: readonly Hold[], kind: Hold['kind'], namespace: string | undefined): Hold[] =>
  holds.filter((h) => h.kind !== kind || h.namespace !== namespace);

async function change(
  io: Io,
  text: string | undefined,
  flags: HoldFlags,
  edit: (holds: readonly Hold[], hold: Hold) => Hold[],
  verb: 'pause' | 'stop' | 'resume',
): Promise<number> {
  if ((text === undefined) === (flags.all !== true)) {
    io.err(`fairlead: ${verb} wants one scope: a service (shop/web), a namespace (shop/), or --all for the cluster\n`);
    return EXIT.usage;
  }
  const scope = text === undefined ? undefined : parseScope(text);
  if (scope && !scope.ok) {
    io.err(`fairlead: ${scope.error}\n`);
    return EXIT.usage;
  }
  const session = await openSession(io, flags);
  if (session === undefined) return EXIT.failed;
  const where = place(scope?.value, flags.namespace);
  const hold: Hold = {
    kind: verb === 'resume' ? 'pause' : verb,
    what: flags.only ?? 'all',
    by: `${os.userInfo().username} (context ${session.cluster.context})`,
    reason: flags.reason ?? '',
    at: new Date(session.clock.now()).toISOString(),
    ...(where.bound ? { namespace: where.bound } : {}),
  };
  const done = await editHolds(session.cluster, where, (holds) => edit(holds, hold));
  if (!done.ok) {
    io.err(`fairlead: ${verb} did not take: ${done.error.message}\n`);
    return EXIT.failed;
  }
  const said = text ?? 'the cluster';
  print(io, flags.output, done.value.spec, () =>
    verb === 'resume' ? `${said}: resumed\n` : `${said}: ${verb === 'stop' ? 'stopped' : 'paused'} (${hold.reason})\n`,
  );
  return EXIT.ok;
}

/** A service's holds stand on its own CircuitBreaker, those of namespaces and the cluster in `fleet`'s list. */
function place(scope: Scope | undefined, own: string): { namespace: string; name: string; bound?: string } {
  if (scope === undefined) return { namespace: own, name: FLEET };
  if (scope.name === undefined) return { namespace: own, name: FLEET, bound: scope.namespace };
  return { namespace: scope.namespace, name: scope.name };
}

/** Compare-and-swap; a conflict reads again, a few times. */
async function editHolds(
  cluster: { reader: ClusterReader; records: RecordWriter },
  where: { namespace: string; name: string },
  edit: (holds: readonly Hold[]) => Hold[],
): Promise<ClusterResult<KubeObject>> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await cluster.reader.get(KINDS.CircuitBreaker, where.namespace, where.name);
    if (!found.ok) return found;
    const parsed = CircuitBreakerSpec.safeParse(found.value?.spec ?? { holds: [] });
    const object: KubeObject = {
      ...(found.value ?? {
        apiVersion: KINDS.CircuitBreaker.apiVersion,
        kind: KINDS.CircuitBreaker.kind,
        metadata: { name: where.name, namespace: where.namespace },
      }),
      spec: { holds: edit(parsed.success ? parsed.data.holds : []) },
    };
    const written =
      found.value === undefined
        ? await cluster.records.create(KINDS.CircuitBreaker, object)
        : await cluster.records.replace(KINDS.CircuitBreaker, object);
    if (written.ok || written.error.code !== 'conflict' || attempt >= ATTEMPTS) return written;
  }
}
