import { Counter, Histogram, type Registry } from 'prom-client';
import type { ModelExchange, ModelTrace } from '../../ports/modelTrace.ts';
import { MODEL_ROLES } from '../../schema/modelRole.ts';
import { among, Bounded } from './bounded.ts';

/** What models were asked, what it cost, and what they were not asked because our own side kept still. */
export class ModelMeters {
  readonly #calls: Counter<'role' | 'result'>;
  readonly #seconds: Histogram<'role'>;
  readonly #tokens: Counter<'role' | 'kind'>;
  readonly #cost: Counter<'role'>;
  readonly #results = new Bounded(20);

  constructor(registry: Registry) {
    this.#calls = new Counter({
      name: 'fairlead_model_calls_total',
      help: 'Exchanges with a model by role and result: answered, or why not (paused, overBudget: nothing was sent).',
      labelNames: ['role', 'result'],
      registers: [registry],
    });
    this.#seconds = new Histogram({
      name: 'fairlead_model_call_seconds',
      help: 'Time until a model had answered or failed, by role.',
      labelNames: ['role'],
      buckets: [0.5, 1, 2.5, 5, 10, 20, 40, 80, 130],
      registers: [registry],
    });
    this.#tokens = new Counter({
      name: 'fairlead_model_tokens_total',
      help: 'Tokens by role and kind; cached ones are among the prompt tokens.',
      labelNames: ['role', 'kind'],
      registers: [registry],
    });
    this.#cost = new Counter({
      name: 'fairlead_model_cost_total',
      help: 'Cost of the exchanges in the currency of the configured prices; stays away without prices.',
      labelNames: ['role'],
      registers: [registry],
    });
  }

  /** A trace that counts, and hands on to another. */
  trace(next?: ModelTrace): ModelTrace {
    return {
      write: (exchange) => {
        this.#count(exchange);
        next?.write(exchange);
      },
    };
  }

  /** Nothing was sent: no trace tells of it. */
  notAsked(role: unknown, code: 'paused' | 'overBudget'): void {
    this.#calls.inc({ role: among(MODEL_ROLES, role), result: code });
  }

  #count({ request, answer, error, ms }: ModelExchange): void {
    const role = among(MODEL_ROLES, request.about?.role);
    this.#calls.inc({ role, result: answer === undefined ? this.#results.of(error?.code) : 'answered' });
    this.#seconds.observe({ role }, ms / 1000);
    if (answer === undefined) return;
    this.#tokens.inc({ role, kind: 'prompt' }, tokens(answer.promptTokens));
    this.#tokens.inc({ role, kind: 'completion' }, tokens(answer.completionTokens));
    this.#tokens.inc({ role, kind: 'cached' }, tokens(answer.cachedTokens));
    if (answer.cost !== undefined) this.#cost.inc({ role }, tokens(answer.cost));
  }
}

/** An endpoint says what it likes; a counter takes no less than nothing. */
const tokens = (said: number): number => (Number.isFinite(said) && said > 0 ? said : 0);
