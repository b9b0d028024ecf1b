import { ok, type Result } from '../../kernel/result.ts';
import type { ChatAnswer, ChatMessage, ChatModel, ChatRequest, ModelError } from '../../ports/model.ts';
import { type Order, orderIn, servicesIn } from './orders.ts';

/** Stands in for a chat's model where none is asked: a few orders in plain English, read by rules. */
export const PLAIN_WORDS = 'played words, not a model';

interface PlainCall {
  readonly name: string;
  readonly arguments: object;
}

const REASON = 'the operator asked for it in the chat';

/**
 * What a fair model would do with simple words, by rules: it looks first, asks for exactly what was said, and repeats what
 * it was answered. It is played: a conversation with it is no evidence of what a model would understand.
 */
export class PlainWords implements ChatModel {
  readonly label = PLAIN_WORDS;

  async complete({ messages }: ChatRequest): Promise<Result<ChatAnswer, ModelError>> {
    const at = messages.findLastIndex(({ role }) => role === 'user');
    const words = messages[at]?.content ?? '';
    const since = messages.slice(at + 1);
    const order = orderIn(words);
    if (since.length === 0) return answer([call('fairlead_overview', {})]);
    const asked = since.filter(({ role }) => role === 'assistant').length;
    const told = since.filter(({ role }) => role === 'tool').map(({ content }) => unfenced(content));
    if (asked > 1) return answer([call('reply', { text: told.slice(1).join('\n\n') })]);
    const services = servicesIn(told[0] ?? '');
    return answer(callsFor(order, services, words, messages.slice(0, at)));
  }
}

function callsFor(
  order: Order,
  services: readonly string[],
  words: string,
  before: readonly ChatMessage[],
): readonly PlainCall[] {
  const named = namedIn(words, services);
  const earlier = before.filter(({ role }) => role === 'user').findLast(({ content }) => namedIn(content, services)[0]);
  const meant = IT.test(words)
    ? [namedIn(earlier?.content ?? '', services), services.length === 1 ? services : []]
    : [];
  const about = [named, ...meant].find((found) => found.length > 0);
  if (about === undefined) {
    if (order.kind === 'question') return [call('reply', { text: services.join(', ') || 'no service is governed' })];
    return [call('reply', { text: `Which service do you mean by "${words}"? There are ${services.join(', ')}.` })];
  }
  if (order.kind === 'question') return about.slice(0, 3).map((service) => call('fairlead_service', { service }));
  return about.map((service) => {
    const replicas = order.operation === 'scale' ? { replicas: numberFor(service, words) ?? order.replicas } : {};
    return call('fairlead_propose', { service, operation: order.operation, ...replicas, reason: REASON });
  });
}

/** What was spoken of before, or the only one there is. */
const IT = /\b(?:it|that|this|them)\b/i;

const nameOf = (service: string): string => service.split('/')[1] ?? service;

/** In the order in which they are spoken of. */
function namedIn(words: string, services: readonly string[]): readonly string[] {
  const place = (service: string): number => words.search(new RegExp(`(?<![\\w-])${nameOf(service)}(?![\\w-])`, 'i'));
  return services.filter((service) => place(service) >= 0).toSorted((a, b) => place(a) - place(b));
}

/** Of `storefront to 4 and checkout to 5`, each one's own. */
function numberFor(service: string, words: string): number | undefined {
  const found = new RegExp(`(?<![\\w-])${nameOf(service)}(?![\\w-])\\D*?(-?\\d+)`, 'i').exec(words)?.[1];
  return found === undefined ? undefined : Number(found);
}

const unfenced = (text: string): string => text.replace(/^<data from="[^"]*">\n|\n<\/data>/g, '');

const call = (name: string, args: object): PlainCall => ({ name, arguments: args });

const answer = (calls: readonly PlainCall[]): Result<ChatAnswer, ModelError> =>
  ok({
    content: '',
    calls: calls.map(({ name, arguments: args }, n) => ({ id: `call_${n}`, name, arguments: JSON.stringify(args) })),
    finish: 'calls',
    model: PLAIN_WORDS,
    promptTokens: 0,
    completionTokens: 0,
    cachedTokens: 0,
  });
