import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../ports/clock.ts';
import { isObject } from '../loose.ts';
import type { Turn } from '../turn.ts';
import { CHAT_CALLS } from './chatCall.ts';
import { AGENT_CALLS } from './productCall.ts';
import { type Asker, replyFor } from './reply.ts';
import { ScriptedTurns } from './scriptedTurns.ts';
import type { RealWork } from './work.ts';

export interface ScriptedServerOptions {
  readonly turns: readonly Turn[];
  /** A request consumes a turn only if its messages contain one of these texts. */
  readonly about: readonly string[];
  /** Of the run: a hanging answer waits on it. */
  readonly clock: Clock;
  readonly work: RealWork;
}

/** A played OpenAI-compatible server over real HTTP. */
export class ScriptedServer {
  /** Requests so far. */
  asked = 0;
  readonly #server: Server;
  readonly #turns: ScriptedTurns;
  readonly #options: ScriptedServerOptions;
  readonly #stop = new AbortController();

  private constructor(options: ScriptedServerOptions) {
    this.#options = options;
    this.#turns = new ScriptedTurns(options.turns);
    this.#server = createServer((request, response) => this.#receive(request, response));
  }

  static async start(options: ScriptedServerOptions): Promise<ScriptedServer> {
    const server = new ScriptedServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    response.on('error', () => undefined);
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.asked += 1;
      const key = (request.headers.authorization ?? '').replace(/^Bearer /, '');
      this.#answer(Buffer.concat(chunks).toString(), key, response);
    });
  }

  #answer(text: string, key: string, response: ServerResponse): void {
    const body = parsed(text);
    const asked = JSON.stringify(body['messages'] ?? '');
    const isAbout = this.#options.about.some((words) => asked.includes(JSON.stringify(words).slice(1, -1)));
    const turn = isAbout ? this.#turns.take() : { say: filler(body) };
    const asker = { key, ordinal: this.asked, rendering: isChat(body) ? CHAT_CALLS : AGENT_CALLS };
    const reply = replyFor(turn, asker);
    switch (reply.kind) {
      case 'send':
        response.writeHead(reply.status, reply.headers).end(reply.body);
        return;
      case 'cut':
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write(reply.body, () => response.destroy());
        return;
      case 'hang':
        this.#hang(response, reply.seconds, asker);
    }
  }

  #hang(response: ServerResponse, seconds: number | undefined, asker: Asker): void {
    const unpark = this.#options.work.park();
    response.on('close', unpark);
    if (seconds === undefined) return;
    void this.#options.clock.sleep(seconds * 1000, this.#stop.signal).then(() => {
      unpark();
      const reply = replyFor({ say: 'done' }, asker);
      if (reply.kind === 'send' && !response.destroyed) response.writeHead(reply.status, reply.headers).end(reply.body);
    });
  }
}

/** A chat is offered the tools of the MCP server. */
const isChat = (body: Record<string, unknown>): boolean =>
  JSON.stringify(body['tools'] ?? '').includes('"name":"fairlead_');

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** For requests that are not about the scenario: the smallest instance of a demanded schema, else `ok`. */
function filler(body: Record<string, unknown>): string {
  const format = body['response_format'];
  const asked = isObject(format) ? format['json_schema'] : undefined;
  const schema = isObject(asked) ? asked['schema'] : undefined;
  return schema === undefined ? 'ok' : JSON.stringify(smallest(schema));
}

function smallest(schema: unknown): unknown {
  if (!isObject(schema)) return {};
  if (schema['const'] !== undefined) return schema['const'];
  const [choice] = Array.isArray(schema['enum']) ? schema['enum'] : [];
  if (choice !== undefined) return choice;
  switch (schema['type']) {
    case 'object': {
      const properties = isObject(schema['properties']) ? schema['properties'] : {};
      const required = Array.isArray(schema['required']) ? schema['required'] : [];
      return Object.fromEntries(required.map((name) => [String(name), smallest(properties[String(name)])]));
    }
    case 'array':
      return [];
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0;
    case 'boolean':
      return false;
    case 'string':
      return '';
    default:
      return null;
  }
}
