import { inForm } from '../../../../agents/answer/inForm.ts';
import type { Result } from '../../../../kernel/result.ts';
import type { Clock } from '../../../../ports/clock.ts';
import type { ChatAnswer, ChatModel, ChatRequest, ModelError } from '../../../../ports/model.ts';

type Callable = Parameters<typeof inForm>[1][number];

/** What was seen of a model over some exchanges. */
export interface Measured {
  readonly answers: number;
  /** Answers whose calls are all of an offered tool, with arguments as its schema has them. */
  readonly valid: number;
  /** Of the first exchange, which fills the cache, and of the slowest after it. */
  readonly firstSeconds?: number;
  readonly laterSeconds?: number;
  readonly tokensPerSecond?: number;
  /** The last exchange that failed. */
  readonly error?: ModelError;
}

/** Watches a model at work without changing anything. */
export class MeasuredModel implements ChatModel {
  readonly label: string;
  readonly #model: ChatModel;
  readonly #clock: Clock;
  readonly #offered: readonly Callable[];
  #seconds: number[] = [];
  #tokens = 0;
  #answers = 0;
  #valid = 0;
  #error: ModelError | undefined;

  constructor(model: ChatModel, clock: Clock, offered: readonly Callable[]) {
    this.label = model.label;
    this.#model = model;
    this.#clock = clock;
    this.#offered = offered;
  }

  async complete(request: ChatRequest, signal: AbortSignal): Promise<Result<ChatAnswer, ModelError>> {
    const began = this.#clock.now();
    const result = await this.#model.complete(request, signal);
    if (!result.ok) {
      if (!signal.aborted) this.#error = result.error;
      return result;
    }
    this.#seconds.push((this.#clock.now() - began) / 1000);
    this.#tokens += result.value.completionTokens;
    this.#answers += 1;
    if (inForm(result.value, this.#offered)) this.#valid += 1;
    return result;
  }

  seen(): Measured {
    const [first, ...later] = this.#seconds;
    const total = this.#seconds.reduce((sum, one) => sum + one, 0);
    return {
      answers: this.#answers,
      valid: this.#valid,
      ...(first === undefined ? {} : { firstSeconds: first }),
      ...(later.length === 0 ? {} : { laterSeconds: Math.max(...later) }),
      ...(total > 0 && this.#tokens > 0 ? { tokensPerSecond: this.#tokens / total } : {}),
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }
}
