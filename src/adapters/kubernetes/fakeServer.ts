import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

export type Answer = (asked: Asked, response: http.ServerResponse, nth: number) => void;

/** An HTTP server that answers as a test says, a kubeconfig for it, and all that was asked of it. For tests of this folder. */
export class FakeServer {
  readonly asked: Asked[] = [];
  readonly folder = mkdtempSync(path.join(tmpdir(), 'fairlead-kube-'));
  answer: Answer = (_, response) => FakeServer.json(response, 500, { message: 'the test set no answer' });
  readonly #server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = {
        method: request.method ?? '',
        url: request.url ?? '',
        authorization: request.headers.authorization,
        contentType: request.headers['content-type'],
        body: Buffer.concat(chunks).toString(),
      };
      this.asked.push(asked);
      this.answer(asked, response, this.asked.length);
    });
  });

  static json(
    response: http.ServerResponse,
    status: number,
    body: unknown,
    headers: http.OutgoingHttpHeaders = {},
  ): void {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** A kubeconfig whose one user is as given. */
  kubeconfig(user: object = {}, more: { readonly namespace?: string; readonly server?: string } = {}): string {
    return this.write(
      'kubeconfig',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c', cluster: { server: more.server ?? this.origin } }],
        users: [{ name: 'u', user }],
        contexts: [
          { name: 'x', context: { cluster: 'c', user: 'u', ...(more.namespace ? { namespace: more.namespace } : {}) } },
        ],
        'current-context': 'x',
      }),
    );
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
