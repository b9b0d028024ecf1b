import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { floorOf, onFloor } from './floor.ts';
import type { Proposal, ProposalContext, Proposer } from './proposer.ts';
import { planByRules } from './rulesPlanner.ts';
import { within } from './within.ts';

export interface FallbackOptions {
  /** Asks a guarded model (guardedModel.ts), which leaves a failing endpoint alone and keeps the budget. */
  readonly model: Proposer;
  readonly clock: Clock;
  readonly log: Log;
  /** One controller pass: the longest that a needed scale-up waits for a model, in ms. */
  readonly deadlineMs: number;
  /** The longest that anything else waits, in ms; above the run's own time it never acts. */
  readonly patienceMs: number;
}

/**
 * A model with rules behind it. It always answers in time and never below the floor: when the endpoint fails, is slow
 * while capacity is short, has used up its tokens, or is left alone, the rules answer, and the proposal and the log say
 * why. Only an unwritable record, or a caller that stopped, leaves the answer at "none".
 */
export function withFallback(options: FallbackOptions): Proposer {
  const { label, prompt } = options.model;
  return { label, ...(prompt && { prompt }), propose: (context, signal) => ask(options, context, signal) };
}

async function ask(options: FallbackOptions, context: ProposalContext, signal: AbortSignal): Promise<Proposal> {
  const { model, clock, deadlineMs, patienceMs } = options;
  const pressed = floorOf(context)?.direction === 'up';
  const ms = pressed ? Math.min(deadlineMs, patienceMs) : patienceMs;
  const ended = await within(clock, ms, signal, (inner) => model.propose(context, inner)).catch(() => undefined);
  if (ended === undefined) return byRules(options, context, 'the model broke off');
  if (ended.kind === 'time') return byRules(options, context, `no answer of the model within ${ms / 1000} s`);
  if (ended.kind === 'aborted') return none(context, 'aborted', 'the caller stopped');
  const proposal = ended.value;
  if (proposal.kind !== 'none') return onFloor(proposal, context);
  const { why, message } = proposal;
  if (why === 'unrecorded' || why === 'aborted') return proposal;
  const words = why.startsWith('model:') ? why : `the model came to nothing, ${why}`;
  return byRules(options, context, `${words}: ${message}${spent(proposal.origin)}`);
}

/** What nobody got anything for is still to be seen. */
const spent = ({ promptTokens, completionTokens }: Proposal['origin']): string =>
  promptTokens + completionTokens === 0 ? '' : ` (${promptTokens} + ${completionTokens} tokens)`;

function byRules({ log }: FallbackOptions, context: ProposalContext, note: string): Proposal {
  log.warn({ service: context.service, run: context.runId, why: note }, 'rules answer without the model');
  return planByRules(context, note);
}

const none = (context: ProposalContext, why: 'aborted', message: string): Proposal => ({
  kind: 'none',
  why,
  message,
  origin: planByRules(context).origin,
});
