import { parseInstant } from '../kernel/parseInstant.ts';
import type { Safety } from '../schema/blueprint.ts';
import type { LastChange } from '../schema/change.ts';
import { isSealBroken } from '../schema/counterSeal.ts';
import { Counters, type Hold, NEW_COUNTERS } from '../schema/counters.ts';
import type { KubeObject } from '../schema/kube.ts';
import { CircuitBreakerSpec } from '../schema/records.ts';
import { mistrusted } from './mistrusted.ts';
import { at } from './narrow.ts';
import { restoredFrom } from './restoredCounters.ts';

/** The annotation of the target: its text, and parsed where it can be. */
export interface Proof {
  readonly lastChangeText?: string;
  readonly lastChange?: LastChange;
}

/**
 * A service's counters from its CircuitBreaker; undefined when they cannot be known. What somebody else wrote into them
 * is not believed where it loosens (P7). With no record (or one that the
 * executor has not filled, or that knows nothing of the write that the target proves) a target that carries our
 * annotation is one whose record was lost: cooldown from the annotation, budget spent (P7). One without has never been
 * written to.
 */
export function countersOf(
  breaker: KubeObject | undefined,
  target: Proof | undefined,
  now: number,
): Counters | undefined {
  const status = breaker?.status;
  if (status !== undefined && !isEmpty(status)) {
    const { data } = Counters.safeParse(status);
    return isTouched(data, target, now) ? mistrusted(data, target, now) : data;
  }
  if (target?.lastChangeText === undefined) return NEW_COUNTERS;
  // An annotation that nobody can read proves that something was written, but not when.
  return target.lastChange === undefined ? undefined : restoredFrom(target.lastChange, now);
}

/** Somebody else wrote the record: it has another shape than ours, or says other things than its seal and the target do. */
function isTouched(counters: Counters | undefined, target: Proof | undefined, now: number): boolean {
  if (counters === undefined || isSealBroken(counters)) return true;
  return target?.lastChange !== undefined && forgets(counters, target.lastChange, now);
}

/** There is no record (or none the executor filled), and the target proves that there was one. */
export const isBreakerLost = (breaker: KubeObject | undefined, target: Proof | undefined): boolean =>
  isEmpty(breaker?.status) && target?.lastChange !== undefined;

/** The record itself, as read, is one that somebody else wrote: the executor puts it right and calls a person. */
export const isBreakerTouched = (breaker: KubeObject | undefined, target: Proof | undefined, now: number): boolean =>
  breaker?.status !== undefined &&
  !isEmpty(breaker.status) &&
  isTouched(Counters.safeParse(breaker.status).data, target, now);

/**
 * Somebody wrote the record: it names no change at all, or names the target's newest and has no operation of it though
 * each is kept for longer than the hour that it counts in. An annotation that our record does not name proves nothing.
 */
function forgets(
  { operations, inFlight, lastChangeId, spentUntil }: Counters,
  { id, at: iso }: LastChange,
  now: number,
): boolean {
  if (operations.length === 0 && inFlight === undefined && lastChangeId === undefined) return true;
  const isFresh = now - (parseInstant(iso) ?? now) < HOUR_MS;
  return (
    id === lastChangeId && isFresh && spentUntil === undefined && !operations.some(({ changeId }) => changeId === id)
  );
}

/**
 * The holds that bind a service: its own, and those of `fleet` for its namespace and for the whole cluster. Undefined
 * when either cannot be read, which counts as stopped.
 */
export function holdsOf(
  breaker: KubeObject | undefined,
  fleet: KubeObject | undefined,
  namespace: string,
): readonly Hold[] | undefined {
  const own = specHolds(breaker);
  const above = specHolds(fleet);
  if (own === undefined || above === undefined) return undefined;
  return [...own, ...above.filter((hold) => hold.namespace === undefined || hold.namespace === namespace)];
}

const HOUR_MS = 3_600_000;

/** Operations that this hour still has room for, as the gate counts them: undos take none, and a lost hour is spent. */
export function operationsLeft({ operations, spentUntil }: Counters, safety: Safety, now: number): number {
  if (now < (spentUntil ?? now)) return 0;
  const used = operations.filter((operation) => !operation.undo && operation.at > now - HOUR_MS).length;
  return Math.max(0, safety.operationsPerHour - used);
}

function specHolds(breaker: KubeObject | undefined): readonly Hold[] | undefined {
  if (breaker === undefined || isEmpty(breaker.spec) || at(breaker, 'spec', 'holds') === undefined) return [];
  const parsed = CircuitBreakerSpec.safeParse(breaker.spec);
  return parsed.success ? parsed.data.holds : undefined;
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
