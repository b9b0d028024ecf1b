import { usualStartMs } from '../analysis/startDeadline.ts';
import { type Convergence, convergence, overwrittenBy } from '../analysis/verification.ts';
import { applied, verifying } from '../policy/counters.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import { changeOf, directionOf } from '../schema/changeRecord.ts';
import type { InFlight } from '../schema/counters.ts';
import type { ChangeRecord, Verification } from '../schema/records.ts';
import { alert, alertLost } from './alert.ts';
import { blueprintOfThen } from './blueprintOfThen.ts';
import { close, SUPERSEDED_BY_UP } from './close.ts';
import { conclude } from './conclude.ts';
import { look, type Seen } from './decideAgain.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from './deps.ts';
import { type HeldDecision, lastApplied, openIntent } from './heldDecision.ts';
import { retakeSlot, updateCounters } from './slot.ts';
import { stabilise } from './stabilise.ts';
import { endUndo, resumeUndo, undo } from './undo.ts';
import { writeStatus } from './writeStatus.ts';

/** Convergence has no event of its own that says "now": it is looked at this often. */
const CONVERGING_MS = 2_000;

/** One look at a change that was written: converged, stabilised, judged, and undone where that is due. */
export async function verify(deps: ExecutorDeps, held: HeldDecision): Promise<AgainAt> {
  const { verification } = held.status;
  const change = lastApplied(held.status);
  if (change === undefined || verification === undefined) {
    return close(deps, held, '', {
      phase: 'Inconclusive',
      reason: 'RecordBroken',
      message: 'no written change on record',
    });
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
  const retaken = await retakeSlot(deps, seen, inFlightOf(held, change));
  if (retaken === 'taken' && !isMended(seen)) await alertLost(deps, held);
  // Looked at again with the counters in place: an undo that counted without them would count nothing.
  if (retaken !== undefined) return deps.clock.now() + SOON_MS;
  if (!(await nameChange(deps, held, change, seen))) return deps.clock.now() + SOON_MS;
  if (openIntent(held.status)?.undo === true) return resumeUndo(deps, held, change, seen.view);
  if (isUndoDue(held.status) && !change.undo) return undo(deps, held, change, seen.view);
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
  if (written === undefined) {
    const message = 'the record of the change cannot be read';
    return close(deps, held, change.id, { phase: 'Inconclusive', reason: 'RecordBroken', message });
  }
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

/** Nothing can be judged and nothing may be undone without blueprint or target: a person is told. */
async function lost(
  deps: ExecutorDeps,
  held: HeldDecision,
  change: ChangeRecord,
  reason: string,
  message: string,
): Promise<AgainAt> {
  await alert(deps, held, { code: reason, message: `${message} while change ${change.id} was being verified` });
  return close(deps, held, openIntent(held.status)?.id ?? change.id, { phase: 'Inconclusive', reason, message });
}

/** A scale-up under pressure took the slot of this change (G23): the counters or the target's own annotation name it. */
function supersededBy({ view, workload }: Seen, held: HeldDecision, change: ChangeRecord): string | undefined {
  const inFlight = view.counters?.inFlight;
  if (inFlight !== undefined && inFlight.decision !== held.name) return inFlight.changeId;
  const carried = workload.lastChange;
  const isNewer = carried !== undefined && carried.decision !== held.name && carried.id === view.counters?.lastChangeId;
  return isNewer && inFlight?.changeId !== change.id ? carried.id : undefined;
}

async function superseded(
  deps: ExecutorDeps,
  held: HeldDecision,
  change: ChangeRecord,
  newer: string,
): Promise<AgainAt> {
  return close(deps, held, change.id, {
    phase: directionOf(change) === 'down' ? 'RolledBack' : 'Superseded',
    reason: SUPERSEDED_BY_UP,
    message: `closed by the scale-up ${newer} under pressure`,
  });
}
