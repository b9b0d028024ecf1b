import { type Agent, agentOf } from '../agents/agent.ts';
import type { Desk } from '../agents/askRole.ts';
import { briefText } from '../agents/briefText.ts';
import { type Brief, type BriefFacts, governanceEnforcer } from '../agents/roles/governanceEnforcer.ts';
import type { Origin } from '../schema/records.ts';
import type { Verdict } from '../schema/verdict.ts';
import { type Asked, briefFacts } from './briefFacts.ts';

/** What reaches for authority that was not given; the same rules call the security route. */
const SECURITY: ReadonlySet<string> = new Set(['G0', 'G14', 'G22']);

const BY_RULES = agentOf(governanceEnforcer);

/**
 * The brief of a wish that is restricted or refused; undefined for what is allowed. A model words it where people decide, or
 * where authority was overreached; all else, and what is only observed, gets the template, which has the same facts.
 */
export async function writeBrief(
  enforcer: Agent<BriefFacts, Brief>,
  asked: Asked,
  desk: Desk,
  signal: AbortSignal,
): Promise<{ readonly brief: string; readonly briefBy: Origin } | undefined> {
  if (asked.verdict.authority === 'allowed') return undefined;
  const facts = briefFacts(asked);
  const agent = isForModel(asked.verdict) ? enforcer : BY_RULES;
  const { conclusion, origin } = await agent.ask(facts, desk, signal);
  return { brief: briefText(facts, conclusion, origin), briefBy: origin };
}

function isForModel({ authority, findings }: Verdict): boolean {
  if (authority === 'restricted') return true;
  const forbids = findings.filter(({ effect }) => effect === 'forbid');
  return forbids.some(({ rule }) => SECURITY.has(rule)) && forbids.every(({ code }) => code !== 'ObserveOnly');
}
