import { err, ok, type Result } from '../kernel/result.ts';
import type { ClusterError, ClusterReader, ClusterResult, RecordWriter } from '../ports/cluster.ts';
import { Frozen, type Hold } from '../schema/counters.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { CircuitBreakerSpec, FLEET, type Resumed } from '../schema/records.ts';

/** A service, a whole namespace (no name), or the cluster (undefined). */
export type HoldScope = { readonly namespace: string; readonly name?: string } | undefined;

/** The CircuitBreaker that carries the holds of a scope. */
export interface HoldPlace {
  readonly namespace: string;
  readonly name: string;
  /** The namespace that an entry of `fleet` binds. */
  readonly bound?: string;
}

export type NoPlace =
  | { readonly kind: 'unreadable'; readonly error: ClusterError }
  | { readonly kind: 'none'; readonly message: string };

/**
 * A service's holds stand on the CircuitBreaker of its Blueprint, those of namespaces and the cluster in `fleet`'s list.
 * A service without a Blueprint is an error: a hold on a misspelt name would hold nothing and look as if it did.
 */
export async function holdPlace(
  reader: ClusterReader,
  scope: HoldScope,
  ownNamespace: string,
): Promise<Result<HoldPlace, NoPlace>> {
  if (scope === undefined) return ok({ namespace: ownNamespace, name: FLEET });
  const { namespace, name } = scope;
  const listed = await reader.list(KINDS.Blueprint, namespace);
  if (!listed.ok) return err({ kind: 'unreadable', error: listed.error });
  const names = listed.value.items.map(({ metadata }) => metadata.name);
  if (name === undefined) {
    return names.length > 0
      ? ok({ namespace: ownNamespace, name: FLEET, bound: namespace })
      : err({
          kind: 'none',
          message: `no blueprint stands in the namespace ${namespace}; fairlead status lists the services`,
        });
  }
  if (names.includes(name)) return ok({ namespace, name });
  const governing = listed.value.items.find(
    ({ spec }) => (spec as { target?: { name?: string } } | undefined)?.target?.name === name,
  );
  return governing === undefined
    ? err({
        kind: 'none',
        message: `no blueprint governs ${namespace}/${name}; fairlead status lists the services`,
      })
    : ok({ namespace, name: governing.metadata.name });
}

export const without = (holds: readonly Hold[], kind: Hold['kind'], namespace: string | undefined): Hold[] =>
  holds.filter((h) => h.kind !== kind || h.namespace !== namespace);

export interface EditedHolds {
  readonly before: readonly Hold[];
  readonly after: readonly Hold[];
  /** The freeze whose end was asked for. */
  readonly thawed?: Frozen;
}

export interface HoldDoors {
  readonly reader: ClusterReader;
  readonly records: RecordWriter;
  /** Makes our own namespace where nobody ran yet: a hold must take all the same. Absent: it is there. */
  readonly ensureNamespace?: (name: string) => Promise<ClusterResult<void>>;
}

/** Whose word lifts a freeze. With `change` only the freeze of that failed undo, else whichever stands. */
export type Lifts = Omit<Resumed, 'change'> & { readonly change?: string };

const ATTEMPTS = 5;

/**
 * Compare-and-swap; a conflict reads again, a few times. Nothing is written where nothing changes. `lifts` ends the freeze
 * that stands in the very object that is replaced.
 */
export async function editHolds(
  { reader, records, ensureNamespace }: HoldDoors,
  { namespace, name }: HoldPlace,
  edit: (holds: readonly Hold[]) => Hold[],
  lifts?: Lifts,
): Promise<ClusterResult<EditedHolds>> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await reader.get(KINDS.CircuitBreaker, namespace, name);
    if (!found.ok) return found;
    const edited = editedOf(found.value, edit, lifts);
    if (edited === undefined) return err(unreadable(namespace, name));
    const { before, after, thawed, spec } = edited;
    if (before.length === 0 && after.length === 0 && thawed === undefined) return ok(edited);
    if (found.value === undefined && name === FLEET && ensureNamespace !== undefined) {
      const made = await ensureNamespace(namespace);
      if (!made.ok) return made;
    }
    const written = await write(records, found.value, { namespace, name }, spec);
    if (written.ok) return ok(edited);
    if (written.error.code !== 'conflict' || attempt >= ATTEMPTS) return written;
  }
}

/** undefined: the spec cannot be read. */
function editedOf(
  found: KubeObject | undefined,
  edit: (holds: readonly Hold[]) => Hold[],
  lifts: Lifts | undefined,
): (EditedHolds & { readonly spec: CircuitBreakerSpec }) | undefined {
  const parsed = CircuitBreakerSpec.safeParse(found?.spec ?? { holds: [] });
  if (!parsed.success) return undefined;
  const { holds: before } = parsed.data;
  const after = edit(before);
  const frozen = lifts && frozenOf(found);
  const thawed = frozen && (lifts.change ?? frozen.change) === frozen.change ? frozen : undefined;
  const resumed = thawed && lifts ? { change: thawed.change, by: lifts.by, at: lifts.at } : parsed.data.resumed;
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
