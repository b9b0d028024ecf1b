import { isObject } from '../loose.ts';
import type { Turn } from '../turn.ts';
import type { Rendering } from './rendering.ts';
import { expanded } from './scriptedTurns.ts';

/** What a played server does with one request. */
export type ServerReply =
  | { readonly kind: 'send'; readonly status: number; readonly headers: Record<string, string>; readonly body: string }
  /** Sends the beginning and breaks the connection. */
  | { readonly kind: 'cut'; readonly body: string }
  /** Answers after so many virtual seconds, or never. */
  | { readonly kind: 'hang'; readonly seconds: number | undefined };

interface ToolCall {
  readonly name: string;
  /** As it goes over the wire: text, or an object where a server sends one. */
  readonly arguments: unknown;
  readonly omitId?: boolean;
}

/** Who asked: the bearer token the product sent, how calls are written for it, and the number of the request. */
export interface Asker {
  readonly key: string;
  readonly ordinal: number;
  readonly rendering: Rendering;
}

export function replyFor(turn: Turn, asker: Asker): ServerReply {
  const { key, ordinal, rendering } = asker;
  const text = (value: unknown): string => String(expanded(value, key) ?? '');
  if (turn.say !== undefined) return message({ content: text(turn.say) }, ordinal);
  if (turn.call !== undefined) {
    const calls = turn.call.map(({ operation, args }) => {
      const call = rendering.call(operation, expanded(args, key));
      return { name: call.name, arguments: JSON.stringify(call.args) };
    });
    return message({ calls }, ordinal);
  }
  if (turn.raw_call !== undefined) return message({ calls: [rawCall(turn.raw_call, asker)] }, ordinal);
  if (turn.empty !== undefined) return message({ content: '' }, ordinal);
  if (turn.finish !== undefined) return finished(turn.finish, asker);
  if (turn.hang !== undefined) return { kind: 'hang', seconds: secondsOf(turn.hang) };
  const http = turn.http ?? turn.http_forever;
  if (http !== undefined) return rawHttp(http, key);
  if (turn.stream_cut !== undefined) return cutShort(turn.stream_cut, asker);
  return stream(turn, asker);
}

function secondsOf(said: Readonly<Record<string, unknown>>): number | undefined {
  const seconds = said['seconds'] ?? said['hang_seconds'] ?? said['for_seconds'];
  return typeof seconds === 'number' ? seconds : undefined;
}

function rawCall(said: Readonly<Record<string, unknown>>, { key, rendering }: Asker): ToolCall {
  const given = said['arguments_object'];
  const operation = String(said['operation'] ?? said['name'] ?? '');
  const object = given === undefined ? undefined : rendering.call(operation, expanded(given, key));
  const raw = rendering.raw(operation, rawArguments(said['arguments_raw'], key));
  return {
    name: object?.name ?? raw.name,
    arguments: object === undefined ? raw.text : object.args,
    ...(said['omit_id'] === true && { omitId: true }),
  };
}

function rawArguments(said: unknown, key: string): string {
  const value = expanded(said ?? '', key);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

interface Words {
  readonly content?: string;
  readonly calls?: readonly ToolCall[];
  readonly finish?: string;
}

const message = (words: Words, ordinal: number): ServerReply => json(completion(words, ordinal));
const json = (body: object, status = 200): ServerReply => ({
  kind: 'send',
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function completion({ content = '', calls = [], finish }: Words, ordinal: number): object {
  const toolCalls = calls.map((call, index) => ({
    ...(call.omitId ? {} : { id: `call_${ordinal}_${index}` }),
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }));
  const said = { role: 'assistant', content, ...(toolCalls.length > 0 && { tool_calls: toolCalls }) };
  const reason = finish ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop');
  return {
    id: `chatcmpl-${ordinal}`,
    object: 'chat.completion',
    created: 1,
    model: 'scripted',
    choices: [{ index: 0, finish_reason: reason, message: said }],
    usage: { prompt_tokens: 400, completion_tokens: 40, total_tokens: 440 },
  };
}

/** `{reason, say | call | raw_call}`: an ordinary answer with another end, cut in the middle of its arguments for `length`. */
function finished(said: Readonly<Record<string, unknown>>, asker: Asker): ServerReply {
  const { key, ordinal } = asker;
  const reason = String(said['reason'] ?? said['finish_reason'] ?? 'length');
  const content = said['say'] ?? said['content'] ?? said['text'] ?? '';
  return message({ content: String(expanded(content, key)), calls: callsIn(said, asker), finish: reason }, ordinal);
}

function callsIn(said: Readonly<Record<string, unknown>>, asker: Asker): ToolCall[] {
  const { call, raw_call: raw } = said;
  if (isObject(raw)) return [rawCall(raw, asker)];
  const calls = Array.isArray(call) ? call : isObject(call) ? [call] : [];
  return calls.filter(isObject).map(({ operation, args }) => {
    const mapped = asker.rendering.call(String(operation), expanded(args, asker.key));
    return { name: mapped.name, arguments: JSON.stringify(mapped.args) };
  });
}

function rawHttp(said: Readonly<Record<string, unknown>>, key: string): ServerReply {
  const { status = 500, body = { error: { message: 'as scripted' } }, headers, content_type: type } = said;
  const sent = expanded(body, key);
  const given = isObject(headers) ? Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, String(v)])) : {};
  const retry = said['retry_after'] ?? said['retry_after_seconds'];
  return {
    kind: 'send',
    status: Number(status),
    headers: {
      'content-type': String(type ?? (typeof sent === 'string' ? 'text/plain' : 'application/json')),
      ...(retry === undefined ? {} : { 'retry-after': String(retry) }),
      ...given,
    },
    body: typeof sent === 'string' ? sent : JSON.stringify(sent),
  };
}

/** The product asks for whole answers: a stream that breaks is an answer that breaks. */
function cutShort(said: Readonly<Record<string, unknown>>, asker: Asker): ServerReply {
  const text = JSON.stringify(completion(partsOf(said, asker), asker.ordinal));
  return { kind: 'cut', body: text.slice(0, Math.ceil(text.length * 0.6)) };
}

function partsOf(said: Readonly<Record<string, unknown>>, asker: Asker): Words {
  const calls = callsIn(said, asker);
  if (calls.length > 0) return { calls };
  if (said['operation'] !== undefined) return { calls: [rawCall(said, asker)] };
  return { content: String(expanded(said['say'] ?? said['content'] ?? 'a part of', asker.key)) };
}

/** A server that streams although it was not asked to, and ends with an error, or without its end mark. */
function stream(turn: Turn, asker: Asker): ServerReply {
  const { ordinal } = asker;
  const said = turn.stream_error ?? turn.stream_no_done ?? {};
  const { content = '', calls = [] } = partsOf(said, asker);
  const chunk = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({
      id: `chatcmpl-${ordinal}`,
      object: 'chat.completion.chunk',
      created: 1,
      model: 'scripted',
      choices: [{ index: 0, delta, finish_reason: finish }],
    })}\n\n`;
  const deltas = calls.map((call, index) => ({
    index,
    id: `call_${ordinal}_${index}`,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  }));
  const first = chunk({ role: 'assistant', content, ...(deltas.length > 0 && { tool_calls: deltas }) }, null);
  const last =
    turn.stream_error === undefined
      ? chunk({}, calls.length > 0 ? 'tool_calls' : 'stop')
      : `data: ${JSON.stringify({ error: { message: String(said['message'] ?? 'as scripted'), code: 500 } })}\n\n`;
  return { kind: 'send', status: 200, headers: { 'content-type': 'text/event-stream' }, body: first + last };
}
