import type { Result } from '../kernel/result.ts';

export interface ChatTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string; readonly calls: readonly ChatCall[] }
  | { readonly role: 'tool'; readonly callId: string; readonly content: string };

/** A call as the model wrote it: `arguments` is the raw text, never repaired. */
export interface ChatCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ChatTool[];
  /** Names of those that may be called now; absent: all. The others may still be told of, so that what is sent first stays the same. */
  readonly only?: readonly string[];
  readonly maxTokens: number;
  /** Whose exchange it is, for budgets and traces; no adapter sends it. `service` is `namespace/name`. */
  readonly about?: { readonly role: string; readonly service: string; readonly run: string };
}

export interface ChatAnswer {
  readonly content: string;
  readonly calls: readonly ChatCall[];
  /** `length` means cut: nothing in it may be used. */
  readonly finish: 'stop' | 'calls' | 'length' | 'filtered' | 'other';
  readonly model: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the prompt tokens, those the endpoint had already. */
  readonly cachedTokens: number;
  /** In the currency of the configured prices; absent where none are configured. */
  readonly cost?: number;
}

/** An answer while it is being written: raw, whole up to its last letters. For the eyes of a person and nothing else. */
export interface AnswerSoFar {
  readonly content: string;
  readonly calls: readonly ChatCall[];
}

/** Why a model gave no answer. The last two: our own side did not ask. */
export const MODEL_ERRORS = {
  unauthorised: 'The endpoint does not take the key: a person has to mend it.',
  badRequest: 'The endpoint does not take the request, or has no such model: a person has to mend it.',
  rateLimited: 'Too many requests for the endpoint: later may help.',
  unavailable: 'The endpoint cannot be reached or fails: later may help.',
  timeout: 'No whole answer in time: later may help.',
  malformed: 'The answer is no completion.',
  contextTooLong: 'More was asked than the model takes.',
  paused: 'Not asked: the endpoint failed lately, and is left alone for a while.',
  overBudget: "Not asked: this hour's tokens are spent.",
} as const;

export interface ModelError {
  readonly code: keyof typeof MODEL_ERRORS;
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** A model behind an OpenAI-compatible endpoint. One exchange; the loop is ours (agents/run.ts). */
export interface ChatModel {
  /** `<model> at <host>`, for records and pages; never a key. */
  readonly label: string;
  /**
   * `watch` is told what stands in the answer each time that some more was written, where the endpoint shows it: perhaps
   * never. What it was told may still come to nothing: the answer alone counts.
   */
  complete(
    request: ChatRequest,
    signal: AbortSignal,
    watch?: (soFar: AnswerSoFar) => void,
  ): Promise<Result<ChatAnswer, ModelError>>;
}
