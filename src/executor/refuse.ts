import { verdictRecord } from '../schema/decisionObject.ts';
import type { Verdict } from '../schema/verdict.ts';
import type { Judged } from './decideAgain.ts';
import { deciding } from './deciding.ts';
import { type AgainAt, type ExecutorDeps, SOON_MS } from './deps.ts';
import { alert } from './records/alert.ts';
import { unlogged } from './records/close.ts';
import { askedBy, tell } from './records/events.ts';
import type { HeldDecision } from './records/heldDecision.ts';
import { writeStatus } from './records/writeStatus.ts';

/** A floor that cannot be had for so long under breach is a person's. */
const FLOOR_WAIT_MS = 300_000;
/** Wishes are dropped and made anew; a chain of them with longer gaps than this is not one wait. */
const FLOOR_GAP_MS = 120_000;
/** The finding and the alert bear the same name. */
const REVERTED = 'RevertedAgainAndAgain';
/** Asking for these means that something asks for what it must not: the security route. */
const SECURITY: ReadonlySet<string> = new Set(['G0', 'G14', 'G22']);

/** Ends a Decision that the gate forbids; a person is called where a rule about authority or a floor under breach is behind it. */
export async function refuse(deps: ExecutorDeps, held: HeldDecision, judged: Judged): Promise<AgainAt> {
  const { verdict } = judged;
  const finding = deciding(verdict);
  const reason = finding?.code ?? 'Refused';
  const message = finding?.message ?? 'the gate gave no permit';
  // Told before the status is final: whoever goes on after a crash in between tells it again, which is the same Event.
  await tell(deps, held, {
    reason: 'RefusedByFairlead',
    key: held.name,
    note: `${verdict.operation} refused, ${reason}: ${message}; asked by ${askedBy(held)}`,
  });
  const forbids = verdict.findings.filter(({ effect }) => effect === 'forbid');
  const security = forbids.find(({ rule }) => SECURITY.has(rule));
  if (security !== undefined) {
    const what = `${verdict.operation} on ${held.spec.target.name} was asked for by ${askedBy(held)}: ${security.message}`;
    await alert(deps, held, { code: 'ForbiddenRequest', message: what });
  }
  const reverted = forbids.find(({ code }) => code === REVERTED);
  if (reverted !== undefined) {
    // One row of reverts is one call, however often it is asked again.
    const key = `${judged.input.counters?.lastChangeId ?? held.name}.${REVERTED}`;
    await alert(deps, held, { code: REVERTED, message: reverted.message, key });
  }
  const isOnlyObserved = forbids.every(({ code }) => code === 'ObserveOnly');
  if (!isOnlyObserved && isFloorUnderBreach(judged)) {
    await alert(deps, held, {
      code: 'FloorRefused',
      message: `an objective is missed and more capacity is refused: ${message}`,
    });
  }
  const written = await writeStatus(deps, held, {
    phase: 'Refused',
    reason,
    message,
    verdict: verdictRecord(verdict),
    notBefore: undefined,
  });
  if (!written.ok) {
    return written.error.code === 'unwritable'
      ? unlogged(deps, held, written.error.message)
      : deps.clock.now() + SOON_MS;
  }
  return undefined;
}

/**
 * Under breach the floor does not wait in silence: at once when the budget is spent, else after five minutes. `obstacle`
 * says what stands in the way where it is not the gate: an API server that takes no write.
 */
export async function callIfFloorWaits(
  deps: ExecutorDeps,
  held: HeldDecision,
  judged: Judged,
  siblings: readonly HeldDecision[],
  obstacle?: string,
): Promise<void> {
  if (!isFloorUnderBreach(judged)) return;
  const { verdict } = judged;
  const spent = verdict.findings.find(({ code }) => code === 'SpentUnderBreach');
  const first = waitingSince(held, siblings);
  const key = `${first.name}`;
  if (spent !== undefined)
    await alert(deps, held, { code: 'BudgetSpent', message: spent.message, key: `${key}.BudgetSpent` });
  const since = first.status.deferredSince ?? deps.clock.now();
  if (deps.clock.now() - since < FLOOR_WAIT_MS) return;
  const message = `an objective is missed, and more capacity has waited since ${new Date(since).toISOString()}: ${obstacle ?? waitWords(verdict)}`;
  await alert(deps, held, { code: 'FloorWaiting', message, key: `${key}.FloorWaiting` });
}

const waitWords = (verdict: Verdict): string => deciding(verdict)?.message ?? 'it has to wait';

/** What the analysis alone would do now, upward, while an objective is missed. */
function isFloorUnderBreach({ input, workload }: Judged): boolean {
  const { assessment, request } = input;
  if (assessment === undefined || assessment.breach.length === 0 || request.wanted?.kind !== 'scale') return false;
  const { recommendation } = assessment;
  const { replicas } = request.wanted;
  return recommendation.direction === 'up' && replicas > workload.replicas && replicas <= recommendation.replicas;
}

/** The oldest of an unbroken chain of deferred scale-ups of this service: each was dropped and the next made soon after. */
function waitingSince(held: HeldDecision, siblings: readonly HeldDecision[]): HeldDecision {
  let oldest = held;
  const older = siblings
    .filter((other) => other.status.deferredSince !== undefined && other.status.changes.length === 0 && isUp(other))
    .sort((a, b) => (b.status.deferredSince ?? 0) - (a.status.deferredSince ?? 0));
  for (const other of older) {
    const since = oldest.status.deferredSince ?? oldest.createdAt;
    const end = Date.parse(other.status.finishedAt ?? '') || since;
    const began = other.status.deferredSince ?? since;
    if (began < since && since - end <= FLOOR_GAP_MS) oldest = other;
  }
  return oldest;
}

const isUp = ({ spec }: HeldDecision): boolean =>
  spec.seen !== undefined && spec.arguments.replicas !== undefined && spec.arguments.replicas > spec.seen.replicas;
