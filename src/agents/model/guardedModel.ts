import { redact } from '../../kernel/redact.ts';
import { err, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { AnswerSoFar, ChatAnswer, ChatModel, ChatRequest, ModelError } from '../../ports/model.ts';
import type { ModelTrace } from '../../ports/modelTrace.ts';
import type { ModelState } from '../../schema/modelState.ts';
import { within } from '../within.ts';
import { MODEL_BREAKER, type ModelBreaker, modelAnswered, modelBreakerAt, modelFailed } from './modelBreaker.ts';
import type { ModelBudget } from './modelBudget.ts';
import { costOf, type ModelPrices, promptSize, tokensOf } from './tokenCount.ts';
import { answerWithoutSecrets, watchWithoutSecrets, withoutSecrets } from './withoutSecrets.ts';

export interface GuardOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Shared by the guards of all models. */
  readonly budget: ModelBudget;
  readonly prices?: ModelPrices;
  readonly trace?: ModelTrace;
  /** Takes secrets out of all that is sent and all that comes back; by default what looks like one. */
  readonly redact?: (text: string) => string;
}

type Answered = Result<ChatAnswer, ModelError>;
type Watch = (soFar: AnswerSoFar) => void;

/** Above the adapter's own limit: for one that breaks its promise. */
const EXCHANGE_MS = 130_000;
/** Nobody waited longer, and it had not answered: that speaks against the endpoint. Earlier it says nothing. */
const SLOW_MS = 10_000;
/** That tokens were wanting is told for so long: whoever needs a model asks again sooner. */
const SHOWN_MS = 300_000;

/**
 * One endpoint and model with a breaker of its own, the shared budget, prices and a trace: what every role is given. While
 * the breaker is open, the endpoint wants to be left alone or the tokens are spent, nothing is sent and the error says why.
 * It never rejects, and a caller that stops is answered at once.
 */
export class GuardedModel implements ChatModel {
  readonly label: string;
  readonly #model: ChatModel;
  readonly #options: GuardOptions;
  readonly #redact: (text: string) => string;
  #breaker: ModelBreaker = MODEL_BREAKER;
  #trial = false;
  #answeredAt: number | undefined;
  /** The endpoint asked to be left alone until then. */
  #notBefore = 0;
  /** The last exchange there were no tokens for. */
  #refused = { at: Number.NEGATIVE_INFINITY, why: '' };

  constructor(model: ChatModel, options: GuardOptions) {
    this.#model = model;
    this.#options = options;
    this.label = model.label;
    this.#redact = options.redact ?? ((text) => redact(text));
  }

  /** Whether it is asked, for people. */
  standing(): ModelState {
    const now = this.#options.clock.now();
    const model = this.label.slice(0, 200);
    const state = modelBreakerAt(this.#breaker, now);
    const { until } = this.#breaker;
    if (state !== 'closed') return { model, state, ...(until !== undefined && { until }) };
    const { at, why } = this.#refused;
    if (now < at + SHOWN_MS) return { model, state: 'spent', note: why.slice(0, 300) };
    return { model, state, ...(this.#answeredAt !== undefined && { at: this.#answeredAt }) };
  }

  async complete(request: ChatRequest, signal: AbortSignal, watch?: Watch): Promise<Answered> {
    return this.#guarded(withoutSecrets(request, this.#redact), signal, watch);
  }

  async #guarded(request: ChatRequest, signal: AbortSignal, watch: Watch | undefined): Promise<Answered> {
    const { clock, budget } = this.#options;
    const began = clock.now();
    const paused = this.#paused(began);
    if (paused !== undefined) return err({ code: 'paused', message: paused });
    const prompt = promptSize(request);
    const taken = budget.take(request.about?.service ?? '', prompt + request.maxTokens, began);
    if (!taken.ok) {
      this.#refused = { at: began, why: taken.error };
      return err({ code: 'overBudget', message: taken.error });
    }
    const trial = modelBreakerAt(this.#breaker, began) === 'halfOpen';
    if (trial) this.#trial = true;
    let result: Answered;
    try {
      result = answerWithoutSecrets(await this.#exchange(request, signal, watch), this.#redact);
    } finally {
      if (trial) this.#trial = false;
    }
    const counted = result.ok ? this.#counted(request, result.value) : result;
    budget.settle(taken.value, counted.ok ? usedBy(counted.value) : usedBefore(counted.error, prompt));
    this.#note(counted, clock.now() - began, signal.aborted);
    this.#trace(request, counted, began);
    return counted;
  }

  async #exchange(request: ChatRequest, signal: AbortSignal, watch: Watch | undefined): Promise<Answered> {
    const { clock } = this.#options;
    const shown = watch && watchWithoutSecrets(watch, this.#redact);
    try {
      const ended = await within(clock, EXCHANGE_MS, signal, (inner) => this.#model.complete(request, inner, shown));
      if (ended.kind === 'done') return ended.value;
      return err({
        code: 'timeout',
        message: ended.kind === 'time' ? `no answer within ${EXCHANGE_MS / 1000} s` : 'the caller stopped',
      });
    } catch (cause) {
      return err({ code: 'unavailable', message: `broken off: ${cause instanceof Error ? cause.name : 'unknown'}` });
    }
  }

  #counted(request: ChatRequest, answer: ChatAnswer): Answered {
    const { prices } = this.#options;
    const tokens = tokensOf(request, answer);
    return {
      ok: true,
      value: { ...answer, ...tokens, ...(prices === undefined ? {} : { cost: costOf(tokens, prices) }) },
    };
  }

  /** Why nothing is sent now. */
  #paused(now: number): string | undefined {
    const seconds = (until: number): number => Math.ceil((until - now) / 1000);
    switch (modelBreakerAt(this.#breaker, now)) {
      case 'open':
        return `the model endpoint failed; it is not asked for another ${seconds(this.#breaker.until ?? now)} s`;
      case 'halfOpen':
        if (this.#trial) return 'the model endpoint failed; one trial is under way';
        break;
      case 'closed':
        break;
    }
    return now < this.#notBefore
      ? `the model endpoint wants to be left alone for another ${seconds(this.#notBefore)} s`
      : undefined;
  }

  /**
   * A context that is too long is one request's matter, and an exchange that its caller ended early says nothing; all other
   * failures speak against the endpoint. An answer in a form nobody can use is a working endpoint.
   */
  #note(result: Answered, ms: number, stopped: boolean): void {
    const now = this.#options.clock.now();
    if (result.ok) {
      if (this.#breaker.until !== undefined) {
        this.#options.log.info({ model: this.label }, 'the model endpoint answers again');
      }
      this.#breaker = modelAnswered();
      this.#answeredAt = now;
      return;
    }
    const { code, retryAfterMs, message } = result.error;
    if (retryAfterMs !== undefined) this.#notBefore = Math.max(this.#notBefore, now + retryAfterMs);
    if (code === 'contextTooLong' || (stopped && ms < SLOW_MS)) return;
    const before = this.#breaker.opens;
    this.#breaker = modelFailed(this.#breaker, now);
    if (this.#breaker.opens > before) {
      const seconds = Math.ceil(((this.#breaker.until ?? now) - now) / 1000);
      this.#options.log.warn(
        { model: this.label, why: `${code}: ${message}`, seconds },
        'the model endpoint keeps failing: it is left alone for a while',
      );
    }
  }

  #trace(request: ChatRequest, result: Answered, at: number): void {
    const { trace, clock } = this.#options;
    trace?.write({
      at,
      ms: clock.now() - at,
      model: this.label,
      request,
      ...(result.ok ? { answer: result.value } : { error: result.error }),
    });
  }
}

const usedBy = ({ promptTokens, completionTokens }: ChatAnswer): number => promptTokens + completionTokens;

/** An exchange that ended without an answer may have been paid for all the same: then its prompt counts. */
const usedBefore = ({ code }: ModelError, prompt: number): number =>
  code === 'timeout' || code === 'malformed' ? prompt : 0;
