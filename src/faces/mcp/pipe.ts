import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../../ports/clock.ts';
import { ANSWER_LOST, type Fault, faultOf, NOT_BEGUN } from './fault.ts';

export interface PipeParts {
  /** Towards the client. */
  readonly near: Transport;
  /** A new connection towards the server; `ended` as in gatewayTransport.ts. */
  readonly dial: (ended: (body: string) => void) => Transport & { setProtocolVersion?(version: string): void };
  /** The gateway's address, for sentences. */
  readonly url: string;
  readonly clock: Clock;
  /** A line for a person; never on the way of the protocol. */
  readonly tell: (line: string) => void;
}

/** So long an answer that stands in a stream may take from its end to us. */
const GRACE_MS = 250;
/** So long the end waits for the gateway to hear of it. */
const LEAVE_MS = 250;

/**
 * Carries messages of the protocol between a client and a gateway, unchanged. What the gateway does not take comes back as
 * an error that says why and what to do. A gateway that was restarted knows no sessions: one is begun anew with the client's
 * own words, and the message goes out once more. Nothing but that is ever sent twice.
 */
export class McpPipe {
  readonly #parts: PipeParts;
  readonly #open = new Set<RequestId>();
  readonly #begun = new Map<RequestId, () => void>();
  #far: ReturnType<PipeParts['dial']> | undefined;
  #hello: JSONRPCRequest | undefined;
  /** What was sent before goes first. */
  #turn: Promise<void> = Promise.resolve();
  #again: Promise<boolean> | undefined;
  /** What was sent and is not taken or refused yet. */
  readonly #underWay = new Set<Promise<void>>();
  #sessions = 0;

  constructor(parts: PipeParts) {
    this.#parts = parts;
  }

  /** Answers are still waited for. */
  get waiting(): number {
    return this.#open.size;
  }

  async start(): Promise<void> {
    const { near, tell } = this.#parts;
    near.onmessage = (message) => {
      // The answer to the first message says which session the others belong to.
      if (isInitializeRequest(message)) this.#turn = this.#turn.then(() => this.#carry(message));
      else void this.#turn.then(() => this.#carry(message));
    };
    near.onerror = (error) => tell(`a line that is no message was left out: ${error.message.split('\n')[0]}`);
    await near.start();
  }

  /** Takes leave of the gateway, which keeps the session no longer than that. */
  async close(): Promise<void> {
    const far = this.#far;
    this.#far = undefined;
    if (far !== undefined && 'terminateSession' in far && typeof far.terminateSession === 'function') {
      const leave: Promise<void> = far.terminateSession();
      const over = new AbortController();
      await Promise.race([leave.catch(() => undefined), this.#parts.clock.sleep(LEAVE_MS, over.signal)]);
      over.abort();
    }
    await far?.close();
    await this.#parts.near.close();
  }

  async #carry(message: JSONRPCMessage): Promise<void> {
    if (isJSONRPCRequest(message)) this.#open.add(message.id);
    // Nobody waits for an answer to what was taken back, and there may be none.
    if (isTakenBack(message)) this.#open.delete(message.params['requestId']);
    try {
      if (isInitializeRequest(message) && isJSONRPCRequest(message)) {
        this.#hello = message;
        await this.#dial();
      }
      await this.#send(message);
    } catch (error) {
      // Whatever comes now would be of no session.
      if (isInitializeRequest(message)) await this.#hangUp();
      this.#failed(message, error instanceof NotBegun ? NOT_BEGUN : faultOf(error, this.#parts.url));
    }
  }

  async #hangUp(): Promise<void> {
    const far = this.#far;
    this.#far = undefined;
    await far?.close().catch(() => undefined);
  }

  async #send(message: JSONRPCMessage): Promise<void> {
    if (!isInitializeRequest(message)) await this.#again;
    const far = this.#far;
    if (far === undefined) throw new NotBegun();
    const sent = far.send(message);
    this.#underWay.add(sent);
    try {
      await sent;
    } catch (error) {
      const isGone = error instanceof StreamableHTTPError && error.code === 404 && !isInitializeRequest(message);
      if (!isGone || !(await this.#beginAgain(far))) throw error;
      await this.#far?.send(message);
    } finally {
      this.#underWay.delete(sent);
    }
  }

  /** One for all that find the session gone at the same time. */
  #beginAgain(gone: Transport): Promise<boolean> {
    if (this.#again !== undefined) return this.#again;
    if (this.#far !== gone) return Promise.resolve(this.#far !== undefined);
    this.#again = this.#begin().finally(() => {
      this.#again = undefined;
    });
    return this.#again;
  }

  async #begin(): Promise<boolean> {
    const hello = this.#hello;
    if (hello === undefined) return false;
    this.#parts.tell('the gateway knows the session no more: a new one is begun');
    const old = this.#far;
    const underWay = [...this.#underWay];
    await this.#dial();
    // Closing breaks off what is under way: each of them has to hear for itself whether it was taken.
    void Promise.allSettled(underWay).then(() => old?.close());
    const id = `fairlead-session-${++this.#sessions}`;
    const answered = new Promise<void>((resolve) => this.#begun.set(id, resolve));
    const over = new AbortController();
    await this.#far?.send({ ...hello, id });
    await Promise.race([answered, this.#parts.clock.sleep(20_000, over.signal)]);
    over.abort();
    if (this.#begun.delete(id)) return false;
    await this.#far?.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return true;
  }

  async #dial(): Promise<void> {
    const { dial, tell } = this.#parts;
    const far = dial((body) => void this.#streamEnded(body));
    let told = '';
    far.onmessage = (message) => this.#back(message, far);
    far.onerror = (error) => {
      // What a message came to is told to the client; the rest is about the stream of news, and told once.
      const line = error instanceof StreamableHTTPError ? '' : (error.message.split('\n')[0] ?? '');
      if (line === '' || line === told || this.#far !== far) return;
      told = line;
      tell(line);
    };
    await far.start();
    this.#far = far;
  }

  #back(message: JSONRPCMessage, far: ReturnType<PipeParts['dial']>): void {
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
      const { id } = message;
      const version: unknown = isJSONRPCResultResponse(message) ? message.result['protocolVersion'] : undefined;
      const isHello = id === this.#hello?.id || (id !== undefined && this.#begun.has(id));
      if (isHello && typeof version === 'string') far.setProtocolVersion?.(version);
      const begun = id === undefined ? undefined : this.#begun.get(id);
      if (id !== undefined && begun !== undefined) {
        this.#begun.delete(id);
        begun();
        return;
      }
      // Nobody waits for it any more: it was answered with a fault.
      if (id !== undefined && !this.#open.delete(id)) return;
    }
    void this.#parts.near.send(message);
  }

  async #streamEnded(body: string): Promise<void> {
    const sent: unknown = JSON.parse(body);
    await this.#parts.clock.sleep(GRACE_MS);
    if (isJSONRPCRequest(sent)) this.#failed(sent, ANSWER_LOST);
  }

  #failed(message: JSONRPCMessage, { code, kind, message: words, fix }: Fault): void {
    if (!isJSONRPCRequest(message)) {
      if (this.#far !== undefined) this.#parts.tell(`${words}; fix: ${fix}`);
      return;
    }
    if (!this.#open.delete(message.id)) return;
    const error = { code, message: `${words}; fix: ${fix}`, data: { kind, fix } };
    void this.#parts.near.send({ jsonrpc: '2.0', id: message.id, error });
  }
}

/** There is no gateway to send to: the client has not begun. */
class NotBegun extends Error {}

const isTakenBack = (message: JSONRPCMessage): message is JSONRPCMessage & { params: { requestId: RequestId } } =>
  'method' in message && message.method === 'notifications/cancelled' && message.params?.['requestId'] !== undefined;
