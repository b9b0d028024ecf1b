import type { Candidate } from '../schema/assessment.ts';
import { candidateArgs } from '../tools/candidateArgs.ts';
import { floorOf } from './floor.ts';
import { rulesOrigin } from './origin.ts';
import type { JudgedCandidate, Proposal, ProposalContext, Proposer } from './proposer.ts';
import { clean } from './untrusted.ts';

/**
 * The built-in proposer: no model, no waiting. It takes the floor of the analysis; where the floor is reached and an
 * objective is still missed, the larger scale-up the analysis offers, unless the gate forbids it (so that approvers are
 * asked); where a rollout explains what is wrong, the rollback; else it holds. Its words say that they are rules.
 */
export class RulesPlanner implements Proposer {
  readonly label = 'rules planner, not a model';

  propose(context: ProposalContext): Promise<Proposal> {
    return Promise.resolve(planByRules(context));
  }
}

/** `note` says why a model had no part in it. */
export function planByRules(context: ProposalContext, note?: string): Proposal {
  const origin = rulesOrigin(context.runId, note);
  const why = note === undefined ? '' : ` (${note})`;
  const chosen = floorOf(context) ?? beyondFloor(context);
  if (chosen === undefined) {
    const mended = rollbackFor(context);
    if (mended !== undefined) {
      const rationale = clean(`Rules planner, not a model${why}: ${mended.reason}`, 2_000);
      const args = candidateArgs(mended, context.service, clean(mended.reason, 900) || 'the rollout fails');
      return { kind: 'change', tool: mended.tool, args, rationale, origin };
    }
    const reason = context.assessment.anomaly ?? context.assessment.recommendation.reason;
    return { kind: 'hold', reason: clean(`Rules planner, not a model${why}: ${reason}`, 2_000), origin };
  }
  return {
    kind: 'change',
    tool: 'scale',
    args: { service: context.service, replicas: chosen.replicas, reason: clean(chosen.reason, 900) || 'the floor' },
    rationale: clean(`Rules planner, not a model${why}: ${chosen.reason}`, 2_000),
    origin,
  };
}

/** The answer to an anomaly that a rollout explains, where the gate does not forbid it. The rules never restart anything. */
const rollbackFor = ({ candidates, assessment }: ProposalContext): Candidate | undefined =>
  assessment.anomaly === undefined
    ? undefined
    : candidates.find(({ candidate, verdict }) => candidate.tool === 'rollback' && verdict?.authority !== 'forbidden')
        ?.candidate;

function beyondFloor({
  candidates,
  assessment,
  workload,
}: ProposalContext): { replicas: number; reason: string } | undefined {
  if (assessment.pressure.length === 0 || !assessment.recommendation.started) return undefined;
  const larger = ({ candidate, verdict }: JudgedCandidate): boolean =>
    candidate.tool === 'scale' && (candidate.replicas ?? 0) > workload.replicas && verdict?.authority !== 'forbidden';
  const best = candidates.find(larger)?.candidate;
  return best?.replicas === undefined ? undefined : { replicas: best.replicas, reason: best.reason };
}
