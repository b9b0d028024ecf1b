import { z } from 'zod';
import type { AnswerSoFar } from '../../ports/model.ts';

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
  error: z.unknown().optional(),
});

interface OpenCall {
  readonly index: number;
  readonly id: string;
  name: string;
  arguments: string;
}

export const looksLikeEvents = (body: unknown): body is string =>
  typeof body === 'string' && /^\s*(?:data|event|id|retry)?:/.test(body);

/** The completion that a whole stream holds; see `EventStream`. */
export function completionFromEvents(body: string): object | undefined {
  const stream = new EventStream();
  stream.add(body);
  return stream.end();
}

/**
 * Puts the pieces of a streamed answer together as the completion they are pieces of. Chunks without a choice or a delta
 * (filter results) say nothing; a new id begins a new call even at an index that is taken, since some bridges number every
 * call 0. Nothing is guessed: pieces that fit nowhere make the whole thing no completion.
 */
export class EventStream {
  readonly #calls: OpenCall[] = [];
  #content = '';
  #refusal = '';
  #finish: string | null = null;
  #model: string | undefined;
  #usage: unknown;
  #error: unknown;
  /** Of a line whose end did not come yet. */
  #rest = '';
  #isSound = true;
  #isDone = false;

  /** The end was announced: what comes after it, if anything ever does, is no part of the answer. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Characters in it so far. */
  get size(): number {
    return this.#calls.reduce((sum, { arguments: args }) => sum + args.length, this.#content.length);
  }

  get soFar(): AnswerSoFar {
    return {
      content: this.#content,
      calls: this.#calls.map(({ id, name, arguments: args }) => ({ id, name, arguments: args })),
    };
  }

  /** Some more of the stream, cut anywhere. */
  add(text: string): void {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  /** No more comes. Undefined: it is no completion. One that ended early has no reason why it ended. */
  end(): object | undefined {
    this.#line(this.#rest);
    this.#rest = '';
    if (!this.#isSound) return undefined;
    if (this.#error !== undefined) return { error: this.#error };
    const tool_calls = this.#calls.map(({ id, name, arguments: args }) => ({
      id,
      function: { name, arguments: args },
    }));
    const message = { content: this.#content, refusal: this.#refusal, tool_calls };
    return { model: this.#model, usage: this.#usage, choices: [{ finish_reason: this.#finish, message }] };
  }

  #line(line: string): void {
    const data = /^data:(.*)$/.exec(line.replace(/\r$/, ''))?.[1]?.trim() ?? '';
    if (data === '' || this.#isDone || !this.#isSound) return;
    if (data === '[DONE]') this.#isDone = true;
    else this.#isSound = this.#take(Chunk.safeParse(parsed(data)));
  }

  /** False for a chunk that fits nowhere. */
  #take(read: ReturnType<(typeof Chunk)['safeParse']>): boolean {
    if (!read.success) return false;
    const { model, usage, error, choices } = read.data;
    this.#model = model || this.#model;
    this.#usage = usage ?? this.#usage;
    this.#error = error ?? this.#error;
    for (const { index, delta, finish_reason } of choices ?? []) {
      if ((index ?? 0) !== 0) continue;
      this.#finish = finish_reason ?? this.#finish;
      this.#content += delta?.content ?? '';
      this.#refusal += delta?.refusal ?? '';
      if (!(delta?.tool_calls ?? []).every((piece) => add(this.#calls, piece))) return false;
    }
    return true;
  }
}

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
