import { holders, type Outcome, release, settle } from '../../policy/counters.ts';
import { SAFETY_DEFAULTS } from '../../schema/blueprint.ts';
import type { Counters } from '../../schema/counters.ts';
import type { DecisionStatus, Phase } from '../../schema/records.ts';
import { updateCounters } from '../counters/slot.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from '../deps.ts';
import type { HeldDecision } from './heldDecision.ts';
import { type StatusUpdate, writeStatus } from './writeStatus.ts';

/** What a superseded change is recorded under; it counts as no failure. */
export const SUPERSEDED_BY_UP = 'SupersededByUp';

/** The id of the write that takes a change back: one undo per change. */
export const undoIdOf = (changeId: string): string => `${changeId}.undo`;

/**
 * How a Decision's end counts for the breaker when `changeId` is what was in flight; recovery derives the same from the
 * record alone. An undo that worked is no success of the service's (its failed change was counted when the undo began),
 * one that did not opens the breaker.
 */
export function outcomeOf(
  status: Pick<DecisionStatus, 'phase' | 'reason' | 'verification'>,
  changeId: string,
): Outcome {
  if (status.reason === SUPERSEDED_BY_UP) return 'superseded';
  if (changeId.endsWith('.undo')) return status.phase === 'Failed' ? 'fail' : 'inconclusive';
  switch (status.phase) {
    case 'RolledBack':
    case 'Failed':
      return 'fail';
    case 'Succeeded':
    case 'Pending':
      return status.verification?.outcome === 'insufficient' ? 'insufficient' : 'pass';
    default:
      return 'inconclusive';
  }
}

/** The counters once the change in flight is over; undefined when it is not the one in flight (it was settled before). */
export function settled(
  deps: ExecutorDeps,
  counters: Counters,
  changeId: string,
  outcome: Outcome,
  breakerFailures: number | undefined,
): Counters | undefined {
  if (!holders(counters).some((one) => one.changeId === changeId)) return undefined;
  return settle(counters, outcome, {
    changeId,
    now: deps.clock.now(),
    jitter: deps.ids.random(),
    breakerFailures: breakerFailures ?? SAFETY_DEFAULTS.breakerFailures,
  });
}

/** Gives back the slot of a write that was not done. */
export async function giveBack(deps: ExecutorDeps, held: HeldDecision, changeId: string): Promise<boolean> {
  return updateCounters(deps, held.namespace, held.spec.blueprint.name, (counters) =>
    counters.inFlight?.changeId === changeId || counters.operations.some((o) => o.changeId === changeId)
      ? release(counters, changeId)
      : undefined,
  );
}

export interface End {
  readonly phase: Phase;
  readonly reason: string;
  readonly message: string;
  readonly verification?: DecisionStatus['verification'];
  readonly failure?: DecisionStatus['failure'];
}

/**
 * Ends a Decision whose change was in flight: the status first, then the counters. A crash in between leaves a final
 * Decision in flight, which recovery settles by the same outcome. Told even when the log cannot be written: it happened.
 */
export async function close(
  deps: ExecutorDeps,
  held: HeldDecision,
  changeId: string,
  end: End,
  breakerFailures?: number,
): Promise<AgainAt> {
  const update: StatusUpdate = { ...end, notBefore: undefined, deferredSince: undefined };
  const written = await writeStatus(deps, held, update, true);
  if (!written.ok) return deps.clock.now() + SOON_MS;
  const { namespace, spec } = held;
  const done = await updateCounters(deps, namespace, spec.blueprint.name, (counters) =>
    settled(deps, counters, changeId, outcomeOf(written.value.status, changeId), breakerFailures),
  );
  if (end.phase === 'Pending') return deps.clock.now();
  return done ? undefined : deps.clock.now() + POLL_MS;
}

/** Ends a Decision that holds no slot. */
export async function finish(deps: ExecutorDeps, held: HeldDecision, end: End): Promise<AgainAt> {
  const written = await writeStatus(deps, held, { ...end, notBefore: undefined });
  if (written.ok) return undefined;
  return written.error.code === 'unwritable' ? unlogged(deps, held, written.error.message) : deps.clock.now() + SOON_MS;
}

/** Nothing may be done that cannot be recorded: deferred, without a failure counted, until the log can be written again. */
export async function unlogged(deps: ExecutorDeps, held: HeldDecision, words: string): Promise<AgainAt> {
  const now = deps.clock.now();
  deps.log.error({ decision: `${held.namespace}/${held.name}`, error: words }, 'journal unwritable: nothing is done');
  await defer(deps, held, { reason: 'JournalUnwritable', message: words, until: now + POLL_MS });
  return now + POLL_MS;
}

export interface Deferral {
  readonly reason: string;
  readonly message: string;
  readonly until?: number;
  /** Of the first deferral, where the time here is not to be trusted. */
  readonly since?: number | undefined;
  readonly verdict?: DecisionStatus['verdict'];
}

/** Deferred, since when it first was. Written even unlogged: it is no effect, and it says why there is none. */
export async function defer(deps: ExecutorDeps, held: HeldDecision, deferral: Deferral): Promise<AgainAt> {
  const now = deps.clock.now();
  const { status } = held;
  const at = deferral.until ?? now + POLL_MS;
  const same = status.phase === 'Deferred' && status.reason === deferral.reason && status.notBefore === deferral.until;
  if (!same) {
    await writeStatus(
      deps,
      held,
      {
        phase: 'Deferred',
        reason: deferral.reason,
        message: deferral.message,
        notBefore: deferral.until === undefined ? undefined : Math.round(deferral.until),
        deferredSince: status.deferredSince ?? deferral.since ?? now,
        changes: status.changes.filter((change) => change.appliedAt !== undefined),
        ...(deferral.verdict !== undefined && { verdict: deferral.verdict }),
      },
      true,
    );
  }
  return Math.max(at, now + SOON_MS);
}
