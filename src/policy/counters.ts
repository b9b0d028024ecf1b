import { kindOf, standsAs } from '../schema/changeText.ts';
import { CLOSED, type Counters, type InFlight, type OperationRecord } from '../schema/counters.ts';
import type { Workload } from '../schema/workload.ts';
import { afterOutcome, breakerAt, type Failure, opened } from './breaker.ts';

/**
 * Everything that happens to a service's counters, as pure steps. The executor puts the result back in one
 * compare-and-swap on the record it read, so checking a limit and taking its slot cannot come apart.
 */

/** The longest look back is G11's: three reversals in 30 min freeze downs for 60; twice that is kept. */
const KEEP_MS = 2 * 3_600_000;
/** The shape's cap; the oldest go first, so that no budget can count more than these (G12). */
export const KEEP = 64;
const HOUR_MS = 3_600_000;

export type Outcome = 'pass' | 'insufficient' | 'fail' | 'inconclusive' | 'superseded';

/** Takes the slot of one write before it is done. The same change id again takes no second one. */
export function reserve(counters: Counters, record: OperationRecord, inFlight: InFlight): Counters {
  const operations = [...counters.operations.filter((o) => o.changeId !== record.changeId), record];
  const { spentUntil, ...rest } = counters;
  return {
    ...rest,
    ...(spentUntil !== undefined && spentUntil > record.at ? { spentUntil } : {}),
    operations: operations.filter((o) => o.at > record.at - KEEP_MS).slice(-KEEP),
    inFlight,
    reverts: record.by === 'person' || streakIsOver(counters, record.at) ? 0 : counters.reverts,
  };
}

/** An hour without a write of ours ends a row of reverted repairs (G1), as a person's change does. */
export const streakIsOver = (counters: Counters, now: number): boolean =>
  !counters.operations.some((o) => !o.undo && o.at > now - HOUR_MS);

/**
 * Takes the slot, also from a change in flight (the gate lets a scale-up under pressure do so, G23). That one stays on
 * record behind it, and is superseded once the write is confirmed: a write that fails must not leave it unwatched.
 */
export function takeOver(counters: Counters, record: OperationRecord, inFlight: InFlight): Counters {
  if (counters.inFlight === undefined) return reserve(counters, record, inFlight);
  const { over, afterRevert: _, ...itself } = counters.inFlight;
  const before = itself.changeId === inFlight.changeId ? over : itself;
  return reserve(counters, record, { ...inFlight, ...(before !== undefined && { over: before }) });
}

/** Everything that holds this service's slot: the change in flight, and the one whose place it is about to take. */
export const holders = ({ inFlight }: Counters): InFlight[] =>
  [inFlight, inFlight?.over].filter((one) => one !== undefined);

/** Gives the slot back: nothing was written, no failure is counted, and the change behind it is in flight again. */
export function release(counters: Counters, changeId: string): Counters {
  const operations = counters.operations.filter((o) => o.changeId !== changeId);
  const over = counters.inFlight?.changeId === changeId ? counters.inFlight.over : undefined;
  const left = landed({ ...counters, operations }, changeId);
  return over === undefined ? left : { ...left, inFlight: over };
}

/**
 * The write is confirmed: the cooldown runs from it, never from before its slot was taken, the target's annotation counts as ours by this id, and the change
 * whose place it took is superseded, which neither counts on a breaker nor resets one.
 */
export function applied(counters: Counters, changeId: string, at: number): Counters {
  const operations = counters.operations.map((o) => (o.changeId === changeId ? { ...o, at: Math.max(o.at, at) } : o));
  const written = { ...counters, operations, lastChangeId: changeId };
  if (counters.inFlight?.changeId !== changeId) return written;
  const { over: _, afterRevert, ...inFlight } = counters.inFlight;
  return { ...(afterRevert === true ? reverted(written) : written), inFlight };
}

/** The change in flight is now being verified. */
export const verifying = (counters: Counters, changeId: string, since: number): Counters =>
  counters.inFlight?.changeId === changeId
    ? { ...counters, inFlight: { ...counters.inFlight, phase: 'verifying', since } }
    : counters;

export interface Settled extends Failure {
  readonly changeId: string;
}

/**
 * A change is over. A failure counts on the breaker of its sort, and a pass closes that one; insufficient, inconclusive
 * and superseded neither count nor reset. An undo that failed opens the breaker at once and freezes the service; one that
 * worked is no success of the service's.
 */
export function settle(counters: Counters, outcome: Outcome, settled: Settled): Counters {
  const { changeId } = settled;
  const record = counters.operations.find((o) => o.changeId === changeId);
  const after = landed(counters, changeId);
  if (record?.undo === true) {
    if (outcome !== 'fail') return after;
    const frozen = { at: settled.now, decision: record.decision, change: changeId };
    return { ...after, breaker: opened(after.breaker, settled), frozen };
  }
  if (record?.optional !== true) return { ...after, breaker: afterOutcome(after.breaker, outcome, settled) };
  const optionalBreaker = afterOutcome(after.optionalBreaker, outcome, settled);
  // It was let through as the trial of both: its success closes both, its failure locks out its own kind only.
  const wasTrial = outcome === 'pass' && breakerAt(after.breaker, settled.now) === 'halfOpen';
  return { ...after, optionalBreaker, ...(wasTrial && { breaker: CLOSED }) };
}

/** A person named the freeze, and no other one: it is over. undefined: there is nothing to lift. */
export function thawed(counters: Counters, change: string | undefined): Counters | undefined {
  const { frozen, ...rest } = counters;
  return frozen !== undefined && frozen.change === change ? rest : undefined;
}

export interface Undone {
  readonly direction: 'up' | 'down' | 'none';
  /** Load (ready pods x cpu utilisation) at which the change failed; absent when it was not to be had. */
  readonly load?: number;
  /** Resources that could not be had, as text (G16). */
  readonly infeasible?: string;
}

/** Takes the undo's slot. An undone scale-down is remembered with its load: at that load it is not tried again (G10). */
export function startUndo(counters: Counters, undone: Undone, record: OperationRecord, inFlight: InFlight): Counters {
  const { infeasible: what } = undone;
  const known = (counters.infeasible ?? []).filter((one) => one.what !== what && one.at > record.at - 24 * HOUR_MS);
  const infeasible = what === undefined ? known : [...known, { at: record.at, what }].slice(-8);
  const kept = infeasible.length > 0 ? { ...counters, infeasible } : counters;
  const next = reserve(kept, { ...record, undo: true }, inFlight);
  if (undone.direction !== 'down') return next;
  // Without a load nothing can be compared later: zero makes every later load "as high", which is the strict answer.
  return { ...next, undoneDown: { at: record.at, load: undone.load ?? 0 } };
}

/** One more repair of ours was put back (G1): counted when the next one is written. */
const reverted = (counters: Counters): Counters => ({
  ...counters,
  reverts: Math.min(100, counters.reverts + 1),
});

/** Our record names this change as the newest we wrote or were writing, or there is no such record to ask. */
export function namesOurs(counters: Counters | undefined, changeId: string): boolean {
  const known = [counters?.lastChangeId, counters?.inFlight?.changeId].filter((id) => id !== undefined);
  return known.length === 0 || known.includes(changeId);
}

/** The target's last change is ours by both records, and what stood there before it stands there again. */
export function wasReverted(workload: Workload, counters: Counters): boolean {
  const { lastChange } = workload;
  if (lastChange === undefined || lastChange.undo || counters.lastChangeId !== lastChange.id) return false;
  const { before, after } = lastChange;
  const stands = (text: string): boolean => standsAs(workload, kindOf(lastChange), text);
  return stands(before) && !stands(after);
}

function landed(counters: Counters, changeId: string): Counters {
  if (counters.inFlight?.over?.changeId === changeId) {
    const { over: _, ...inFlight } = counters.inFlight;
    return { ...counters, inFlight };
  }
  if (counters.inFlight?.changeId !== changeId) return counters;
  const { inFlight: _, ...rest } = counters;
  return rest;
}
