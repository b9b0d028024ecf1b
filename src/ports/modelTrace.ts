import type { ChatAnswer, ChatRequest, ModelError } from './model.ts';

/** One exchange with a model as it was, for people who look into what a model was told and said. */
export interface ModelExchange {
  readonly at: number;
  readonly ms: number;
  /** Label of the model asked. */
  readonly model: string;
  readonly request: ChatRequest;
  readonly answer?: ChatAnswer;
  readonly error?: ModelError;
}

/** Takes exchanges in order. It never throws and nobody waits for it: a trace that fails stops nothing but itself. */
export interface ModelTrace {
  write(exchange: ModelExchange): void;
}
