import { type ChangeRecord, FINAL } from '../../schema/records.ts';
import type { AskedUndo, Request } from '../../schema/request.ts';
import { undoWish } from '../../schema/undoWish.ts';
import { takeSlot } from '../counters/slot.ts';
import { decideAgain, type Judged } from '../decideAgain.ts';
import { deciding } from '../deciding.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from '../deps.ts';
import { defer, finish, unlogged } from '../records/close.ts';
import { type HeldDecision, lastApplied } from '../records/heldDecision.ts';
import { writeStatus } from '../records/writeStatus.ts';
import { refuse } from '../refuse.ts';
import { type ChildFault, refuseChild } from '../refuseChild.ts';
import { heldByClock } from '../serverTime.ts';
import { inFlightOf } from './verify.ts';

/** The world moves on: what was inconclusive longer ago is a person's. */
const UNDO_WITHIN_MS = 600_000;

const NOTHING: ChildFault = { code: 'NothingToUndo', message: 'its parent has no written change to take back' };

/**
 * Somebody asks for the undo of a change whose checks could not be judged. The gate judges it (G17), then the parent takes
 * its change back the way of every undo, verified like it; this Decision ends as that does.
 */
export async function undoOnRequest(deps: ExecutorDeps, held: HeldDecision, parent: HeldDecision): Promise<AgainAt> {
  const { status } = parent;
  if (status.undoAskedBy === held.name) return follow(deps, held, parent);
  if (status.undoAskedBy !== undefined) {
    return refuseChild(deps, held, { code: 'AskedAlready', message: `${status.undoAskedBy} asked for it before` });
  }
  const change = lastApplied(status);
  if (change === undefined || change.undo) return refuseChild(deps, held, NOTHING);
  // How long ago it ended only the right clock can tell.
  const later = status.phase === 'Inconclusive' ? await heldByClock(deps, held) : undefined;
  if (later !== undefined) return later;
  const again = await decideAgain(deps, parent, wish(deps, held, parent, change));
  if (again.kind === 'unreadable') return deps.clock.now() + POLL_MS;
  if (again.kind === 'gone') {
    return finish(deps, held, { phase: 'Superseded', reason: again.reason, message: again.message });
  }
  if (again.unlogged !== undefined) return unlogged(deps, held, again.unlogged);
  const { verdict, permit } = again;
  if (verdict.authority === 'allowed' && verdict.wait !== undefined) {
    const { code = 'Waiting', message = '' } = deciding(verdict) ?? {};
    return defer(deps, held, { reason: code, message, ...(verdict.wait.until !== undefined && verdict.wait) });
  }
  return permit === undefined ? refuse(deps, held, again) : begin(deps, held, parent, change, again);
}

/** Facts of load are the observer's newest; everything else is what the parent recorded. */
function wish(deps: ExecutorDeps, held: HeldDecision, parent: HeldDecision, change: ChangeRecord): Request {
  const { spec, status } = parent;
  const view = deps.observer
    .views()
    .find((one) => one.namespace === held.namespace && one.name === spec.blueprint.name);
  const asked: AskedUndo = {
    inconclusive: isInconclusive(parent, deps.clock.now()),
    approved: status.approval !== undefined,
  };
  return {
    id: held.name,
    tool: held.spec.tool,
    effect: 'change',
    target: { namespace: spec.target.namespace, name: spec.target.name },
    requester: { kind: held.person ? 'person' : 'agent', name: held.spec.requester.name },
    ...undoWish(change, status.changes, view?.assessment?.history.load, asked),
  };
}

function isInconclusive({ status }: HeldDecision, now: number): boolean {
  const { phase, verification, finishedAt, reason } = status;
  if (phase === 'Verifying') return verification?.widened === true && verification.outcome === undefined;
  const since = now - (Date.parse(finishedAt ?? '') || 0);
  return phase === 'Inconclusive' && reason === 'NotJudged' && since <= UNDO_WITHIN_MS;
}

/** What is over has given its slot back: taken again first, on the very record the verdict was made from. */
async function begin(
  deps: ExecutorDeps,
  held: HeldDecision,
  parent: HeldDecision,
  change: ChangeRecord,
  { view, workload }: Judged,
): Promise<AgainAt> {
  const now = deps.clock.now();
  if (FINAL.has(parent.status.phase)) {
    if (view.counters === undefined) return now + POLL_MS;
    const { inFlight } = view.counters;
    if (inFlight !== undefined && inFlight.changeId !== change.id) {
      return refuseChild(deps, held, { code: 'ChangeInFlight', message: `${inFlight.changeId} is under way by now` });
    }
    // A process that dies right after this leaves a slot whose Decision is over: it is freed, and this begins again.
    const next = { ...view.counters, targetUid: workload.uid, inFlight: { ...inFlightOf(parent, change), since: now } };
    if ((await takeSlot(deps, view, next)) !== 'taken') return now + SOON_MS;
  }
  const written = await writeStatus(
    deps,
    parent,
    {
      phase: 'Verifying',
      reason: 'UndoAsked',
      message: `taken back as ${held.name} asked: its checks could not be judged`,
      undoAskedBy: held.name,
      deferredSince: now,
    },
    true,
  );
  return written.ok ? follow(deps, held, written.value) : now + SOON_MS;
}

/** Ends when the undo does. */
async function follow(deps: ExecutorDeps, held: HeldDecision, { name, status }: HeldDecision): Promise<AgainAt> {
  const { phase, reason, message } = status;
  if (!FINAL.has(phase)) return defer(deps, held, { reason: 'UndoUnderWay', message: `${name} takes its change back` });
  if (phase === 'RolledBack') return finish(deps, held, { phase: 'Succeeded', reason, message });
  return finish(deps, held, { phase: 'Failed', reason, message });
}
