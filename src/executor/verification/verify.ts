import { usualStartMs } from '../../analysis/startDeadline.ts';
import { type Convergence, convergence, judge, missedEarly, overwrittenBy } from '../../analysis/verification.ts';
import { applied, verifying } from '../../policy/counters.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import { changeOf, directionOf } from '../../schema/changeRecord.ts';
import type { InFlight } from '../../schema/counters.ts';
import type { ChangeRecord, CheckResult, Verification } from '../../schema/records.ts';
import { wantedOf } from '../../schema/wish.ts';
import { retakeSlot, updateCounters } from '../counters/slot.ts';
import { look, type Seen } from '../decideAgain.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from '../deps.ts';
import { alert, alertLost } from '../records/alert.ts';
import { close } from '../records/close.ts';
import { type HeldDecision, lastApplied, NEXT_STEP, openIntent } from '../records/heldDecision.ts';
import { writeStatus } from '../records/writeStatus.ts';
import { heldByClock } from '../serverTime.ts';
import { sampledAfter } from './afterConvergence.ts';
import { blueprintOfThen } from './blueprintOfThen.ts';
import { isToldOtherwise, lost, superseded, supersededBy } from './overtaken.ts';
import { endUndo, resumeUndo, undo } from './undo.ts';

/** Convergence has no event of its own that says "now": it is looked at this often. */
const CONVERGING_MS = 2_000;

/** One look at a change that was written: converged, stabilised, judged, and undone where that is due. */
export async function verify(deps: ExecutorDeps, held: HeldDecision): Promise<AgainAt> {
  const { verification } = held.status;
  const change = lastApplied(held.status);
  if (change === undefined || verification === undefined) {
    return broken(deps, held, '', 'no written change on record');
  }
  const seen = await look(deps, held);
  if (seen.kind === 'unreadable') return deps.clock.now() + POLL_MS;
  if (seen.kind === 'gone') return lost(deps, held, change, seen.reason, seen.message);
  const blueprint = await blueprintOfThen(deps, held, change, seen.view);
  if (blueprint === 'unreadable') return deps.clock.now() + POLL_MS;
  if (blueprint === undefined) {
    return lost(deps, held, change, 'BlueprintGone', 'no blueprint is in force any more');
  }
  // Another change is being written in its place. Whether it takes it is known within a permit's life.
  if (seen.view.counters?.inFlight?.over?.changeId === change.id) return deps.clock.now() + SOON_MS;
  const newer = supersededBy(seen, held, change);
  if (newer !== undefined) return superseded(deps, held, change, newer);
  if (isToldOtherwise(seen, change)) {
    return broken(deps, held, change.id, `what the Deployment says of ${change.id} is not what its record says`);
  }
  const retaken = await retakeSlot(deps, seen, inFlightOf(held, change));
  if (retaken === 'taken' && !isMended(seen)) await alertLost(deps, held);
  // Looked at again with the counters in place: an undo that counted without them would count nothing.
  if (retaken !== undefined) return deps.clock.now() + SOON_MS;
  if (!(await nameChange(deps, held, change, seen))) return deps.clock.now() + SOON_MS;
  if (openIntent(held.status)?.undo === true) return resumeUndo(deps, held, change, seen.view);
  if (isUndoDue(held.status) && !change.undo) return undo(deps, held, change, seen.view);
  const later = await heldByClock(deps, held);
  if (later !== undefined) return later;
  if (verification.phase === 'convergence') {
    return converge(deps, held, { change, blueprint, seen, verification });
  }
  // What somebody else wrote since is not judged as ours.
  const written = changeOf(change);
  const overwritten = written && overwrittenBy(seen.workload, written);
  if (overwritten !== undefined) {
    return close(deps, held, change.id, { phase: 'Superseded', reason: 'Overwritten', message: overwritten });
  }
  return stabilise(deps, held, { change, blueprint, seen, verification });
}

const broken = (deps: ExecutorDeps, held: HeldDecision, id: string, message: string): Promise<AgainAt> =>
  close(deps, held, id, { phase: 'Inconclusive', reason: 'RecordBroken', message });

/** It failed, or could not be judged and is taken back on request: durable before the undo is tried. */
const isUndoDue = ({ verification, undoAskedBy }: HeldDecision['status']): boolean =>
  verification?.outcome === 'fail' || undoAskedBy !== undefined;

/** Of counters that somebody else wrote a person was told when they were mended. */
const isMended = ({ view: { breakerObject, counters } }: Seen): boolean =>
  breakerObject?.status !== undefined && counters?.seal !== undefined;

/** The counters name the change as ours, also where that could not be done when its write was confirmed. */
async function nameChange(
  deps: ExecutorDeps,
  held: HeldDecision,
  { id, appliedAt, intentAt }: ChangeRecord,
  { view: { counters } }: Seen,
): Promise<boolean> {
  if (counters?.inFlight?.changeId !== id || counters.lastChangeId === id) return true;
  const at = appliedAt ?? intentAt;
  return updateCounters(deps, held.namespace, held.spec.blueprint.name, (now) =>
    now.inFlight?.changeId === id && now.lastChangeId !== id ? verifying(applied(now, id, at), id, at) : undefined,
  );
}

/** What the counters say of a change that is being verified. Whether it was optional is lost with them: the stricter answer. */
export const inFlightOf = (held: HeldDecision, change: ChangeRecord): InFlight => ({
  decision: held.name,
  changeId: change.id,
  phase: 'verifying',
  direction: directionOf(change),
  optional: false,
  since: change.appliedAt ?? change.intentAt,
});

export interface Verifying {
  readonly change: ChangeRecord;
  readonly blueprint: Blueprint;
  readonly seen: Seen;
  readonly verification: Verification;
}

async function converge(deps: ExecutorDeps, held: HeldDecision, verifying: Verifying): Promise<AgainAt> {
  const { change, blueprint, seen, verification } = verifying;
  const now = deps.clock.now();
  const written = changeOf(change);
  if (written === undefined) return broken(deps, held, change.id, 'the record of the change cannot be read');
  const answer = convergence({
    workload: seen.workload,
    change: written,
    since: change.appliedAt ?? verification.startedAt,
    now,
    usualStartMs: usualStartMs(seen.workload.pods),
  });
  if (answer.state === 'waiting') return now + CONVERGING_MS;
  if (change.undo) return endUndo(deps, held, change, answer, blueprint);
  if (answer.state === 'failed') return notConverged(deps, held, verifying, answer);
  if (!blueprint.verification.enabled) {
    const message = 'it took effect; the blueprint switches verification off';
    return conclude(deps, held, verifying, { outcome: 'pass', checks: [], message });
  }
  const isPeoples = held.person || held.status.approval !== undefined;
  if (isPeoples && written.kind === 'scale' && written.to === 0) {
    const message = 'no pod is left, as people decided: what customers get then is no failure of it';
    return conclude(deps, held, verifying, { outcome: 'pass', checks: [], message });
  }
  const stabilising: Verification = { ...verification, phase: 'stabilisation', convergedAt: now };
  const recorded = await writeStatus(
    deps,
    held,
    {
      phase: 'Verifying',
      reason: 'Stabilising',
      message: `took effect; judged after ${Math.round(blueprint.verification.stabilizationMs / 1000)} s`,
      verification: stabilising,
    },
    true,
  );
  return now + (recorded.ok ? POLL_MS : SOON_MS);
}

/** What somebody else undid or removed is not this change's failure. */
async function notConverged(
  deps: ExecutorDeps,
  held: HeldDecision,
  verifying: Verifying,
  failure: Extract<Convergence, { state: 'failed' }>,
): Promise<AgainAt> {
  const { change } = verifying;
  const { reason, message } = failure;
  if (reason === 'TargetGone') return lost(deps, held, change, reason, message);
  if (reason === 'Overwritten') return close(deps, held, change.id, { phase: 'Superseded', reason, message });
  return conclude(deps, held, verifying, { outcome: 'fail', checks: [], message, reason });
}

/** Phase 1. The verdict falls at the end of the stabilisation period, except that a down which hurts ends it at once. */
async function stabilise(deps: ExecutorDeps, held: HeldDecision, verifying: Verifying): Promise<AgainAt> {
  const { change, blueprint, verification } = verifying;
  const now = deps.clock.now();
  const { checks, stabilizationMs } = blueprint.verification;
  const convergedAt = verification.convergedAt ?? verification.startedAt;
  const period = stabilizationMs * (verification.widened ? 2 : 1);
  const after = sampledAfter(deps.observer.history(held.namespace, held.spec.blueprint.name), convergedAt);
  const direction = directionOf(change);
  if (direction === 'down') {
    const missed = missedEarly({ checks, baseline: change.baseline, after, stabilizationMs });
    if (missed.length > 0) {
      const message = missed.map(({ name, message: words }) => `${name}: ${words}`).join('; ');
      return conclude(deps, held, verifying, { outcome: 'fail', checks: missed, message, reason: 'MissedEarly' });
    }
  }
  const end = convergedAt + period;
  if (now < end) return direction === 'down' ? Math.min(end, now + POLL_MS) : end;
  const judged = judge({ checks, baseline: change.baseline, after, now, stabilizationMs: period, direction });
  if (judged.outcome !== 'inconclusive') return conclude(deps, held, verifying, judged);
  if (verification.widened) {
    await deps.journal.append({ kind: 'verified', subject: held.name, data: { changeId: change.id, ...judged } });
    const message = `change ${change.id} could not be judged, and stays: ${judged.message}`;
    await alert(deps, held, { code: 'VerificationInconclusive', message });
    const ended = { ...verification, phase: 'done' as const, outcome: 'inconclusive' as const, checks: judged.checks };
    return close(deps, held, change.id, {
      phase: 'Inconclusive',
      reason: 'NotJudged',
      message: judged.message,
      verification: { ...ended, message: judged.message.slice(0, 500) },
    });
  }
  const written = await writeStatus(
    deps,
    held,
    {
      phase: 'Verifying',
      reason: 'Widened',
      message: `not to be judged yet, once more as long: ${judged.message}`,
      verification: { ...verification, widened: true, checks: judged.checks },
    },
    true,
  );
  return written.ok ? end + stabilizationMs : now + SOON_MS;
}

export interface Conclusion {
  readonly outcome: 'pass' | 'insufficient' | 'fail' | 'inconclusive';
  readonly checks: CheckResult[];
  readonly message: string;
  /** Of a failure: what failed, as a code. */
  readonly reason?: string;
}

/** The end of a verification: the next step, success, or the undo. */
export async function conclude(
  deps: ExecutorDeps,
  held: HeldDecision,
  verifying: Verifying,
  conclusion: Conclusion,
): Promise<AgainAt> {
  const { change, blueprint, seen } = verifying;
  const { outcome, checks, message } = conclusion;
  await deps.journal.append({
    kind: 'verified',
    subject: held.name,
    data: { changeId: change.id, outcome, checks, message },
  });
  const verification: Verification = {
    ...verifying.verification,
    phase: 'done',
    outcome,
    checks: checks.slice(0, 32),
    message: message.slice(0, 500),
  };
  const { breakerFailures } = blueprint.safety;
  if (outcome === 'fail') return failed(deps, held, verifying, verification, conclusion.reason ?? 'CheckFailed');
  const wanted = wantedOf(held.spec);
  if (wanted?.kind === 'scale' && seen.workload.replicas !== wanted.replicas) {
    const next = `step ${change.before} to ${change.after} ${outcome === 'pass' ? 'passed' : 'was not enough'}; next on the way to ${wanted.replicas}`;
    const end = { phase: 'Pending', reason: NEXT_STEP, message: next, verification } as const;
    return close(deps, held, change.id, end, breakerFailures);
  }
  const reason = outcome === 'insufficient' ? 'Insufficient' : 'Verified';
  const isWatched = outcome === 'pass' && checks.length > 0;
  const last: Verification = isWatched
    ? { ...verification, phase: 'watch', watchedFrom: deps.clock.now() }
    : verification;
  const end = { phase: 'Succeeded', reason, message, verification: last } as const;
  return close(deps, held, change.id, end, breakerFailures);
}

async function failed(
  deps: ExecutorDeps,
  held: HeldDecision,
  verifying: Verifying,
  verification: Verification,
  reason: string,
): Promise<AgainAt> {
  const { change, blueprint, seen } = verifying;
  const message = verification.message ?? '';
  const failure = { reason, message, checks: verification.checks };
  const now = deps.clock.now();
  if (!isUndone(blueprint, verification.checks)) {
    await alert(deps, held, { code: 'ChangeFailed', message: `${message}; the blueprint does not let it be undone` });
    const end = { phase: 'Failed', reason, message, verification, failure } as const;
    return close(deps, held, change.id, end, blueprint.safety.breakerFailures);
  }
  // Durable before the undo is tried: whatever dies from here on, the undo is still due.
  const update = { phase: 'Verifying', reason, message, verification, failure, deferredSince: now } as const;
  const written = await writeStatus(deps, held, update, true);
  return written.ok ? undo(deps, written.value, change, seen.view) : now + SOON_MS;
}

/** A change that never took effect has failed no check, and is undone like one whose critical check failed. */
function isUndone({ verification: { rollback, checks } }: Blueprint, results: readonly CheckResult[]): boolean {
  if (!rollback.enabled || !rollback.automatic) return false;
  const failed = results.filter(({ outcome }) => outcome === 'fail');
  if (failed.length === 0) return true;
  const triggers = new Set(checks.filter((check) => check.rollbackTrigger).map(({ name }) => name));
  return failed.some(({ name, critical }) => triggers.has(name) || (critical && rollback.onCriticalFailure));
}
