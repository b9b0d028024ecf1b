import { type Agent, agentOf } from '../../agents/agent.ts';
import type { Agents } from '../../agents/agents.ts';
import type { Desk } from '../../agents/askRole.ts';
import { floorOf } from '../../agents/floor.ts';
import type { Proposal, ProposalContext, Proposer } from '../../agents/proposer.ts';
import { type BlueprintNews, blueprintParser, type Explanation } from '../../agents/roles/blueprintParser.ts';
import { planByRules } from '../../agents/rulesPlanner.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ChatModel } from '../../ports/model.ts';
import type { Judge } from '../../schema/judgedCall.ts';
import type { ModelRole } from '../../schema/modelRole.ts';
import type { Around } from '../model/proposer.ts';
import { CountedModel, type ModelUnderTest } from './countedModel.ts';
import { type RoleTallies, type RoleTally, tallyIn } from './roleTally.ts';

export interface WatchOptions {
  /** Real time: a scenario's own stands still while a model answers. */
  readonly clock: Clock;
  /** How many new blueprints a model is still to explain: every scenario begins with some, all much alike. */
  readonly newBlueprints: { left: number };
  readonly model: (role: ModelRole) => ModelUnderTest | undefined;
  readonly stop: AbortSignal;
}

/** A pass: longer than that nothing that is needed waits. */
const PASS_MS = 15_000;

/** Watches one run: who was asked for what, what came of it, and how that compares with the rules. Changes nothing. */
export class RunWatch implements Around {
  readonly tallies: RoleTallies = new Map();
  readonly #options: WatchOptions;
  readonly #models = new Map<ChatModel, CountedModel>();
  /** How the last exchange of a decision under way ended. */
  readonly #last = new Map<string, 'answered' | 'failed'>();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** The model of a role, counted. */
  readonly of = (role: ModelRole): ChatModel | undefined => {
    const given = this.#options.model(role);
    if (given === undefined) return undefined;
    const { clock, stop } = this.#options;
    const counted = this.#models.get(given.model) ?? new CountedModel(given, this.tallies, this.#last, { clock, stop });
    this.#models.set(given.model, counted);
    return counted;
  };

  proposer(inner: Proposer): Proposer {
    const tally = tallyIn(this.tallies, 'decision-engine');
    return {
      label: inner.label,
      propose: async (context, signal) => {
        const began = this.#begin(tally);
        const judge = watchedJudge(context.judge, tally);
        const proposal = await inner.propose({ ...context, judge }, signal);
        this.#end('decision-engine', tally, began, context.runId, proposal.kind !== 'none', whyOf(proposal));
        if (proposal.kind !== 'none') compare(tally, proposal, context);
        return proposal;
      },
    };
  }

  agents(inner: Agents): Agents {
    return {
      ...inner,
      enforcer: this.#watched('governance-enforcer', inner.enforcer),
      parser: this.#sampled(this.#watched('blueprint-parser', inner.parser)),
      execution: this.#watched('execution-engine', inner.execution),
      verification: this.#watched('verification-engine', inner.verification),
    };
  }

  #watched<Facts, Conclusion>(role: ModelRole, agent: Agent<Facts, Conclusion>): Agent<Facts, Conclusion> {
    const tally = tallyIn(this.tallies, role);
    return {
      ask: async (facts, desk: Desk, signal) => {
        const began = this.#begin(tally);
        const said = await agent.ask(facts, { ...desk, judge: watchedJudge(desk.judge, tally) }, signal);
        const why = said.origin.note?.split(':').slice(0, said.origin.note.startsWith('model:') ? 2 : 1);
        this.#end(role, tally, began, desk.runId, said.byModel, why?.join(':') ?? 'rules');
        return said;
      },
    };
  }

  #sampled(watched: Agent<BlueprintNews, Explanation>): Agent<BlueprintNews, Explanation> {
    const byRules = agentOf(blueprintParser);
    const { newBlueprints } = this.#options;
    return {
      ask: (news, desk, signal) => {
        if (news.kind === 'new') newBlueprints.left -= 1;
        return (news.kind === 'new' && newBlueprints.left < 0 ? byRules : watched).ask(news, desk, signal);
      },
    };
  }

  #begin(tally: RoleTally): number {
    tally.asked += 1;
    return this.#options.clock.now();
  }

  #end(role: ModelRole, tally: RoleTally, began: number, run: string, usable: boolean, why: string): void {
    if (this.#options.clock.now() - began > PASS_MS) tally.slow += 1;
    const key = `${role} ${run}`;
    const last = this.#last.get(key);
    this.#last.delete(key);
    if (usable) {
      tally.usable += 1;
      return;
    }
    if (last !== 'answered' || NOT_ITS_OWN.has(why)) tally.unanswered += 1;
    tally.instead[why] = (tally.instead[why] ?? 0) + 1;
  }
}

/** Ends of a run that say nothing about an answer. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(['aborted', 'time', 'unrecorded']);

const whyOf = (proposal: Proposal): string => (proposal.kind === 'none' ? proposal.why : '');

const watchedJudge =
  (judge: Judge, tally: RoleTally): Judge =>
  async (call) => {
    const answer = await judge(call);
    if (answer.kind === 'refused' && call.effect !== 'read') tally.refused += 1;
    return answer;
  };

/** Beside what the rules would do with the same context, before any floor is put beneath the proposal. */
function compare(tally: RoleTally, proposal: Proposal, context: ProposalContext): void {
  const rules = planByRules(context);
  const floor = floorOf(context);
  tally.compared += 1;
  const same = meaningOf(proposal) === meaningOf(rules);
  if (!same) tally.disagreed += 1;
  if (rules.kind === 'hold') tally.holdable += 1;
  if (rules.kind === 'hold' && proposal.kind === 'hold') tally.held += 1;
  const wanted = proposal.kind === 'change' && proposal.tool === 'scale' ? proposal.args['replicas'] : undefined;
  const reaches = floor?.direction === 'up' && typeof wanted === 'number' && wanted >= floor.replicas;
  // A hold counts wherever capacity is not short: what the rules would do there is never urgent.
  const mayHold = floor?.direction !== 'up' && proposal.kind === 'hold';
  if (same || reaches || mayHold) tally.right += 1;
}

function meaningOf(proposal: Proposal): string {
  if (proposal.kind !== 'change') return proposal.kind;
  const { reason: _, service: __, ...wanted } = proposal.args;
  const given = Object.entries(wanted).filter(([, value]) => value !== null && value !== undefined);
  return JSON.stringify([proposal.tool, ...given.sort(([a], [b]) => (a < b ? -1 : 1))]);
}
