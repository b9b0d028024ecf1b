import { type Agent, agentOf } from './agent.ts';
import { type BlueprintNews, blueprintParser, type Explanation } from './roles/blueprintParser.ts';
import { type Brief, type BriefFacts, governanceEnforcer } from './roles/governanceEnforcer.ts';

/** The agents that the controller asks besides the one that proposes. */
export interface Agents {
  readonly enforcer: Agent<BriefFacts, Brief>;
  readonly parser: Agent<BlueprintNews, Explanation>;
}

/** Rules alone. */
export const RULE_AGENTS: Agents = { enforcer: agentOf(governanceEnforcer), parser: agentOf(blueprintParser) };
