import type { LastChange } from '../schema/change.ts';
import { changeJson, directionOf } from '../schema/changeRecord.ts';
import { changeTexts } from '../schema/changeText.ts';
import type { Counters, InFlight, OperationRecord } from '../schema/counters.ts';
import { cut, verdictRecord } from '../schema/decisionObject.ts';
import type { Permit } from '../schema/permit.ts';
import type { Baseline, ChangeRecord, DecisionStatus } from '../schema/records.ts';
import { carriedChange, confirm } from './confirm.ts';
import { slotOf, takeSlot } from './counters/slot.ts';
import type { Judged } from './decideAgain.ts';
import type { ExecutorDeps } from './deps.ts';
import { freeFleetSlot, takeFleetSlot } from './fleet/fleetSlot.ts';
import { holdsSlot, isUnderWay } from './fleet/underWay.ts';
import { alertLost } from './records/alert.ts';
import { giveBack } from './records/close.ts';
import type { HeldDecision } from './records/heldDecision.ts';
import { UNLOGGED, writeStatus } from './records/writeStatus.ts';
import { CLOCK_DIFFERS, clockDiffers, tellClock } from './serverTime.ts';
import { stillAllowed } from './stillAllowed.ts';

/** One write about to be done, with everything that is recorded of it. */
export interface Write {
  readonly judged: Judged;
  readonly permit: Permit;
  readonly changeId: string;
  readonly undo: boolean;
  readonly optional: boolean;
  readonly baseline: Baseline;
  /** Name of the ApprovalRequest that lifted a restriction. */
  readonly approval?: string;
  /** The counters with the slot taken; undefined when it must not be taken any more. */
  readonly take: (counters: Counters, record: OperationRecord, inFlight: InFlight) => Counters | undefined;
}

export type Carried =
  /** The patch is in the cluster. */
  | { readonly kind: 'written'; readonly held: HeldDecision }
  /** Nothing was written and no slot is held: the world moved, decide again. */
  | { readonly kind: 'lookAgain'; readonly code: string; readonly message: string; readonly held: HeldDecision }
  | { readonly kind: 'unwritable'; readonly message: string; readonly held: HeldDecision }
  /** It may have been written, by this process or by one beside it; what was meant is recorded, and the cluster will tell. */
  | { readonly kind: 'unclear'; readonly held: HeldDecision };

/**
 * Dry run, slot, intent in the Decision, intent in the log, holds once more, one patch. Whatever fails before the patch
 * gives the slot back, save an undo's; a process that dies anywhere leaves a state that recovery reads off the records.
 */
export async function carryOut(deps: ExecutorDeps, held: HeldDecision, write: Write): Promise<Carried> {
  const { permit } = write;
  const trial = await deps.workloads.apply(permit, lastChange(deps, held, write, deps.journal.head()), {
    dryRun: true,
  });
  if (!trial.ok) return { kind: 'lookAgain', code: codeFor(trial.error.code), message: trial.error.message, held };
  const wrong = write.undo ? undefined : clockDiffers(trial.value, write.judged.workload.lastChange, deps.clock.now());
  if (wrong !== undefined) {
    await tellClock(deps, held, wrong);
    return { kind: 'lookAgain', code: CLOCK_DIFFERS, message: wrong, held };
  }

  const slot = await reserveSlot(deps, held, write);
  if (slot !== 'taken') {
    // A word of ours in its Decision would cost the other executor its write, and it ours the next time.
    if (await isUnderWay(deps, write)) return { kind: 'unclear', held };
    const message = slot === 'again' ? 'the counters moved while the slot was asked for' : 'no slot could be taken';
    return { kind: 'lookAgain', code: 'SlotNotTaken', message, held };
  }
  const intent = changeRecord(deps, write, deps.journal.head());
  const recorded = await recordIntent(deps, held, write, intent);
  if (recorded.kind !== 'recorded') {
    await letGo(deps, held, write);
    return recorded;
  }
  const change = lastChange(deps, held, write, recorded.log);
  const refusal = await stillAllowed(deps, write);
  if (refusal !== undefined) {
    await letGo(deps, recorded.held, write);
    return { kind: 'lookAgain', ...refusal, held: recorded.held };
  }
  return patch(deps, recorded.held, write, change);
}

async function reserveSlot(
  deps: ExecutorDeps,
  held: HeldDecision,
  write: Write,
): Promise<'taken' | 'again' | 'failed'> {
  const { view, workload } = write.judged;
  // Unknown counters never get this far: the gate waits for them.
  if (view.counters === undefined) return 'failed';
  const { record, inFlight } = slotOf(
    {
      decision: held.name,
      changeId: write.changeId,
      direction: direction(write.permit),
      optional: write.optional,
      undo: write.undo,
      by: held.person ? 'person' : 'agent',
    },
    deps.clock.now(),
  );
  const next = write.take(view.counters, record, inFlight);
  if (next === undefined) return 'again';
  const fleet = await takeFleetSlot(deps, write, record);
  if (fleet === 'again' || fleet === 'failed') return fleet;
  const slot = await takeSlot(deps, view, { ...next, targetUid: workload.uid });
  if (slot !== 'taken' && fleet === 'taken' && !(await holdsSlot(deps, write))) {
    await freeFleetSlot(deps, `${view.namespace}/${view.name}`, held.name, () => false);
  }
  if (slot === 'taken' && view.counters.spentUntil !== undefined && view.breakerObject?.status === undefined) {
    await alertLost(deps, held);
  }
  return slot;
}

type Recorded =
  | { readonly kind: 'recorded'; readonly held: HeldDecision; readonly log: string }
  | Extract<Carried, { kind: 'lookAgain' | 'unwritable' }>;

async function recordIntent(
  deps: ExecutorDeps,
  held: HeldDecision,
  write: Write,
  intent: ChangeRecord,
): Promise<Recorded> {
  const { terms } = write.permit;
  const said = sayDid(write);
  const status = await writeStatus(
    deps,
    held,
    {
      phase: write.undo ? 'Verifying' : 'Executing',
      reason: write.undo ? 'UndoIntended' : 'Intended',
      message: `about to ${write.undo ? 'undo: ' : ''}${said}`,
      changes: appended(held.status, intent),
      // An undo's verdict would hide the one that let the change through.
      ...(!write.undo && { verdict: verdictRecord(write.judged.verdict) }),
      notBefore: undefined,
      deferredSince: held.status.deferredSince,
    },
    write.undo,
  );
  if (!status.ok) {
    const { code, message } = status.error;
    return code === 'unwritable'
      ? { kind: 'unwritable', message, held }
      : { kind: 'lookAgain', code: 'RecordMoved', message, held };
  }
  const logged = await deps.journal.append({
    kind: 'intent',
    subject: held.name,
    data: { change: { ...intent }, did: said, terms: { ...terms } },
  });
  if (logged.ok) return { kind: 'recorded', held: status.value, log: logged.value };
  if (write.undo) return { kind: 'recorded', held: status.value, log: UNLOGGED };
  return { kind: 'unwritable', message: logged.error.message, held: status.value };
}

async function patch(deps: ExecutorDeps, held: HeldDecision, write: Write, change: LastChange): Promise<Carried> {
  const { permit, changeId, undo } = write;
  if (deps.clock.now() >= permit.terms.expiresAt) {
    await letGo(deps, held, write);
    return { kind: 'lookAgain', code: 'PermitExpired', message: 'the permit expired before the write', held };
  }
  const result = await deps.workloads.apply(permit, change, { dryRun: false });
  if (result.ok) return { kind: 'written', held: await confirm(deps, held, change) };
  const { error } = result;
  // A proxy that sent the patch twice answers with the refusal of the second: our own change is what it found.
  const mayBeThere = error.uncertain || error.code === 'preconditionFailed' || error.code === 'conflict';
  const carried = mayBeThere ? await carriedChange(deps, held) : null;
  if (carried?.id === changeId) return { kind: 'written', held: await confirm(deps, held, carried) };
  if (error.uncertain || carried === undefined) return { kind: 'unclear', held };
  await letGo(deps, held, write);
  deps.log.warn(
    { decision: `${held.namespace}/${held.name}`, change: changeId, undo, code: error.code },
    'write refused: look again',
  );
  return { kind: 'lookAgain', code: codeFor(error.code), message: error.message, held };
}

/** An undo that was not done is still due, and keeps the slot until it is done or refused: nothing begins on a change that failed. */
const letGo = async (deps: ExecutorDeps, held: HeldDecision, { undo, changeId }: Write): Promise<void> => {
  if (!undo) await giveBack(deps, held, changeId);
};

/** A reason for the record, by the port's code. */
const codeFor = (code: string): string =>
  code === 'preconditionFailed' || code === 'conflict'
    ? 'TargetMoved'
    : code === 'denied'
      ? 'DeniedByServer'
      : code === 'unavailable'
        ? 'ServerUnavailable'
        : 'RefusedByServer';

const direction = ({ terms: { change } }: Permit): 'up' | 'down' | 'none' =>
  directionOf({ kind: change.kind, ...changeTexts(change) });

/** What is done, in words: `scale 2 to 3`. */
function sayDid({ permit, undo }: Write): string {
  const { change } = permit.terms;
  const { before, after } = changeTexts(change);
  switch (change.kind) {
    case 'scale':
      return `scale ${before} to ${after}`;
    case 'restart':
      return undo ? 'take the restart back' : 'restart pods';
    case 'resources':
      return cut(`set resources of ${change.container} from ${before} to ${after}`, 200);
    case 'rollback':
      return `${undo ? 'go back' : 'roll back'} from ${before} to ${after}`;
  }
}

function changeRecord(deps: ExecutorDeps, write: Write, log: string): ChangeRecord {
  const { change } = write.permit.terms;
  return {
    id: write.changeId,
    kind: change.kind,
    ...changeTexts(change),
    ...changeJson(change),
    undo: write.undo,
    intentAt: deps.clock.now(),
    log,
    blueprint: write.permit.terms.blueprintHash,
    baseline: write.baseline,
  };
}

function lastChange(deps: ExecutorDeps, held: HeldDecision, write: Write, log: string): LastChange {
  const { change } = write.permit.terms;
  return {
    id: write.changeId,
    decision: held.name,
    did: sayDid(write),
    kind: change.kind,
    ...changeTexts(change),
    at: new Date(deps.clock.now()).toISOString(),
    log,
    undo: write.undo,
    ...(write.approval !== undefined && { approval: write.approval }),
  };
}

/** An earlier intent that came to nothing makes room: only what was written stays. */
const appended = (status: DecisionStatus, intent: ChangeRecord): ChangeRecord[] =>
  [...status.changes.filter((change) => change.appliedAt !== undefined), intent].slice(-64);
