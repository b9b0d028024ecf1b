import { inForm } from '../../agents/answer/inForm.ts';
import { costOf, type ModelPrices, tokensOf } from '../../agents/model/tokenCount.ts';
import { ROLES } from '../../agents/roles/roles.ts';
import { err, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ChatAnswer, ChatModel, ChatRequest, ModelError } from '../../ports/model.ts';
import { MODEL_ROLES } from '../../schema/modelRole.ts';
import { type RoleTallies, tallyIn } from './roleTally.ts';

export interface ModelUnderTest {
  readonly model: ChatModel;
  /** Without an address: it goes into reports. */
  readonly name: string;
  readonly prices?: ModelPrices;
}

interface Counting {
  readonly clock: Clock;
  /** From then on it is not asked any more, and an exchange under way is ended. */
  readonly stop: AbortSignal;
}

/** Counts the exchanges of one run by role. `last` is told how the newest exchange of each decision ended. */
export class CountedModel implements ChatModel {
  readonly label: string;
  readonly #given: ModelUnderTest;
  readonly #tallies: RoleTallies;
  readonly #last: Map<string, 'answered' | 'failed'>;
  readonly #counting: Counting;

  constructor(
    given: ModelUnderTest,
    tallies: RoleTallies,
    last: Map<string, 'answered' | 'failed'>,
    counting: Counting,
  ) {
    this.label = given.model.label;
    this.#given = given;
    this.#tallies = tallies;
    this.#last = last;
    this.#counting = counting;
  }

  async complete(request: ChatRequest, signal: AbortSignal): Promise<Result<ChatAnswer, ModelError>> {
    const { clock, stop } = this.#counting;
    if (stop.aborted) return err({ code: 'timeout', message: 'the evaluation is over' });
    const began = clock.now();
    const result = await this.#given.model.complete(request, AbortSignal.any([signal, stop]));
    this.#count(request, result, (clock.now() - began) / 1000);
    return result;
  }

  #count(request: ChatRequest, result: Result<ChatAnswer, ModelError>, seconds: number): void {
    const role = MODEL_ROLES.find((known) => known === request.about?.role);
    if (role === undefined) return;
    const tally = tallyIn(this.#tallies, role);
    tally.exchanges += 1;
    tally.seconds += seconds;
    this.#last.set(`${role} ${request.about?.run}`, result.ok ? 'answered' : 'failed');
    if (!result.ok) return;
    const { prices } = this.#given;
    const tokens = tokensOf(request, result.value);
    const head = ROLES.find(({ id }) => id === role);
    tally.answers += 1;
    if (inForm(result.value, [...(head?.tools ?? []), ...(head?.answers ?? [])])) tally.inForm += 1;
    tally.promptTokens += tokens.promptTokens;
    tally.cachedTokens += tokens.cachedTokens;
    tally.completionTokens += tokens.completionTokens;
    if (prices !== undefined) tally.cost += costOf(tokens, prices);
  }
}
