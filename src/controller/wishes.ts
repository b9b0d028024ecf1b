import { sameVerdict } from '../calls/sameVerdict.ts';
import { AFTER_REJECTION_MS } from '../policy/approval.ts';
import { type DecisionObject, isOpen } from '../schema/decisionObject.ts';
import type { Request } from '../schema/request.ts';
import { sameJson } from '../schema/resources.ts';
import type { Verdict } from '../schema/verdict.ts';
import { argumentsOf } from '../schema/wish.ts';

/** An agent's wish that ended in nothing is not recorded again within this time, unless the verdict would differ. */
const AGAIN_AFTER_MS = 10 * 60_000;
/**
 * Refused again and again for the same reasons while nothing presses it is recorded ever more rarely: each time after twice as
 * long, up to this. Where capacity is short people hear of it every ten minutes.
 */
const RAREST_MS = 2 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

const ENDED_IN_NOTHING = new Set(['Refused', 'Rejected', 'Expired', 'Superseded']);

/**
 * Why this wish of an agent needs no new Decision: the same one is open, or was asked for and refused lately and would be
 * judged the same again. `undefined`: it is new.
 */
export function repeats(
  request: Request,
  verdict: Verdict,
  decisions: readonly DecisionObject[],
  { now, isPressed }: { readonly now: number; readonly isPressed: boolean },
): DecisionObject | undefined {
  const same = decisions.filter((decision) => sameWish(request, verdict, decision));
  const phaseOf = ({ status }: DecisionObject): string => status?.phase ?? 'Pending';
  const isRefusal = (one: DecisionObject): boolean => phaseOf(one) === 'Refused' && sameVerdict(verdict, one);
  const refusals = same.filter((one) => isRefusal(one) && now - endedAt(one) < DAY_MS).length;
  const refusedFor = isPressed ? AGAIN_AFTER_MS : Math.min(RAREST_MS, AGAIN_AFTER_MS * 2 ** (refusals - 1));
  return same.find((decision) => {
    if (isOpen(decision)) return true;
    const phase = phaseOf(decision);
    if (!ENDED_IN_NOTHING.has(phase)) return false;
    const since = now - endedAt(decision);
    if (phase === 'Rejected') return since < AFTER_REJECTION_MS;
    // What the gate let through and the cluster did not take is computed anew: the gate's answer was not the obstacle.
    if (wasLetThrough(decision)) return false;
    return since < (isRefusal(decision) ? refusedFor : AGAIN_AFTER_MS) && sameVerdict(verdict, decision);
  });
}

function sameWish(request: Request, verdict: Verdict, { spec }: DecisionObject): boolean {
  const { sent: _, ...asked } = spec.arguments;
  return (
    spec.requester.kind === 'agent' &&
    spec.tool === request.tool &&
    spec.operation === verdict.operation &&
    sameJson(asked, argumentsOf(request.wanted)) &&
    spec.target.namespace === request.target.namespace &&
    spec.target.name === request.target.name &&
    spec.blueprint.hash === verdict.blueprint?.hash
  );
}

function wasLetThrough({ spec, status }: DecisionObject): boolean {
  const { authority, wait } = status?.verdict ?? spec.verdict;
  return authority === 'allowed' && wait === undefined;
}

function endedAt(decision: DecisionObject): number {
  const last = decision.status?.history.at(-1)?.at;
  return last ?? (Date.parse(decision.metadata.creationTimestamp ?? '') || 0);
}
