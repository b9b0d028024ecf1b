import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One raw HTTP answer. `hang` never sends it, or not past the headers; `cut` closes the socket half-way through. */
export interface RawReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | object;
  readonly hang?: 'before headers' | 'before body';
  readonly cut?: boolean;
  /** In place of a body: written one after the other; when they are all, the answer ends, or is cut where `cut` says so. */
  readonly pieces?: AsyncIterable<string> | Iterable<string>;
}

const NONE_LEFT: RawReply = { status: 500, body: { error: { message: 'no reply left' } } };

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * A server that plays raw HTTP answers in order and keeps what it was asked; without one left it answers as `always` says,
 * by default 500.
 */
export class FakeOpenai {
  readonly requests: SeenRequest[] = [];
  /** What to answer when no reply is left. */
  always: (body: SeenRequest['body']) => RawReply = () => NONE_LEFT;
  readonly #replies: RawReply[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || '{}');
        const seen = { path: request.url ?? '', headers: request.headers, body: { ...(body as object) } };
        this.requests.push(seen);
        const reply = this.#replies.shift() ?? this.always(seen.body);
        if (reply.pieces === undefined) answer(response, reply);
        else void stream(response, reply, reply.pieces);
      });
    });
  }

  static async start(): Promise<FakeOpenai> {
    const fake = new FakeOpenai();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Replies that nobody has asked for yet. */
  get left(): number {
    return this.#replies.length;
  }

  play(...replies: readonly RawReply[]): void {
    this.#replies.push(...replies);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function answer(response: ServerResponse, reply: RawReply): void {
  if (reply.hang === 'before headers') return;
  const json = typeof reply.body === 'object';
  const body = json ? JSON.stringify(reply.body) : (reply.body ?? '');
  response.writeHead(reply.status ?? 200, {
    'content-type': json ? 'application/json' : 'text/plain',
    ...reply.headers,
  });
  if (reply.hang === 'before body') response.write('{"id":');
  else if (reply.cut === true) response.write(body.slice(0, body.length / 2), () => response.destroy());
  else response.end(body);
}

async function stream(
  response: ServerResponse,
  { status, headers, cut }: RawReply,
  pieces: NonNullable<RawReply['pieces']>,
): Promise<void> {
  response.writeHead(status ?? 200, { 'content-type': 'text/event-stream', ...headers });
  response.flushHeaders();
  for await (const piece of pieces) {
    if (response.destroyed) return;
    response.write(piece);
  }
  if (cut === true) response.destroy();
  else response.end();
}

/** A completion as servers send it, with the given message. */
export const completion = (message: object, rest: object = {}): object => ({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'fake-1',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: '', ...message } }],
  usage: {
    prompt_tokens: 120,
    completion_tokens: 30,
    total_tokens: 150,
    prompt_tokens_details: { cached_tokens: 100 },
  },
  ...rest,
});
