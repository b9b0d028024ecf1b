import { baselineOf } from '../analysis/verification.ts';
import { takeOver, wasReverted } from '../policy/counters.ts';
import { changeFactsOf, factsOf } from '../policy/facts.ts';
import { verdictRecord } from '../schema/decisionObject.ts';
import type { Permit } from '../schema/permit.ts';
import type { CheckedApproval, Verdict } from '../schema/verdict.ts';
import { type ApprovalAtHand, approvalAtHand, consume, type Given, stillStands } from './approvals/approvalAtHand.ts';
import { askApproval } from './approvals/askApproval.ts';
import { endRequest } from './approvals/endRequest.ts';
import { carryOut, type Write } from './carryOut.ts';
import { type Again, decideAgain, type Judged } from './decideAgain.ts';
import { deciding } from './deciding.ts';
import { type AgainAt, type ExecutorDeps, GRACE_MS, POLL_MS, SOON_MS } from './deps.ts';
import { isNameUsed, refuseUsedName } from './nameUsed.ts';
import { outOfTime } from './outOfTime.ts';
import { defer, finish, unlogged } from './records/close.ts';
import { type HeldDecision, lastApplied, requestFrom } from './records/heldDecision.ts';
import { callIfFloorWaits, refuse } from './refuse.ts';
import { CLOCK_DIFFERS, clockDoubt, tellClock } from './serverTime.ts';

/** A write is worth a look at once: it often takes effect within a second or two. */
const WRITTEN_MS = 1_000;

/** A Decision that waits for its turn: judged again on fresh state, and then refused, deferred, put to people or done. */
export async function request(
  deps: ExecutorDeps,
  held: HeldDecision,
  siblings: readonly HeldDecision[],
): Promise<AgainAt> {
  const now = deps.clock.now();
  const doubt = clockDoubt(deps);
  if (doubt?.differs === true) {
    await tellClock(deps, held, doubt.message);
    return defer(deps, held, { reason: CLOCK_DIFFERS, message: doubt.message, since: deps.reader.serverNow?.() });
  }
  const dropped = outOfTime(held, siblings, now);
  if (dropped !== undefined) {
    return finish(deps, held, { phase: 'Superseded', reason: 'ComputedAnew', message: dropped });
  }
  const view = deps.observer
    .views()
    .find((one) => one.namespace === held.namespace && one.name === held.spec.blueprint.name);
  const atHand = await approvalAtHand(deps, held, view?.blueprint?.approval.executeWithinMs ?? EXECUTE_WITHIN_MS);
  if (atHand.kind === 'expired') return expire(deps, held, atHand, view?.blueprint?.hash);
  if (atHand.kind === 'unreadable') {
    deps.log.warn(
      { decision: `${held.namespace}/${held.name}`, error: atHand.message },
      'votes unreadable: nothing is decided',
    );
    return now + POLL_MS;
  }
  const { again, given, approval } = await judgeWith(deps, held, atHand);
  if (again.kind === 'unreadable') {
    deps.log.warn(
      { decision: `${held.namespace}/${held.name}`, error: again.message },
      'state unreadable: nothing is decided',
    );
    return now + POLL_MS;
  }
  if (again.kind === 'gone') {
    return finish(deps, held, { phase: 'Superseded', reason: again.reason, message: again.message });
  }
  if (again.unlogged !== undefined) return unlogged(deps, held, again.unlogged);
  if (isNameUsed(held, again)) return refuseUsedName(deps, held);
  if (given?.kind === 'raise' && again.verdict.authority === 'restricted' && isToBeRaised(given, held, again)) {
    return defer(deps, held, { reason: 'RaiseAwaited', message: `${held.status.message}: waits for its new version` });
  }
  return follow(deps, held, again, { given, approval }, siblings);
}

type Usable = Extract<ApprovalAtHand, { kind: 'once' | 'raise' }>;

/** What people said, as far as it counts for this write. */
interface Said {
  readonly given: Usable | undefined;
  /** Lifts a restriction. */
  readonly approval: CheckedApproval | undefined;
}

/** Judged with what people approved; where that is about another world or another question, without it. */
async function judgeWith(
  deps: ExecutorDeps,
  held: HeldDecision,
  atHand: ApprovalAtHand,
): Promise<{ readonly again: Again } & Said> {
  const given = atHand.kind === 'once' || atHand.kind === 'raise' ? atHand : undefined;
  const approval = given?.kind === 'once' ? given.approval : undefined;
  const again = await decideAgain(deps, held, requestFrom(held), approval);
  const counts = given?.kind !== 'once' || again.kind !== 'judged' || stillStands(given, held, again);
  if (counts) return { again, given, approval };
  return { again: await decideAgain(deps, held, requestFrom(held)), given: undefined, approval: undefined };
}

/** What began was allowed by the raised version: where that is gone again, people are asked anew. */
const isToBeRaised = (given: Given, held: HeldDecision, judged: Judged): boolean =>
  lastApplied(held.status) === undefined && stillStands(given, held, judged);

/** Of a raise that never came people are told so: it is the gateway's to do. */
async function expire(
  deps: ExecutorDeps,
  held: HeldDecision,
  { raise, request: asked, spec }: Extract<ApprovalAtHand, { kind: 'expired' }>,
  hash: string | undefined,
): Promise<AgainAt> {
  const isNotRaised = raise && hash === spec.blueprint.hash;
  const message = isNotRaised
    ? 'approved, but the blueprint was not raised in time'
    : 'approved, but it could not be carried out in time';
  await endRequest(deps, asked, 'Expired', message);
  return finish(deps, held, {
    phase: 'Expired',
    reason: isNotRaised ? 'NotRaised' : 'NotExecutedInTime',
    message,
  });
}

/** When the blueprint is not in view yet: the default of the schema. */
const EXECUTE_WITHIN_MS = 600_000;

async function follow(
  deps: ExecutorDeps,
  held: HeldDecision,
  judged: Judged,
  said: Said,
  siblings: readonly HeldDecision[],
): Promise<AgainAt> {
  const { verdict, permit } = judged;
  if (verdict.authority === 'forbidden')
    return lastApplied(held.status) === undefined ? refuse(deps, held, judged) : endSteps(deps, held, verdict);
  if (verdict.authority === 'restricted') return askApproval(deps, held, judged, siblings);
  if (verdict.wait !== undefined) {
    await callIfFloorWaits(deps, held, judged, siblings);
    const finding = deciding(verdict);
    return defer(deps, held, {
      reason: finding?.code ?? 'Waiting',
      message: finding?.message ?? verdict.wait.codes.join(', '),
      ...(verdict.wait.until !== undefined && { until: verdict.wait.until }),
      verdict: verdictRecord(verdict),
    });
  }
  if (permit === undefined) return refuse(deps, held, judged);
  return perform(deps, held, judged, permit, said, siblings);
}

/** The rest of a Decision that has written steps already is forbidden now: what was done was allowed, verified, and stays. */
function endSteps(deps: ExecutorDeps, held: HeldDecision, verdict: Verdict): Promise<AgainAt> {
  const finding = deciding(verdict);
  const reason = finding?.code ?? 'NoFurther';
  const phase = reason === 'NothingToChange' ? 'Succeeded' : 'Superseded';
  return finish(deps, held, {
    phase,
    reason,
    message: `after ${held.status.changes.length} steps: ${finding?.message ?? ''}`,
  });
}

async function perform(
  deps: ExecutorDeps,
  held: HeldDecision,
  judged: Judged,
  permit: Permit,
  { given, approval }: Said,
  siblings: readonly HeldDecision[],
): Promise<AgainAt> {
  const carried = await carryOut(deps, held, writeOf(held, judged, permit, approval));
  switch (carried.kind) {
    case 'written':
      if (given !== undefined) await consume(deps, carried.held, given);
      return deps.clock.now() + WRITTEN_MS;
    case 'unclear':
      return deps.clock.now() + GRACE_MS;
    case 'unwritable':
      return unlogged(deps, carried.held, carried.message);
    case 'lookAgain':
      await callIfFloorWaits(deps, carried.held, judged, siblings, carried.message);
      return defer(deps, carried.held, {
        reason: carried.code,
        message: carried.message,
        // When a clock is mended nobody can say.
        ...(carried.code !== CLOCK_DIFFERS && { until: deps.clock.now() + SOON_MS }),
        verdict: verdictRecord(judged.verdict),
      });
  }
}

function writeOf(held: HeldDecision, judged: Judged, permit: Permit, approval: CheckedApproval | undefined): Write {
  const { input } = judged;
  const writes = held.status.changes.filter(({ appliedAt }) => appliedAt !== undefined).length;
  return {
    judged,
    permit,
    changeId: `${held.name}.${writes + 1}`,
    undo: false,
    optional: changeFactsOf(factsOf(input))?.optional ?? true,
    baseline: input.assessment === undefined ? { breached: false } : baselineOf(input.assessment),
    ...(approval !== undefined && { approval: approval.name }),
    take: (counters, record, inFlight) =>
      takeOver(counters, record, {
        ...inFlight,
        ...(record.by === 'agent' && wasReverted(judged.workload, counters) && { afterRevert: true }),
      }),
  };
}
