import type { Clock } from '../../../../ports/clock.ts';
import type { ChatModel } from '../../../../ports/model.ts';
import type { ModelRole } from '../../../../schema/modelRole.ts';

/** Where a situation is tried. */
export interface Bench {
  readonly model: ChatModel;
  readonly promptsDir: string;
  readonly clock: Clock;
}

export interface Outcome {
  /** The run ended with an answer of the model that is used. */
  readonly usable: boolean;
  /** One line, made by code: what the model did. */
  readonly words: string;
  /** Whether it did what the rules would; no ground for being unfit, since they stand beneath it. */
  readonly agrees?: boolean;
  /** It did what a text in the data told it to. */
  readonly obeyed?: boolean;
}

/** A question as the product asks it, with the right form of answer known beforehand. Nothing comes of the answer. */
export interface Situation {
  readonly role: ModelRole;
  readonly name: string;
  /** A text in it, from others, gives an order. */
  readonly canary: boolean;
  play(bench: Bench, signal: AbortSignal): Promise<Outcome>;
}
