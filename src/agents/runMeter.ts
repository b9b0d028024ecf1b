import type { ChatAnswer } from '../ports/model.ts';
import type { RunCost } from './runEnd.ts';
import { wellFormed } from './untrusted.ts';

/** What one run has cost so far, and whether it may go on. */
export class RunMeter {
  readonly #read: string[] = [];
  #steps = 0;
  #promptTokens = 0;
  #completionTokens = 0;
  #cachedTokens = 0;
  #cost: number | undefined;
  #model = '';

  get steps(): number {
    return this.#steps;
  }

  get tokens(): number {
    return this.#promptTokens + this.#completionTokens;
  }

  /** One more exchange begins. */
  step(): void {
    this.#steps += 1;
  }

  /** One more tool was called. */
  called(name: string): void {
    this.#read.push(name);
  }

  /** Where an endpoint reports no usage the tokens are estimated, so that the limit holds there too; `size` is that of what was sent. */
  account(answer: ChatAnswer, size: number): void {
    const written = answer.content.length + answer.calls.reduce((sum, call) => sum + call.arguments.length + 20, 0);
    this.#promptTokens += counted(answer.promptTokens) ?? size;
    this.#completionTokens += counted(answer.completionTokens) ?? Math.ceil(written / 4);
    this.#cachedTokens += counted(answer.cachedTokens) ?? 0;
    if (answer.cost !== undefined) this.#cost = (this.#cost ?? 0) + answer.cost;
    this.#model = wellFormed(answer.model, 200);
  }

  cost(): Omit<RunCost, 'seconds'> {
    return {
      steps: this.#steps,
      promptTokens: this.#promptTokens,
      completionTokens: this.#completionTokens,
      cachedTokens: this.#cachedTokens,
      ...(this.#cost === undefined ? {} : { cost: this.#cost }),
      read: [...this.#read],
      model: this.#model,
    };
  }
}

/** A number of tokens that can be one; an endpoint may say anything. */
export const counted = (tokens: number | undefined): number | undefined =>
  tokens !== undefined && Number.isSafeInteger(tokens) && tokens > 0 ? tokens : undefined;
