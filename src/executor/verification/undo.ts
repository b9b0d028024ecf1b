import type { Convergence } from '../../analysis/verification.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { settle, startUndo, type Undone } from '../../policy/counters.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import { SAFETY_DEFAULTS } from '../../schema/blueprint.ts';
import { directionOf } from '../../schema/changeRecord.ts';
import { changeTexts } from '../../schema/changeText.ts';
import type { Counters } from '../../schema/counters.ts';
import type { ChangeRecord, DecisionStatus } from '../../schema/records.ts';
import type { AskedUndo, Request } from '../../schema/request.ts';
import { undoWish } from '../../schema/undoWish.ts';
import { carryOut, type Write } from '../carryOut.ts';
import { carriedChange, confirm } from '../confirm.ts';
import { slotOf, updateCounters } from '../counters/slot.ts';
import { decideAgain, type Judged } from '../decideAgain.ts';
import { deciding } from '../deciding.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from '../deps.ts';
import { alert } from '../records/alert.ts';
import { close, giveBack, undoIdOf } from '../records/close.ts';
import { type HeldDecision, openIntent, requestFrom } from '../records/heldDecision.ts';
import { writeStatus } from '../records/writeStatus.ts';
import { clockDoubt } from '../serverTime.ts';

/** An undo that could not be made for so long is a person's: the world has moved on since. */
const GIVE_UP_MS = 600_000;

/** Takes back a change that failed, if the gate allows (G17). The gate judges it as it judges everything. */
export async function undo(
  deps: ExecutorDeps,
  held: HeldDecision,
  failed: ChangeRecord,
  view: ServiceView,
): Promise<AgainAt> {
  const now = deps.clock.now();
  const isLate = now - (held.status.deferredSince ?? now) > GIVE_UP_MS;
  if (isLate && clockDoubt(deps) === undefined) return giveUp(deps, held, failed, view);
  const again = await decideAgain(deps, held, undoRequest(held, failed, view));
  if (again.kind === 'unreadable') return now + POLL_MS;
  if (again.kind === 'gone') {
    await alert(deps, held, { code: again.reason, message: `${again.message}: change ${failed.id} is not undone` });
    const end = { phase: 'Inconclusive', reason: again.reason, message: again.message } as const;
    return close(deps, held, failed.id, end);
  }
  const { permit, verdict } = again;
  if (permit === undefined) return refused(deps, held, failed, again);
  const write: Write = {
    judged: again,
    permit,
    changeId: undoIdOf(failed.id),
    undo: true,
    optional: false,
    baseline: failed.baseline,
    take: (counters, record, inFlight) => {
      const free = counted(deps, held, counters, failed.id, again.input.blueprint);
      return free === undefined ? undefined : startUndo(free, undone(held, failed, view), record, inFlight);
    },
  };
  const carried = await carryOut(deps, held, write);
  switch (carried.kind) {
    case 'written':
      await tellIfNearestBound(deps, held, failed, permit.terms.change, verdict.operation);
      return deps.clock.now() + SOON_MS;
    case 'unclear':
      return deps.clock.now() + SOON_MS;
    case 'lookAgain':
    case 'unwritable':
      return dropIntent(deps, carried.held, `undo tried again: ${carried.message}`);
  }
}

/** After a crash or a cut connection in the middle of an undo: written, or to be done again (its preconditions let only one through). */
export async function resumeUndo(
  deps: ExecutorDeps,
  held: HeldDecision,
  failed: ChangeRecord,
  view: ServiceView,
): Promise<AgainAt> {
  const carried = await carriedChange(deps, held);
  if (carried === undefined) return deps.clock.now() + POLL_MS;
  if (carried !== null && carried.id === openIntent(held.status)?.id) {
    await confirm(deps, held, carried);
    return deps.clock.now() + SOON_MS;
  }
  const changes = held.status.changes.filter((change) => change.appliedAt !== undefined);
  return undo(deps, { ...held, status: { ...held.status, changes } }, failed, view);
}

/** The undo took effect, or it did not: then the breaker opens and a person is called. */
export async function endUndo(
  deps: ExecutorDeps,
  held: HeldDecision,
  change: ChangeRecord,
  answer: Exclude<Convergence, { state: 'waiting' }>,
  blueprint: Blueprint,
): Promise<AgainAt> {
  const why = held.status.changes.find(({ id }) => undoIdOf(id) === change.id);
  const words = change.kind === 'restart' ? 'restart taken back' : `back to ${change.after}`;
  if (answer.state !== 'failed' || answer.reason === 'Overwritten') {
    const reason = answer.state === 'failed' ? 'UndoOverwritten' : 'Undone';
    const { undoAskedBy } = held.status;
    const cause = undoAskedBy === undefined ? 'failed' : `could not be judged, as ${undoAskedBy} asked`;
    const message = `${words} after change ${why?.id ?? ''} ${cause}`;
    return close(deps, held, change.id, { phase: 'RolledBack', reason, message }, blueprint.safety.breakerFailures);
  }
  await alert(deps, held, {
    code: 'UndoFailed',
    message: `the undo ${change.id} did not take effect: ${answer.message}`,
  });
  const end = { phase: 'Failed', reason: 'UndoFailed', message: answer.message } as const;
  return close(deps, held, change.id, end, blueprint.safety.breakerFailures);
}

async function refused(
  deps: ExecutorDeps,
  held: HeldDecision,
  failed: ChangeRecord,
  { verdict, input }: Judged,
): Promise<AgainAt> {
  const finding = deciding(verdict);
  const message = finding?.message ?? 'the gate gave no permit';
  if (verdict.authority === 'allowed') {
    await alert(deps, held, {
      code: 'UndoWaiting',
      message: `change ${failed.id} failed and its undo waits: ${message}`,
    });
    return Math.max(verdict.wait?.until ?? 0, deps.clock.now() + POLL_MS);
  }
  if (isAsked(held)) return stays(deps, held, failed, finding?.code ?? 'UndoRefused', message);
  await alert(deps, held, { code: 'UndoRefused', message: `change ${failed.id} failed and is not undone: ${message}` });
  // Taken by an earlier try that the API server refused: that undo is not written any more.
  await giveBack(deps, held, undoIdOf(failed.id));
  return close(
    deps,
    held,
    failed.id,
    { phase: 'Failed', reason: finding?.code ?? 'UndoRefused', message: `not undone: ${message}` },
    input.blueprint?.safety.breakerFailures,
  );
}

/** An undo on request came to nothing: the change stays as it was, inconclusive, and a person is told. */
async function stays(
  deps: ExecutorDeps,
  held: HeldDecision,
  { id }: ChangeRecord,
  reason: string,
  words: string,
): Promise<AgainAt> {
  const message = `change ${id} could not be judged and is not undone as ${held.status.undoAskedBy} asked: ${words}`;
  await alert(deps, held, { code: 'UndoRefused', message });
  await giveBack(deps, held, undoIdOf(id));
  return close(deps, held, id, { phase: 'Inconclusive', reason, message });
}

async function giveUp(
  deps: ExecutorDeps,
  held: HeldDecision,
  failed: ChangeRecord,
  view: ServiceView,
): Promise<AgainAt> {
  const inTime = `in ${GIVE_UP_MS / 60_000} minutes: ${held.status.message}`;
  if (isAsked(held)) return stays(deps, held, failed, 'UndoFailed', `not done ${inTime}`);
  const message = `change ${failed.id} failed and could not be undone ${inTime}`;
  await alert(deps, held, { code: 'UndoFailed', message });
  const undoId = undoIdOf(failed.id);
  await updateCounters(deps, held.namespace, held.spec.blueprint.name, (counters) => {
    const free = counted(deps, held, counters, failed.id, view.blueprint);
    if (free === undefined) return undefined;
    const facts = {
      decision: held.name,
      changeId: undoId,
      direction: 'none',
      optional: false,
      undo: true,
      by: 'agent',
    } as const;
    const { record, inFlight } = slotOf(facts, deps.clock.now());
    return startUndo(free, undone(held, failed, view), record, inFlight);
  });
  return close(deps, held, undoId, { phase: 'Failed', reason: 'UndoFailed', message });
}

/**
 * The failure counts once: with the first slot of its undo; what is undone on request failed nothing and counts as little.
 * undefined: somebody else's change is in flight by now.
 */
function counted(
  deps: ExecutorDeps,
  held: HeldDecision,
  counters: Counters,
  failedId: string,
  blueprint: Blueprint | undefined,
): Counters | undefined {
  const { inFlight } = counters;
  if (inFlight === undefined || inFlight.changeId === undoIdOf(failedId)) return counters;
  if (inFlight.changeId !== failedId) return undefined;
  return settle(counters, isAsked(held) ? 'inconclusive' : 'fail', {
    changeId: failedId,
    now: deps.clock.now(),
    jitter: deps.ids.random(),
    breakerFailures: (blueprint?.safety ?? SAFETY_DEFAULTS).breakerFailures,
  });
}

/** Resources that never took effect could not be had; those that only failed a check could. */
function undone({ status }: HeldDecision, failed: ChangeRecord, view: ServiceView): Undone {
  const load = view.assessment?.history.load ?? failed.baseline.load;
  return {
    direction: directionOf(failed),
    ...(load !== undefined && { load }),
    ...(failed.kind === 'resources' && status.verification?.checks.length === 0 && { infeasible: failed.after }),
  };
}

async function dropIntent(deps: ExecutorDeps, held: HeldDecision, message: string): Promise<AgainAt> {
  const changes = held.status.changes.filter((change) => change.appliedAt !== undefined);
  await writeStatus(deps, held, { phase: 'Verifying', reason: 'UndoAgain', message, changes }, true);
  return deps.clock.now() + SOON_MS;
}

/** One that was asked for is an agent's, whoever asked for the change. */
function undoRequest({ status, ...held }: HeldDecision, failed: ChangeRecord, view: ServiceView): Request {
  const { seen: _seen, pace: _pace, ...request } = requestFrom({ ...held, status });
  const asked = askedOf(status);
  const wish = undoWish(failed, status.changes, view.assessment?.history.load, asked);
  return {
    ...request,
    id: undoIdOf(failed.id),
    ...wish,
    ...(asked !== undefined && { requester: { kind: 'agent', name: status.undoAskedBy ?? '' } }),
  };
}

/** What was taken on request was judged inconclusive then: nothing judges it again before it is done. */
function askedOf({ undoAskedBy, approval, verification }: DecisionStatus): AskedUndo | undefined {
  return undoAskedBy === undefined || verification?.outcome === 'fail'
    ? undefined
    : { inconclusive: true, approved: approval !== undefined };
}

const isAsked = ({ status }: HeldDecision): boolean => askedOf(status) !== undefined;

async function tellIfNearestBound(
  deps: ExecutorDeps,
  held: HeldDecision,
  failed: ChangeRecord,
  change: Write['permit']['terms']['change'],
  operation: string,
): Promise<void> {
  const { after } = changeTexts(change);
  if (change.kind === 'restart' || change.kind === 'rollback' || after === failed.before) return;
  const message = `undone to ${after} and not to the ${failed.before} of before, which lies outside the blueprint's range (${operation})`;
  await alert(deps, held, { code: 'UndoneToBound', message });
}
