import os from 'node:os';
import type { KubernetesCluster } from '../../adapters/kubernetes/connect.ts';
import { isoInstant } from '../../kernel/instant.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { ClusterError, ClusterResult, RecordWriter } from '../../ports/cluster.ts';
import { Frozen, type Hold } from '../../schema/counters.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { CircuitBreakerSpec, FLEET, type Resumed } from '../../schema/records.ts';
import type { AskingFlags } from './flags.ts';
import { EXIT, type Io, print } from './io.ts';
import { parseScope, type Scope } from './service.ts';
import { openGoverned, type Session, trouble } from './session.ts';

interface HoldFlags extends AskingFlags {
  readonly all?: boolean;
  readonly reason?: string;
  readonly only?: Hold['what'];
}

type Verb = 'pause' | 'stop' | 'resume';

const ATTEMPTS = 5;
const LONGEST_REASON = 500;

export function pause(io: Io, scope: string | undefined, flags: HoldFlags): Promise<number> {
  return change(io, scope, flags, 'pause');
}

export function stop(io: Io, scope: string | undefined, flags: HoldFlags): Promise<number> {
  return change(io, scope, flags, 'stop');
}

/**
 * Lifts pause and stop of exactly this scope and, of a service, the freeze that a failed undo left: a freeze is lifted by
 * name only, never with a whole namespace. A breaker held open by a person is not this command's to release.
 */
export function resume(io: Io, scope: string | undefined, flags: HoldFlags): Promise<number> {
  return change(io, scope, flags, 'resume');
}

async function change(io: Io, text: string | undefined, flags: HoldFlags, verb: Verb): Promise<number> {
  const usage = (words: string): number => {
    io.err(`fairlead: ${words}\n`);
    return EXIT.usage;
  };
  if ((text === undefined) === (flags.all !== true)) {
    return usage(`${verb} wants one scope: a service (shop/web), a namespace (shop/), or --all for the cluster`);
  }
  const scope = text === undefined ? undefined : parseScope(text);
  if (scope && !scope.ok) return usage(scope.error);
  const reason = (flags.reason ?? '').trim();
  const bad = verb === 'resume' ? undefined : badReason(reason);
  if (bad !== undefined) return usage(bad);
  const session = await openGoverned(io, flags);
  if (session === undefined) return EXIT.failed;
  const where = await place(session, scope?.value, flags.namespace);
  if (!where.ok) {
    io.err(`fairlead: ${where.error}; nothing was changed\n`);
    return EXIT.failed;
  }
  const { bound } = where.value;
  const hold: Hold = {
    kind: verb === 'stop' ? 'stop' : 'pause',
    what: flags.only ?? 'all',
    by: whoHolds(session),
    reason,
    at: new Date(session.clock.now()).toISOString(),
    ...(bound === undefined ? {} : { namespace: bound }),
  };
  const edit = (holds: readonly Hold[]): Hold[] =>
    verb === 'resume'
      ? without(without(holds, 'pause', bound), 'stop', bound)
      : [...without(holds, hold.kind, bound), hold];
  const lifts = verb === 'resume' && where.value.name !== FLEET ? { by: hold.by, at: hold.at } : undefined;
  const done = await editHolds(session.cluster, where.value, edit, lifts);
  if (!done.ok) {
    io.err(`fairlead: ${trouble(session, `${verb} did not take`, done.error)}\n`);
    return EXIT.failed;
  }
  const { before, after, thawed } = done.value;
  const said = text ?? 'the cluster';
  const above = scope === undefined ? [] : await holdsAbove(session, scope.value, flags.namespace);
  print(io, flags.output, { holds: after, above, ...(thawed && { thawed }) }, () =>
    verb === 'resume'
      ? `${said}: ${resumedWords(after.length < before.length, thawed)}\n${stillText([...after.filter((h) => h.namespace === bound), ...above])}`
      : `${said}: ${holdWords(hold)}\n`,
  );
  return EXIT.ok;
}

/** `ada (context prod)`. */
export const whoHolds = ({ cluster }: Session): string =>
  `${os.userInfo().username} (context ${cluster.context})`.slice(0, 200);

/** undefined: as it should be. */
export const badReason = (reason: string): string | undefined =>
  reason === '' || reason.length > LONGEST_REASON
    ? `--reason wants a few words for those who find it, at most ${LONGEST_REASON} characters`
    : undefined;

export const without = (holds: readonly Hold[], kind: Hold['kind'], namespace: string | undefined): Hold[] =>
  holds.filter((h) => h.kind !== kind || h.namespace !== namespace);

/** `paused by ada (context prod): incident 4711`, `paused (downs only) by ...`. */
export function holdWords({ kind, what, by, reason }: Hold): string {
  const verb = kind === 'breaker' ? 'breaker held open' : kind === 'stop' ? 'stopped' : 'paused';
  return `${verb}${what === 'all' ? '' : ` (${what} only)`} by ${by}: ${reason}`;
}

const resumedWords = (wasHeld: boolean, thawed: Frozen | undefined): string =>
  thawed === undefined
    ? wasHeld
      ? 'resumed'
      : 'was neither paused nor stopped'
    : `${wasHeld ? 'resumed; ' : ''}its freeze (${frozenWords(thawed)}) ends with the executor's next pass`;

export const frozenWords = ({ change, at }: Frozen): string => `the undo ${change} failed at ${isoInstant(at)}`;

const stillText = (holds: readonly Hold[]): string =>
  holds.map((hold) => `  still ${holdWords(hold)}${scopeWords(hold)}\n`).join('');

const scopeWords = ({ kind, namespace }: Hold): string =>
  kind === 'breaker'
    ? ''
    : namespace === undefined
      ? ' (the whole cluster; fairlead resume --all)'
      : ` (the whole namespace; fairlead resume ${namespace}/)`;

interface Place {
  readonly namespace: string;
  readonly name: string;
  /** The namespace that an entry of `fleet` binds. */
  readonly bound?: string;
}

/**
 * A service's holds stand on the CircuitBreaker of its Blueprint, those of namespaces and the cluster in `fleet`'s list.
 * A service without a Blueprint is an error: a hold on a misspelt name would hold nothing and look as if it did.
 */
export async function place(session: Session, scope: Scope | undefined, own: string): Promise<Result<Place, string>> {
  if (scope === undefined) return ok({ namespace: own, name: FLEET });
  const { namespace, name } = scope;
  const listed = await session.cluster.reader.list(KINDS.Blueprint, namespace);
  if (!listed.ok) return err(trouble(session, 'blueprints cannot be read', listed.error));
  const names = listed.value.items.map(({ metadata }) => metadata.name);
  if (name === undefined) {
    return names.length > 0
      ? ok({ namespace: own, name: FLEET, bound: namespace })
      : err(`no blueprint stands in the namespace ${namespace}; fairlead status lists the services`);
  }
  if (names.includes(name)) return ok({ namespace, name });
  const governing = listed.value.items.find(
    ({ spec }) => (spec as { target?: { name?: string } }).target?.name === name,
  );
  return governing === undefined
    ? err(`no blueprint governs ${namespace}/${name}; fairlead status lists the services`)
    : ok({ namespace, name: governing.metadata.name });
}

/** What binds the service from further up, as far as it can be read. */
async function holdsAbove(session: Session, scope: Scope, own: string): Promise<readonly Hold[]> {
  const found = await session.cluster.reader.get(KINDS.CircuitBreaker, own, FLEET);
  const parsed = CircuitBreakerSpec.safeParse(found.ok ? (found.value?.spec ?? { holds: [] }) : { holds: [] });
  if (!parsed.success) return [];
  return parsed.data.holds.filter(
    (h) => h.namespace === undefined || (scope.name !== undefined && h.namespace === scope.namespace),
  );
}

interface Edited {
  readonly before: readonly Hold[];
  readonly after: readonly Hold[];
  /** The freeze whose end was asked for. */
  readonly thawed?: Frozen;
}

/**
 * Compare-and-swap; a conflict reads again, a few times. Nothing is written where nothing changes. `lifts` names the
 * freeze that stands in the very object that is replaced.
 */
export async function editHolds(
  cluster: Pick<KubernetesCluster, 'reader' | 'records' | 'ensureNamespace'>,
  { namespace, name }: Place,
  edit: (holds: readonly Hold[]) => Hold[],
  lifts?: Omit<Resumed, 'change'>,
): Promise<ClusterResult<Edited>> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await cluster.reader.get(KINDS.CircuitBreaker, namespace, name);
    if (!found.ok) return found;
    const edited = editedOf(found.value, edit, lifts);
    if (edited === undefined) return err(unreadable(namespace, name));
    const { before, after, thawed, spec } = edited;
    if (before.length === 0 && after.length === 0 && thawed === undefined) return ok(edited);
    if (found.value === undefined && name === FLEET) {
      // Nobody may have run here yet; a hold must take all the same.
      const made = await cluster.ensureNamespace(namespace);
      if (!made.ok) return made;
    }
    const written = await write(cluster.records, found.value, { namespace, name }, spec);
    if (written.ok) return ok(edited);
    if (written.error.code !== 'conflict' || attempt >= ATTEMPTS) return written;
  }
}

/** undefined: the spec cannot be read. */
function editedOf(
  found: KubeObject | undefined,
  edit: (holds: readonly Hold[]) => Hold[],
  lifts: Omit<Resumed, 'change'> | undefined,
): (Edited & { readonly spec: CircuitBreakerSpec }) | undefined {
  const parsed = CircuitBreakerSpec.safeParse(found?.spec ?? { holds: [] });
  if (!parsed.success) return undefined;
  const { holds: before } = parsed.data;
  const after = edit(before);
  const thawed = lifts && frozenOf(found);
  const resumed = thawed && lifts ? { change: thawed.change, ...lifts } : parsed.data.resumed;
  return { before, after, ...(thawed && { thawed }), spec: { holds: after, ...(resumed && { resumed }) } };
}

/** The freeze in a CircuitBreaker's status, whatever else of it can be read. */
export function frozenOf(record: KubeObject | undefined): Frozen | undefined {
  const parsed = Frozen.safeParse((record?.status as { frozen?: unknown } | null | undefined)?.frozen);
  return parsed.success ? parsed.data : undefined;
}

function write(
  records: RecordWriter,
  found: KubeObject | undefined,
  metadata: { namespace: string; name: string },
  spec: CircuitBreakerSpec,
): Promise<ClusterResult<KubeObject>> {
  const { apiVersion, kind } = KINDS.CircuitBreaker;
  return found === undefined
    ? records.create(KINDS.CircuitBreaker, { apiVersion, kind, metadata, spec })
    : records.replace(KINDS.CircuitBreaker, { ...found, spec });
}

const unreadable = (namespace: string, name: string): ClusterError => ({
  code: 'invalid',
  message: `the holds of CircuitBreaker ${namespace}/${name} cannot be read (which counts as stopped); kubectl edit circuitbreaker -n ${namespace} ${name}`,
  uncertain: false,
});
