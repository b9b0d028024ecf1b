import { z } from 'zod';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { ChatAnswer, ModelError } from '../../ports/model.ts';
import { bodyError } from './modelError.ts';

const Arguments = z.union([z.string(), z.record(z.string(), z.unknown())]);
const Call = z.looseObject({
  id: z.string().nullish(),
  function: z.looseObject({ name: z.string(), arguments: Arguments.nullish() }),
});
const Part = z.looseObject({ text: z.string().nullish() });
const Message = z.looseObject({
  content: z.union([z.string(), z.array(Part)]).nullish(),
  tool_calls: z.array(Call).nullish(),
  refusal: z.string().nullish(),
});
const tokens = z.number().int().min(0).catch(0);
const Usage = z.looseObject({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  prompt_tokens_details: z.looseObject({ cached_tokens: tokens }).nullish().catch(undefined),
});

/** The part of a chat completion that is read; servers add, leave out and null the rest as they like. */
const Completion = z.looseObject({
  model: z.string().nullish(),
  choices: z.array(z.looseObject({ finish_reason: z.string().nullish(), message: Message })).min(1),
  usage: Usage.nullish().catch(undefined),
});

const FINISH: Readonly<Record<string, ChatAnswer['finish']>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  tool_calls: 'calls',
  tool_use: 'calls',
  function_call: 'calls',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  content_filter: 'filtered',
  safety: 'filtered',
  refusal: 'filtered',
};

/** A 200 is not yet a completion: a proxy's page, an error object or half an answer are `malformed`. */
export function answerFrom(body: unknown, model: string): Result<ChatAnswer, ModelError> {
  const parsed = Completion.safeParse(body);
  if (!parsed.success)
    return err(bodyError(body) ?? { code: 'malformed', message: `not a chat completion: ${kindOf(body)}` });
  const { choices, usage, model: named } = parsed.data;
  const [choice] = choices;
  if (choice === undefined) return err({ code: 'malformed', message: 'a chat completion without a choice' });
  const { message, finish_reason: reason } = choice;
  const refused = typeof message.refusal === 'string' && message.refusal !== '';
  return ok({
    content: textOf(message.content),
    calls: (message.tool_calls ?? []).map((call) => ({
      id: call.id ?? '',
      name: call.function.name,
      arguments: argumentsOf(call.function.arguments),
    })),
    // A reason nobody knows may mean "broken off": it is not taken for a proper end.
    finish: refused ? 'filtered' : (FINISH[reason?.toLowerCase() ?? ''] ?? 'other'),
    model: named ?? model,
    promptTokens: usage?.prompt_tokens ?? 0,
    completionTokens: usage?.completion_tokens ?? 0,
    cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
  });
}

const textOf = (content: z.infer<typeof Message>['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('');

/** Some servers send the arguments as an object instead of as text; it means the same. */
const argumentsOf = (given: z.infer<typeof Arguments> | null | undefined): string =>
  typeof given === 'string' ? given : given === null || given === undefined ? '' : JSON.stringify(given);

function kindOf(body: unknown): string {
  if (typeof body === 'string') return /^\s*</.test(body) ? 'a web page or XML' : `text of ${body.length} characters`;
  if (typeof body !== 'object' || body === null) return String(body);
  const keys = Object.keys(body)
    .slice(0, 6)
    .map((key) => key.replace(/\W/g, '?').slice(0, 30));
  return `an object with ${keys.join(', ') || 'no fields'}`;
}
