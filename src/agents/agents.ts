import { type Agent, agentOf } from './agent.ts';
import { type BlueprintNews, blueprintParser, type Explanation } from './roles/blueprintParser.ts';
import { type ExecutionFacts, type ExecutionPlan, executionEngine } from './roles/executionEngine.ts';
import { type Brief, type BriefFacts, governanceEnforcer } from './roles/governanceEnforcer.ts';
import { type Judgement, type VerificationFacts, verificationEngine } from './roles/verificationEngine.ts';

/** The agents that the controller asks besides the one that proposes. */
export interface Agents {
  readonly enforcer: Agent<BriefFacts, Brief>;
  readonly parser: Agent<BlueprintNews, Explanation>;
  readonly execution: Agent<ExecutionFacts, ExecutionPlan>;
  readonly verification: Agent<VerificationFacts, Judgement>;
}

/** Rules alone. */
export const RULE_AGENTS: Agents = {
  enforcer: agentOf(governanceEnforcer),
  parser: agentOf(blueprintParser),
  execution: agentOf(executionEngine),
  verification: agentOf(verificationEngine),
};
