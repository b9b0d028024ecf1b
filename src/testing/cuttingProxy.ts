import http from 'node:http';
import https from 'node:https';

/**
 * What happens to one request.
 *
 * - `refused`: its connection breaks; nothing reaches the server.
 * - `lost`: it reaches the server; the connection breaks instead of an answer.
 * - `halved`: it reaches the server; the answer breaks off in the middle of its body.
 * - `silent`: it reaches the server; no answer comes until the client gives up.
 * - `late`: it reaches the server `ms` later than sent.
 * - `repeated`: it reaches the server twice, one after the other; the second answer comes back.
 * - `echoed`: the answer comes back twice over the same connection.
 */
export type Fault =
  | { readonly what: 'refused' | 'lost' | 'halved' | 'silent' | 'repeated' | 'echoed' }
  | { readonly what: 'late'; readonly ms: number };

export interface Forwarded {
  readonly method: string;
  readonly path: string;
}

type Matches = (request: Forwarded) => boolean;

interface Answered {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * A bad network in front of an API server: an HTTP proxy on the loopback that breaks single requests on command and passes
 * the others, watches included, as they are.
 */
export class CuttingProxy {
  /** Every request that reached the server, in order. */
  readonly forwarded: Forwarded[] = [];
  readonly #target: URL;
  readonly #ca: string | undefined;
  readonly #server: http.Server;
  readonly #faults: { readonly fault: Fault; readonly matches: Matches }[] = [];
  readonly #upstream = new Set<http.ClientRequest>();

  private constructor(target: URL, ca: string | undefined) {
    this.#target = target;
    this.#ca = ca;
    this.#server = http.createServer((request, response) => {
      void this.#handle(request, response).catch(() => response.destroy());
    });
  }

  /** `ca`: PEM of the authority that signed an https server's certificate. */
  static async start(server: string, ca?: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(new URL(server), ca);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** The kubeconfig with every way to the server led through the proxy. */
  kubeconfig(text: string): string {
    return text.replaceAll(this.#target.origin, this.origin);
  }

  /** Breaks the next request that matches. */
  next(fault: Fault, matches: Matches = () => true): void {
    this.#faults.push({ fault, matches });
  }

  /** Breaks every connection that is open now; new ones are served as before. */
  cut(): void {
    this.#server.closeAllConnections();
    for (const request of this.#upstream) request.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const asked = { method: request.method ?? 'GET', path: request.url ?? '/' };
    const body = await wholeOf(request);
    const fault = this.#take(asked);
    const send = (): Promise<http.IncomingMessage> => this.#send(asked, request.headers, body, response);
    switch (fault?.what) {
      case 'refused':
        response.destroy();
        return;
      case 'lost':
        await answerOf(await send());
        response.destroy();
        return;
      case 'silent':
        await answerOf(await send());
        return;
      case 'halved':
        return halve(await answerOf(await send()), response);
      case 'echoed':
        return echo(await answerOf(await send()), response);
      case 'repeated':
        await answerOf(await send());
        break;
      case 'late':
        await new Promise((resolve) => setTimeout(resolve, fault.ms));
        break;
      case undefined:
        break;
    }
    const answer = await send();
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  }

  #take(asked: Forwarded): Fault | undefined {
    const at = this.#faults.findIndex(({ matches }) => matches(asked));
    return at === -1 ? undefined : this.#faults.splice(at, 1)[0]?.fault;
  }

  #send(
    { method, path }: Forwarded,
    headers: http.IncomingHttpHeaders,
    body: Buffer,
    response: http.ServerResponse,
  ): Promise<http.IncomingMessage> {
    this.forwarded.push({ method, path });
    const secure = this.#target.protocol === 'https:';
    const { connection: _, host: __, ...kept } = headers;
    const request = (secure ? https : http).request({
      hostname: this.#target.hostname,
      port: this.#target.port,
      path,
      method,
      headers: kept,
      agent: false,
      ...(this.#ca === undefined ? {} : { ca: this.#ca }),
    });
    this.#upstream.add(request);
    request.on('close', () => this.#upstream.delete(request));
    response.on('close', () => request.destroy());
    return new Promise((resolve, reject) => {
      request.once('response', resolve);
      request.on('error', reject);
      request.end(body);
    });
  }
}

async function wholeOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function answerOf(message: http.IncomingMessage): Promise<Answered> {
  return { status: message.statusCode ?? 502, headers: message.headers, body: await wholeOf(message) };
}

function halve({ status, headers, body }: Answered, response: http.ServerResponse): void {
  const { 'transfer-encoding': _, ...kept } = headers;
  response.writeHead(status, { ...kept, 'content-length': body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

/** Two answers to one request, in one piece: the second must never be taken for the answer to the next request. */
function echo({ status, body }: Answered, response: http.ServerResponse): void {
  const head = `HTTP/1.1 ${status} Echoed\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const answer = Buffer.concat([Buffer.from(head), body]);
  response.socket?.write(Buffer.concat([answer, answer]));
}
