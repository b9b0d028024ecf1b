import type { ChatAnswer, ChatRequest } from '../../ports/model.ts';

/** Prices per million tokens, in a currency that only people know. */
export interface ModelPrices {
  readonly prompt: number;
  readonly cached: number;
  readonly completion: number;
}

export interface TokenCount {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
}

/** Rough size of what is sent: characters / 4. */
export function promptSize({ messages, tools }: ChatRequest): number {
  const said = messages.reduce((sum, message) => {
    const calls = message.role === 'assistant' ? JSON.stringify(message.calls).length : 0;
    return sum + message.content.length + calls;
  }, 0);
  return Math.ceil((said + JSON.stringify(tools).length) / 4);
}

/** What an endpoint reports, where it can be true; else estimated, so that limits hold there too. */
export function tokensOf(request: ChatRequest, answer: ChatAnswer): TokenCount {
  const promptTokens = possible(answer.promptTokens) ?? promptSize(request);
  const written = answer.content.length + answer.calls.reduce((sum, call) => sum + call.arguments.length + 20, 0);
  return {
    promptTokens,
    completionTokens: possible(answer.completionTokens) ?? Math.ceil(written / 4),
    cachedTokens: Math.min(promptTokens, possible(answer.cachedTokens) ?? 0),
  };
}

export const costOf = ({ promptTokens, completionTokens, cachedTokens }: TokenCount, prices: ModelPrices): number =>
  ((promptTokens - cachedTokens) * prices.prompt +
    cachedTokens * prices.cached +
    completionTokens * prices.completion) /
  1_000_000;

/** A number of tokens that can be one; an endpoint may say anything. */
const possible = (tokens: number): number | undefined =>
  Number.isSafeInteger(tokens) && tokens > 0 && tokens < 100_000_000 ? tokens : undefined;
