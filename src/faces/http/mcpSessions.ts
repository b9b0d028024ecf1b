import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { isInitializeRequest, isJSONRPCRequest, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { Gatekeeper } from '../../gateway/people/gatekeeper.ts';
import type { Identity } from '../../gateway/people/identity.ts';
import { newSecret } from '../../gateway/people/secrets.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { rpcProblem } from './mcpMessage.ts';
import { watchedBody } from './watchedBody.ts';

const MOST_SESSIONS = 256;
const MOST_OF_ONE = 32;
/** Answers that one person waits for at a time. */
const MOST_OPEN = 16;
const IDLE_MS = 30 * 60_000;
const LOOK_EVERY_MS = 5_000;

export interface McpAsker {
  readonly who: Identity;
  /** The token's secret: an open stream ends when it is worth nothing any more. */
  readonly token: string;
}

interface Session {
  readonly id: string;
  readonly owner: string;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly server: Server;
  token: string;
  seenAt: number;
  /** Streams that a client holds open. */
  streams: number;
}

interface Parts {
  /** A server of its own for every session; it finds out who calls by `identityIn`. */
  readonly open: () => Server;
  readonly keeper: Gatekeeper;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who made the request, as the guard found out. */
export function identityIn(auth: AuthInfo | undefined): Identity {
  const who = auth?.extra?.['identity'];
  if (who === undefined) throw new Error('an MCP request of nobody');
  return who as Identity;
}

/**
 * MCP over Streamable HTTP. A session is one client's; it is of use to nobody but the person who opened it, whoever knows its
 * id, and carries no right: every request is let in by its own token. Sessions are bounded in number and end when idle.
 */
export class McpSessions {
  readonly #parts: Parts;
  readonly #sessions = new Map<string, Session>();
  readonly #waiting = new Map<string, number>();
  readonly #end = new AbortController();
  #isWatching = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** `messages` is the body as it was read, undefined where there is none. */
  async answer(request: Request, asker: McpAsker, messages: unknown): Promise<Response> {
    if (this.#end.signal.aborted) return rpcProblem(503, -32000, 'the gateway is closing');
    const id = request.headers.get('mcp-session-id');
    if (id === null && isInitializeRequest(messages)) return this.#begin(request, asker, messages);
    if (id === null)
      return rpcProblem(400, -32000, 'send initialize first, then its Mcp-Session-Id with every request');
    const session = this.#sessions.get(id);
    if (session === undefined || session.owner !== asker.who.name) {
      return rpcProblem(404, -32001, 'there is no such session (any more): send initialize again');
    }
    session.seenAt = this.#parts.clock.now();
    session.token = asker.token;
    return this.#within(session, request, asker, messages);
  }

  close(): Promise<void> {
    this.#end.abort();
    return this.endAll();
  }

  /** Clients begin anew with their next request. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => this.#drop(session)));
  }

  async #begin(request: Request, asker: McpAsker, messages: unknown): Promise<Response> {
    await this.#makeRoom(asker.who.name);
    const { clock } = this.#parts;
    const id = newSecret();
    const server = this.#parts.open();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessionclosed: () => void this.#sessions.delete(id),
    });
    const own = { id, owner: asker.who.name, token: asker.token, seenAt: clock.now(), streams: 0 };
    const session: Session = { ...own, transport, server };
    this.#sessions.set(id, session);
    await server.connect(transport);
    this.#watch();
    const response = await this.#within(session, request, asker, messages);
    if (!response.ok) await this.#drop(session);
    return response;
  }

  async #within(session: Session, request: Request, { who }: McpAsker, messages: unknown): Promise<Response> {
    const isPost = request.method === 'POST';
    if (isPost && (this.#waiting.get(who.name) ?? 0) >= MOST_OPEN) {
      return rpcProblem(429, -32000, `${MOST_OPEN} answers are waited for already: wait for one of them`);
    }
    // Counted before anything is waited for, so that many at once are no way around it.
    if (isPost) this.#count(who.name, 1);
    const ended = (): void => (isPost ? this.#count(who.name, -1) : undefined);
    let response: Response;
    try {
      response = await this.#handled(session, request, who, messages);
    } catch (error) {
      ended();
      throw error;
    }
    if (response.body === null || !isStream(response)) {
      ended();
      return response;
    }
    session.streams += 1;
    return watchedBody(response, (isCut) => {
      session.streams -= 1;
      session.seenAt = this.#parts.clock.now();
      ended();
      if (isPost && isCut) takeBack(session, messages);
    });
  }

  #handled({ transport }: Session, request: Request, who: Identity, messages: unknown): Promise<Response> {
    // The secret itself is nothing that a tool needs to know.
    const authInfo: AuthInfo = { token: '', clientId: who.name, scopes: scopesOf(who), extra: { identity: who } };
    return transport.handleRequest(request, { authInfo, ...(messages !== undefined && { parsedBody: messages }) });
  }

  /** One more, or one less, that this person waits for. */
  #count(name: string, by: 1 | -1): void {
    const waiting = (this.#waiting.get(name) ?? 0) + by;
    if (waiting > 0) this.#waiting.set(name, waiting);
    else this.#waiting.delete(name);
  }

  /** Who opens many ends their own oldest; when there is no room at all, whoever has most does. */
  async #makeRoom(owner: string): Promise<void> {
    const own = this.#of(owner);
    if (own.length >= MOST_OF_ONE) await this.#drop(own[0]);
    if (this.#sessions.size < MOST_SESSIONS) return;
    const owners = [...new Set([...this.#sessions.values()].map((one) => one.owner))].map((name) => this.#of(name));
    const [most] = owners.sort((a, b) => b.length - a.length);
    await this.#drop(most?.[0]);
  }

  /** Of one person, the one that was idle longest first. */
  #of(owner: string): readonly Session[] {
    return [...this.#sessions.values()].filter((one) => one.owner === owner).sort((a, b) => a.seenAt - b.seenAt);
  }

  async #drop(session: Session | undefined): Promise<void> {
    if (session === undefined) return;
    this.#sessions.delete(session.id);
    await session.server.close();
  }

  /** As long as there are sessions: ends idle ones, and those whose token is worth nothing any more. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    void (async () => {
      const { signal } = this.#end;
      while (this.#sessions.size > 0 && !signal.aborted) {
        await this.#parts.clock.sleep(LOOK_EVERY_MS, signal);
        for (const session of [...this.#sessions.values()]) {
          if (await this.#isOver(session)) await this.#drop(session);
        }
      }
      this.#isWatching = false;
    })().catch((error: unknown) => {
      this.#isWatching = false;
      this.#parts.log.error({ error: String(error) }, 'MCP sessions are not looked after');
    });
  }

  async #isOver({ streams, seenAt, token }: Session): Promise<boolean> {
    if (streams === 0) return this.#parts.clock.now() - seenAt > IDLE_MS;
    const found = await this.#parts.keeper.ofToken(token);
    return found.ok && found.value === undefined;
  }
}

const scopesOf = ({ by }: Identity): string[] => (by.kind === 'token' ? [...by.scopes] : []);

const isStream = (response: Response): boolean =>
  (response.headers.get('content-type') ?? '').startsWith('text/event-stream');

/** Nobody can be told the answer any more: what still waits for it ends, as if the client had taken the call back. */
function takeBack({ transport }: Session, messages: unknown): void {
  for (const message of Array.isArray(messages) ? messages : [messages]) {
    if (!isJSONRPCRequest(message)) continue;
    const params = { requestId: message.id, reason: 'the connection ended' };
    const notification: JSONRPCMessage = { jsonrpc: '2.0', method: 'notifications/cancelled', params };
    transport.onmessage?.(notification);
  }
}
