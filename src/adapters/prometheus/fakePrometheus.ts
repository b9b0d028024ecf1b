import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Series } from './answer.ts';

export interface Question {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
}

/** What a question is answered with: HTTP status and body, or nothing at all. */
export type Reply = { readonly status: number; readonly body: unknown } | 'hang' | 'drop';

/** The query API of a Prometheus that answers as a test says, and all that was asked. For tests of this folder. */
export class FakePrometheus {
  readonly asked: Question[] = [];
  answer: (question: Question, nth: number) => Reply = () => vector([]);
  readonly #server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const question = { path: request.url ?? '', authorization: request.headers.authorization, form };
      this.asked.push(question);
      const reply = this.answer(question, this.asked.length);
      if (reply === 'hang') return;
      if (reply === 'drop') return void request.socket.destroy();
      response.writeHead(reply.status, { 'content-type': 'application/json' });
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  queries(): string[] {
    return this.asked.map(({ form }) => form.get('query') ?? '');
  }
}

/** Of an instant question asked at `at` (ms). */
export const vector = (
  values: readonly (readonly [Series['labels'], number | string])[],
  more: Readonly<Record<string, unknown>> = {},
  at = 0,
): Reply => ({
  status: 200,
  body: {
    status: 'success',
    data: {
      resultType: 'vector',
      result: values.map(([metric, value]) => ({
        metric,
        value: [at / 1000, String(value).replace('Infinity', '+Inf')],
      })),
    },
    ...more,
  },
});

export const refusal = (status: number, errorType: string, error: string): Reply => ({
  status,
  body: { status: 'error', errorType, error },
});
