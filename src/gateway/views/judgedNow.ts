import { isFromPerson } from '../../approvals/requesterProof.ts';
import type { Trust } from '../../approvals/tally.ts';
import { gateInput } from '../../observe/gateInput.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { decide } from '../../policy/decide.ts';
import type { Request } from '../../schema/request.ts';
import type { Verdict } from '../../schema/verdict.ts';
import { argumentsOf, wantedOf } from '../../schema/wish.ts';
import { alternativesTo } from '../../tools/alternatives.ts';
import type { DecisionRecord } from './records.ts';

export interface Facts {
  readonly now: number;
  readonly ownNamespace: string;
}

/** A recorded wish as the gate judges it: the same that the executor makes of it, and nothing of what was said with it. */
export function wishOf({ object, name, spec }: DecisionRecord, trust: Trust): Request {
  const wanted = wantedOf(spec);
  return {
    id: name,
    tool: spec.tool,
    effect: wanted === undefined ? 'unknown' : 'change',
    args: wanted === undefined ? { ...spec.arguments } : { ...argumentsOf(wanted) },
    ...(wanted !== undefined && { wanted }),
    target: { namespace: spec.target.namespace, name: spec.target.name },
    requester: { kind: isFromPerson(object, spec, trust) ? 'person' : 'agent', name: spec.requester.name },
    ...(spec.seen !== undefined && {
      seen: { uid: spec.seen.uid, replicas: spec.seen.replicas, at: Date.parse(spec.seen.at) || 0 },
    }),
  };
}

export const judged = (view: ServiceView, wish: Request, facts: Facts): Verdict =>
  decide(gateInput(view, wish, facts)).verdict;

/** What could be asked for instead, and what the gate says of it now. */
export interface JudgedAlternative {
  /** Absent for advice: no code carries it out. */
  readonly wish?: Request;
  readonly verdict?: Verdict;
  readonly text: string;
}

/** In the order in which a page lists them, so that an index means the same on both sides. */
export function judgedAlternatives(
  view: ServiceView,
  wish: Request,
  verdict: Verdict,
  facts: Facts,
): readonly JudgedAlternative[] {
  const { candidates, advice } = alternativesTo(gateInput(view, wish, facts), verdict);
  return [
    ...candidates.map((candidate) => ({
      wish: candidate,
      verdict: judged(view, candidate, facts),
      text: candidate.wanted?.kind === 'scale' ? scaleWords(candidate.wanted.replicas) : candidate.tool,
    })),
    ...advice.map((text) => ({ text })),
  ].slice(0, MOST);
}

const MOST = 32;
const scaleWords = (replicas: number): string => `Scale to ${replicas} replica${replicas === 1 ? '' : 's'}`;
