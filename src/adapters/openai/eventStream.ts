import { z } from 'zod';

const Piece = z.looseObject({
  index: z.int().min(0).nullish(),
  id: z.string().nullish(),
  function: z.looseObject({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});
const Delta = z.looseObject({
  content: z.string().nullish(),
  refusal: z.string().nullish(),
  tool_calls: z.array(Piece).nullish(),
});
const Chunk = z.looseObject({
  model: z.string().nullish(),
  choices: z
    .array(z.looseObject({ index: z.int().nullish(), delta: Delta.nullish(), finish_reason: z.string().nullish() }))
    .nullish(),
  usage: z.unknown().optional(),
});

interface OpenCall {
  readonly index: number;
  readonly id: string;
  name: string;
  arguments: string;
}

export const looksLikeEvents = (body: unknown): body is string => typeof body === 'string' && /^\s*data:/.test(body);

/**
 * Some gateways stream although no stream was asked for. Puts the pieces together as the completion they are pieces of,
 * or undefined when that cannot be done without guessing. Chunks without a choice or a delta (filter results) say
 * nothing; a new id begins a new call even at an index that is taken, since some bridges number every call 0.
 */
export function completionFromEvents(body: string): object | undefined {
  const message = { content: '', refusal: '', calls: [] as OpenCall[] };
  let finish: string | null = null;
  let model: string | undefined;
  let usage: unknown;
  for (const data of dataOf(body)) {
    const chunk = Chunk.safeParse(parsed(data));
    if (!chunk.success) return undefined;
    model = chunk.data.model || model;
    usage = chunk.data.usage ?? usage;
    for (const { index, delta, finish_reason } of chunk.data.choices ?? []) {
      if ((index ?? 0) !== 0) continue;
      finish = finish_reason ?? finish;
      message.content += delta?.content ?? '';
      message.refusal += delta?.refusal ?? '';
      if (!(delta?.tool_calls ?? []).every((piece) => add(message.calls, piece))) return undefined;
    }
  }
  const { content, refusal, calls } = message;
  const tool_calls = calls.map((call) => ({ id: call.id, function: { name: call.name, arguments: call.arguments } }));
  return { model, usage, choices: [{ finish_reason: finish, message: { content, refusal, tool_calls } }] };
}

const dataOf = (body: string): string[] =>
  body
    .split(/\r?\n/)
    .map((line) => /^data:(.*)$/.exec(line)?.[1]?.trim() ?? '')
    .filter((data) => data !== '' && data !== '[DONE]');

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** False for a piece that belongs to no call. */
function add(calls: OpenCall[], piece: z.infer<typeof Piece>): boolean {
  const index = piece.index ?? 0;
  const id = piece.id ?? '';
  const name = piece.function?.name ?? '';
  const open = calls.findLast((call) => (id === '' ? call.index === index : call.id === id && call.index === index));
  if (open === undefined) {
    if (name === '') return false;
    calls.push({ index, id, name, arguments: piece.function?.arguments ?? '' });
    return true;
  }
  if (name !== '' && name !== open.name) return false;
  open.arguments += piece.function?.arguments ?? '';
  return true;
}
