import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { ManualClock, settle } from '../../testing/manualClock.ts';
import { McpPipe } from './pipe.ts';

const HELLO: JSONRPCMessage = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '1', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
};
const READY: JSONRPCMessage = { jsonrpc: '2.0', method: 'notifications/initialized' };
const call = (id: number): JSONRPCMessage => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'x' } });
const GONE = new StreamableHTTPError(404, 'Error POSTing to endpoint: {"error":{"message":"no such session"}}');

type Answer = (message: JSONRPCMessage, far: FakeFar) => void | Promise<void>;

function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** One connection to a gateway, played: it keeps what it was sent and answers as it is told. */
class FakeFar {
  readonly sent: JSONRPCMessage[] = [];
  version = '';
  closed = false;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly ended: (body: string) => void;
  readonly #answer: Answer;

  constructor(ended: (body: string) => void, answer: Answer) {
    this.ended = ended;
    this.#answer = answer;
  }

  async start(): Promise<void> {}

  async send(message: JSONRPCMessage): Promise<void> {
    this.sent.push(message);
    await this.#answer(message, this);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  setProtocolVersion(version: string): void {
    this.version = version;
  }
}

const idOf = (message: JSONRPCMessage): string | number | undefined => ('id' in message ? message.id : undefined);
const wellDone: Answer = (message, far) => {
  const id = idOf(message);
  if (id === undefined) return;
  far.onmessage?.({
    jsonrpc: '2.0',
    id,
    result: 'method' in message && message.method === 'initialize' ? { protocolVersion: '2025-11-25' } : {},
  });
};

async function piped(...answers: readonly Answer[]) {
  const [client, near] = InMemoryTransport.createLinkedPair();
  const got: JSONRPCMessage[] = [];
  client.onmessage = (message) => got.push(message);
  const fars: FakeFar[] = [];
  const told: string[] = [];
  const clock = new ManualClock();
  const dial = (ended: (body: string) => void): FakeFar => {
    const far = new FakeFar(ended, answers[fars.length] ?? wellDone);
    fars.push(far);
    return far;
  };
  const pipe = new McpPipe({ near, dial, url: 'http://gateway', clock, tell: (line) => told.push(line) });
  await pipe.start();
  await client.start();
  const send = async (...messages: readonly JSONRPCMessage[]): Promise<void> => {
    for (const message of messages) await client.send(message);
    for (let n = 0; n < 20; n += 1) await settle();
  };
  return { pipe, got, fars, told, clock, send };
}

describe('the pipe to a gateway', () => {
  it('carries messages both ways, unchanged, and speaks in the version that was agreed on', async () => {
    const { got, fars, send } = await piped();
    await send(HELLO, READY, call(2));
    expect(fars[0]?.sent).toEqual([HELLO, READY, call(2)]);
    expect(fars[0]?.version).toBe('2025-11-25');
    expect(got.map(idOf)).toEqual([1, 2]);
  });

  it('begins one new session when the gateway knows the old one no more, and sends once more what found that out', async () => {
    const { got, fars, told, send } = await piped((message, far) => {
      if ('method' in message && message.method === 'tools/call') throw GONE;
      return wellDone(message, far);
    });
    await send(HELLO, READY, call(2), call(3));
    expect(fars).toHaveLength(2);
    expect(fars[0]?.closed).toBe(true);
    expect(fars[1]?.sent.map((message) => ('method' in message ? message.method : ''))).toEqual([
      'initialize',
      'notifications/initialized',
      'tools/call',
      'tools/call',
    ]);
    // The client hears nothing of it: no second answer to its first words.
    expect(got.map(idOf)).toEqual([1, 2, 3]);
    expect(told).toEqual(['the gateway knows the session no more: a new one is begun']);
  });

  it('breaks off nothing that is under way when it begins a new session: each hears for itself that the old one is gone', async () => {
    const slow = gate();
    const { got, fars, send } = await piped(async (message, far) => {
      if (idOf(message) === 3) await slow.opened;
      if (far.closed) throw new Error('The operation was aborted');
      if ('method' in message && message.method === 'tools/call') throw GONE;
      return wellDone(message, far);
    });
    await send(HELLO, READY, call(2), call(3));
    expect([got.map(idOf), fars[0]?.closed]).toEqual([[1, 2], false]);
    slow.open();
    await send();
    expect(got.at(-1)).toMatchObject({ id: 3, result: {} });
    expect(fars.map(({ closed }) => closed)).toEqual([true, false]);
  });

  it('holds back what comes while a new session is begun', async () => {
    const slow = gate();
    const gone: Answer = (message, far) => {
      if ('method' in message && message.method === 'tools/call') throw GONE;
      return wellDone(message, far);
    };
    const { got, fars, send } = await piped(gone, async (message, far) => {
      if ('method' in message && message.method === 'initialize') await slow.opened;
      return wellDone(message, far);
    });
    await send(HELLO, READY, call(2));
    await send(call(3));
    expect(fars[1]?.sent).toHaveLength(1);
    slow.open();
    await send();
    expect(fars[1]?.sent.slice(1)).toEqual([READY, call(2), call(3)]);
    expect(got.map(idOf)).toEqual([1, 2, 3]);
  });

  it('gives up where a new session is not to be had either', async () => {
    const always: Answer = (message, far) => {
      if ('method' in message && message.method === 'tools/call') throw GONE;
      return wellDone(message, far);
    };
    const { got, send } = await piped(always, always);
    await send(HELLO, READY, call(2));
    expect(got.at(-1)).toMatchObject({ id: 2, error: { code: -32012, data: { kind: 'sessionGone' } } });
  });

  it.each([
    [401, -32010, 'loginExpired'],
    [403, -32011, 'notAllowed'],
    [429, -32013, 'tooMany'],
    [500, -32014, 'refused'],
  ])('answers %i with an error that says why and what to do', async (status, code, kind) => {
    const { got, send } = await piped((message) => {
      if (idOf(message) !== undefined)
        throw new StreamableHTTPError(status, 'Error POSTing to endpoint: {"error":{"message":"own words"}}');
    });
    await send(HELLO);
    expect(got).toMatchObject([{ id: 1, error: { code, data: { kind }, message: expect.stringContaining('fix: ') } }]);
  });

  it('says that it may have been done when the connection breaks before the answer, and drops an answer after that', async () => {
    let late = (): void => undefined;
    const { pipe, got, clock, send } = await piped((message, far) => {
      if (idOf(message) !== 2) return wellDone(message, far);
      far.ended(JSON.stringify(message));
      late = () => far.onmessage?.({ jsonrpc: '2.0', id: 2, result: {} });
    });
    await send(HELLO, READY, call(2));
    expect(pipe.waiting).toBe(1);
    await clock.advance(1_000);
    await settle();
    late();
    await settle();
    expect(got.slice(1)).toMatchObject([
      { id: 2, error: { code: -32016, message: expect.stringContaining('it may have been done') } },
    ]);
    expect(pipe.waiting).toBe(0);
  });

  it('says nothing more of a call that was taken back', async () => {
    const { pipe, got, clock, send } = await piped((message, far) => {
      if (idOf(message) === 2) far.ended(JSON.stringify(message));
      else return wellDone(message, far);
    });
    await send(HELLO, READY, call(2));
    await send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
    await clock.advance(1_000);
    await settle();
    expect(got.map(idOf)).toEqual([1]);
    expect(pipe.waiting).toBe(0);
  });

  it.each<[string, Answer, readonly JSONRPCMessage[]]>([
    ['was not sent', wellDone, []],
    [
      'came to nothing',
      () => {
        throw new TypeError('fetch failed');
      },
      [HELLO, READY],
    ],
  ])(
    'says to what comes while the client’s hello %s that it begins with one, and sends it nowhere',
    async (_, answer, before) => {
      const { got, fars, send } = await piped(answer);
      await send(...before);
      await send(call(5));
      expect(fars.flatMap(({ sent }) => sent).filter((message) => idOf(message) === 5)).toEqual([]);
      const error = {
        code: -32017,
        message: expect.stringMatching(/begins with initialize.*; fix: send initialize, then/),
      };
      expect(got.at(-1)).toMatchObject({ id: 5, error });
    },
  );
});
