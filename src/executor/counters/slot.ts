import type { ServiceView } from '../../observe/serviceView.ts';
import { KEEP } from '../../policy/counters.ts';
import { isSealBroken, sealed } from '../../schema/counterSeal.ts';
import { Counters, type InFlight, type OperationRecord } from '../../schema/counters.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import type { ExecutorDeps } from '../deps.ts';
import { freeWith } from '../fleet/fleetSlot.ts';

/** taken: ours. again: the counters moved (a pause counts too): decide again. failed: the API server did not take it. */
export type Slot = 'taken' | 'again' | 'failed';

/**
 * Swaps the service's counters for `next`, on the very record that the verdict was made from: whatever changed in
 * between (another slot, a pause) makes the swap fail. A record that is absent is created first.
 */
export async function takeSlot(deps: ExecutorDeps, view: ServiceView, next: Counters): Promise<Slot> {
  const base = view.breakerObject ?? (await createBreaker(deps, view));
  if (base === undefined) return 'again';
  const swapped = await deps.records.replaceStatus(KINDS.CircuitBreaker, { ...base, status: sealed(next) });
  if (swapped.ok) {
    if (view.counters !== undefined) await freeWith(deps, view, view.counters, next);
    return 'taken';
  }
  if (!swapped.error.uncertain) return swapped.error.code === 'unavailable' ? 'failed' : 'again';
  const read = await readCounters(deps, view.namespace, view.name);
  if (read === undefined) return 'failed';
  return read !== 'lost' && isSame(read.counters?.inFlight, next.inFlight) ? 'taken' : 'again';
}

const isSame = (a: InFlight | undefined, b: InFlight | undefined): boolean =>
  a !== undefined && a.changeId === b?.changeId && a.since === b.since;

const isBlank = ({ status }: KubeObject): boolean =>
  status === undefined || status === null || Object.keys(status as object).length === 0;

/** With its holds empty and no counters yet. undefined: it could not be made, or was made by somebody else meanwhile. */
export async function createBreaker(deps: ExecutorDeps, view: ServiceView): Promise<KubeObject | undefined> {
  const made = await deps.records.create(KINDS.CircuitBreaker, {
    apiVersion: KINDS.CircuitBreaker.apiVersion,
    kind: KINDS.CircuitBreaker.kind,
    metadata: { name: view.name, namespace: view.namespace },
    spec: { holds: [] },
  });
  return made.ok ? made.value : undefined;
}

export interface ReadCounters {
  readonly object: KubeObject;
  /** undefined: its status cannot be read, or somebody else wrote it. */
  readonly counters: Counters | undefined;
}

/** undefined: unreadable. lost: no record, or one that carries no counters: it was deleted (and made again by a person). */
export async function readCounters(
  deps: ExecutorDeps,
  namespace: string,
  name: string,
): Promise<ReadCounters | 'lost' | undefined> {
  const read = await deps.reader.get(KINDS.CircuitBreaker, namespace, name);
  if (!read.ok) return undefined;
  if (read.value === undefined || isBlank(read.value)) return 'lost';
  const { data } = Counters.safeParse(read.value.status);
  // What somebody else wrote is not built upon: it is mended first, on all that is known of the service.
  return { object: read.value, counters: data === undefined || isSealBroken(data) ? undefined : data };
}

/**
 * One step of the counters that depends on no verdict (release, confirm, settle): read, change, swap, and again on a
 * conflict. `change` answers undefined when there is nothing to do, so that a step done before a crash is not done twice.
 * False: it could not be done now; recovery finds it from the records.
 */
export async function updateCounters(
  deps: ExecutorDeps,
  namespace: string,
  name: string,
  change: (counters: Counters) => Counters | undefined,
): Promise<boolean> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const read = await readCounters(deps, namespace, name);
    // With the record went the slot: there is nothing to give back, and nothing in flight to settle.
    if (read === 'lost') return true;
    if (read?.counters === undefined) return false;
    const next = change(read.counters);
    if (next === undefined) return true;
    const swapped = await deps.records.replaceStatus(KINDS.CircuitBreaker, { ...read.object, status: sealed(next) });
    if (swapped.ok) {
      const view = deps.observer.views().find((one) => one.namespace === namespace && one.name === name);
      await freeWith(deps, { namespace, name, ...(view?.global && { global: view.global }) }, read.counters, next);
      return true;
    }
    if (swapped.error.code !== 'conflict' && !swapped.error.uncertain) return false;
  }
  return false;
}

/** The record of one write for the budgets, and the same as the change in flight. */
export function slotOf(
  facts: Omit<OperationRecord, 'at'>,
  now: number,
): { readonly record: OperationRecord; readonly inFlight: InFlight } {
  const { decision, changeId, direction, optional } = facts;
  return {
    record: { ...facts, at: now },
    inFlight: { decision, changeId, phase: 'executing', direction, optional, since: now },
  };
}

/**
 * Puts a change that is being verified back in flight where the CircuitBreaker was deleted or emptied meanwhile: without
 * it another change could start beside it. The rest of the counters is what the target's annotation proves (P7).
 * undefined: nothing was lost.
 */
export async function retakeSlot(
  deps: ExecutorDeps,
  { view, workload }: { readonly view: ServiceView; readonly workload: { readonly uid: string } },
  inFlight: InFlight,
): Promise<Slot | undefined> {
  const { counters, breakerObject } = view;
  if (counters === undefined || counters.inFlight !== undefined) return undefined;
  const isThere = breakerObject !== undefined && !isBlank(breakerObject);
  const { changeId, decision, direction, optional, since: at } = inFlight;
  const lost = { at, decision, changeId, direction, optional, undo: false, by: 'agent' } as const;
  const isCounted = counters.operations.some((operation) => operation.changeId === changeId);
  const operations = isCounted ? counters.operations : [...counters.operations, lost].slice(-KEEP);
  return takeSlot(deps, view, {
    ...counters,
    targetUid: workload.uid,
    inFlight,
    operations,
    ...(isThere && { lastChangeId: changeId }),
  });
}
