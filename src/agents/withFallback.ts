import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { floorOf, onFloor } from './floor.ts';
import {
  isEndpointFailure,
  MODEL_BREAKER,
  type ModelBreaker,
  modelAnswered,
  modelBreakerAt,
  modelFailed,
} from './modelBreaker.ts';
import type { Proposal, ProposalContext, Proposer } from './proposer.ts';
import { planByRules } from './rulesPlanner.ts';
import { within } from './within.ts';

export interface FallbackOptions {
  readonly model: Proposer;
  readonly clock: Clock;
  readonly log: Log;
  /** One controller pass: the longest that a needed scale-up waits for a model, in ms. */
  readonly deadlineMs: number;
  /** The longest that anything else waits, in ms; above the run's own time it never acts. */
  readonly patienceMs: number;
  /** Tokens of all runs together in any hour; rules alone beyond it. */
  readonly tokensPerHour: number;
}

const HOUR = 3_600_000;

/**
 * A model with rules behind it. It always answers in time and never below the floor: when the endpoint fails, is slow
 * while capacity is short, has used up its tokens, or its breaker is open, the rules answer alone, and the proposal and
 * the log say why. Only an unwritable record, or a caller that stopped, leaves the answer at "none".
 */
export function withFallback(options: FallbackOptions): Proposer {
  return new Fallback(options);
}

class Fallback implements Proposer {
  readonly label: string;
  readonly #options: FallbackOptions;
  #breaker: ModelBreaker = MODEL_BREAKER;
  #trial = false;
  #spent: readonly { readonly at: number; readonly tokens: number }[] = [];

  constructor(options: FallbackOptions) {
    this.#options = options;
    this.label = options.model.label;
  }

  async propose(context: ProposalContext, signal: AbortSignal): Promise<Proposal> {
    const barred = this.#barred();
    if (barred !== undefined) return this.#rules(context, barred);
    const trial = this.#state() === 'halfOpen';
    if (trial) this.#trial = true;
    try {
      return await this.#ask(context, signal);
    } finally {
      if (trial) this.#trial = false;
    }
  }

  async #ask(context: ProposalContext, signal: AbortSignal): Promise<Proposal> {
    const { model, clock, deadlineMs, patienceMs } = this.#options;
    const pressed = floorOf(context)?.direction === 'up';
    const ms = pressed ? Math.min(deadlineMs, patienceMs) : patienceMs;
    const ended = await within(clock, ms, signal, (inner) => this.#counted(model.propose(context, inner))).catch(
      () => undefined,
    );
    if (ended === undefined) return this.#failed(context, 'the model broke off');
    if (ended.kind === 'time') return this.#failed(context, `no answer of the model within ${ms / 1000} s`);
    if (ended.kind === 'aborted') return none(context, 'aborted', 'the caller stopped');
    const proposal = ended.value;
    if (proposal.kind !== 'none') {
      this.#breaker = modelAnswered();
      return onFloor(proposal, context);
    }
    if (proposal.why === 'unrecorded' || proposal.why === 'aborted') return proposal;
    if (isEndpointFailure(proposal.why)) return this.#failed(context, `${proposal.why}: ${proposal.message}`);
    this.#breaker = modelAnswered();
    return this.#rules(context, `the model came to nothing, ${proposal.why}: ${proposal.message}`);
  }

  #failed(context: ProposalContext, why: string): Proposal {
    const now = this.#options.clock.now();
    this.#breaker = modelFailed(this.#breaker, now);
    const until = this.#breaker.until;
    const pause =
      until !== undefined && until > now ? `; not asked again for ${Math.ceil((until - now) / 1000)} s` : '';
    return this.#rules(context, `${why}${pause}`);
  }

  #rules(context: ProposalContext, note: string): Proposal {
    this.#options.log.warn(
      { service: context.service, runId: context.runId, why: note },
      'rules answer without the model',
    );
    return planByRules(context, note);
  }

  #state(): 'closed' | 'open' | 'halfOpen' {
    return modelBreakerAt(this.#breaker, this.#options.clock.now());
  }

  /** Why the model is not asked at all. */
  #barred(): string | undefined {
    const now = this.#options.clock.now();
    const state = this.#state();
    if (state === 'open') {
      const seconds = Math.ceil(((this.#breaker.until ?? now) - now) / 1000);
      return `the model endpoint failed; it is not asked for another ${seconds} s`;
    }
    if (state === 'halfOpen' && this.#trial) return 'the model endpoint failed; one trial is under way';
    this.#spent = this.#spent.filter(({ at }) => at > now - HOUR);
    const tokens = this.#spent.reduce((sum, entry) => sum + entry.tokens, 0);
    const { tokensPerHour } = this.#options;
    return tokens >= tokensPerHour ? `the ${tokensPerHour} tokens of this hour are spent` : undefined;
  }

  /** Tokens count whenever the run ends, also when nobody waited for it. */
  async #counted(proposing: Promise<Proposal>): Promise<Proposal> {
    const proposal = await proposing;
    const tokens = proposal.origin.promptTokens + proposal.origin.completionTokens;
    if (tokens > 0) this.#spent = [...this.#spent, { at: this.#options.clock.now(), tokens }];
    return proposal;
  }
}

const none = (context: ProposalContext, why: 'aborted', message: string): Proposal => ({
  kind: 'none',
  why,
  message,
  origin: planByRules(context).origin,
});
