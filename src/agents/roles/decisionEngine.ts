import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import type { ChatModel } from '../../ports/model.ts';
import { adjustResources } from '../../tools/adjustResources.ts';
import { getDecisions } from '../../tools/getDecisions.ts';
import { getEvents } from '../../tools/getEvents.ts';
import { getMetrics } from '../../tools/getMetrics.ts';
import { getWorkload } from '../../tools/getWorkload.ts';
import { requestApproval } from '../../tools/requestApproval.ts';
import { restartPods } from '../../tools/restartPods.ts';
import { rollback } from '../../tools/rollback.ts';
import { scale } from '../../tools/scale.ts';
import { targetOf } from '../../tools/service.ts';
import type { Tool } from '../../tools/tool.ts';
import { whatIf } from '../../tools/whatIf.ts';
import { floorOf } from '../floor.ts';
import { HOLD } from '../hold.ts';
import { observationText } from '../observationText.ts';
import { runOrigin } from '../origin.ts';
import type { Prompt } from '../prompt.ts';
import type { Proposal, ProposalContext, Proposer } from '../proposer.ts';
import { run } from '../run.ts';
import { RUN_LIMITS, type RunLimits } from '../runLimits.ts';
import { clean } from '../untrusted.ts';
import { loadRolePrompt, type RoleHead } from './role.ts';

/** Its few tools: evidence about its one service, a question to the gate, and four changes. */
export const DECISION_TOOLS: readonly Tool[] = [
  getMetrics,
  getWorkload,
  getEvents,
  getDecisions,
  whatIf,
  scale,
  restartPods,
  adjustResources,
  rollback,
  requestApproval,
];

const DecisionPromptVariables = z.strictObject({
  service: z.string().max(317),
  observation: z.string().max(12_000),
});
export type DecisionPrompt = Prompt<typeof DecisionPromptVariables>;

/** It is no `Role`: it proposes, and what stands in for it is the rules planner, on the floor that `withFallback` puts beneath. */
export const decisionEngine = {
  id: 'decision-engine',
  version: 1,
  variables: DecisionPromptVariables,
  tools: DECISION_TOOLS,
  answers: [HOLD],
  limits: RUN_LIMITS,
} as const satisfies RoleHead;

/** Throws when the file and what this code fills in disagree. */
export const loadDecisionPrompt = (folder: string): DecisionPrompt => loadRolePrompt(decisionEngine, folder);

export interface DecisionEngineOptions {
  readonly model: ChatModel;
  readonly prompt: DecisionPrompt;
  readonly clock: Clock;
  readonly limits?: Partial<RunLimits>;
}

/**
 * The agent that is asked when an objective is missed or something is anomalous: a model weighs the computed candidates
 * and proposes at most one of them, something else, or a hold. The deterministic floor is not its matter: `withFallback`
 * puts that beneath whatever comes out here.
 */
export class DecisionEngine implements Proposer {
  readonly label: string;
  readonly prompt: string;
  readonly #options: DecisionEngineOptions;
  readonly #limits: RunLimits;

  constructor(options: DecisionEngineOptions) {
    this.#options = options;
    this.#limits = { ...decisionEngine.limits, ...options.limits };
    this.label = options.model.label;
    this.prompt = options.prompt.ref;
  }

  async propose(context: ProposalContext, signal: AbortSignal): Promise<Proposal> {
    const { model, prompt, clock } = this.#options;
    const { end, cost } = await run(
      {
        model,
        system: prompt.system,
        user: prompt.render({ service: clean(context.service, 317), observation: observationText(context) }),
        tools: decisionEngine.tools,
        answers: decisionEngine.answers,
        ends: endsOf(context),
        own: targetOf(context.service),
        judge: context.judge,
        record: context.record,
        limits: this.#limits,
        clock,
        role: decisionEngine.id,
        runId: context.runId,
      },
      signal,
    );
    const origin = runOrigin(decisionEngine.id, prompt.ref, model.label, context.runId, cost);
    switch (end.kind) {
      case 'proposal':
        return { kind: 'change', tool: end.tool, args: end.args, rationale: clean(end.reason, 2_000), origin };
      case 'answer':
        return { kind: 'hold', reason: clean(String(end.args['reason'] ?? ''), 2_000), origin };
      case 'gave-up':
        return { kind: 'none', why: end.why, message: clean(end.message, 300), origin };
    }
  }
}

/**
 * A run that read enough decides: for one of the choices that the gate does not forbid, or to hold. Something else it could
 * have asked for before; a small model that may still ask for anything spends its last steps on being refused.
 */
function endsOf(context: ProposalContext): string[] {
  const open = context.candidates.filter(
    ({ candidate, verdict }) => candidate.tool !== HOLD.name && verdict?.authority !== 'forbidden',
  );
  const changes = [...new Set(open.map(({ candidate }) => candidate.tool))];
  return floorOf(context) === undefined ? [HOLD.name, ...changes] : [...changes, HOLD.name];
}
