import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayStage, openGateway } from '../../../test/stages/gatewayStage.ts';
import { settle } from '../../testing/manualClock.ts';
import { McpSessions } from './mcpSessions.ts';

const JSON_RPC = { accept: 'application/json, text/event-stream' };
const HELLO = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};
const list = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/list', params: {} });

let open: McpSessions | undefined;
afterEach(() => open?.close());

/** The HTTP face in virtual time, with a server that has no tools. */
function opened() {
  const ended: string[] = [];
  const door: Pick<McpSessions, 'answer'> = { answer: (...call) => sessions.answer(...call) };
  const stage = openGateway({ mcp: door });
  const server = (): Server => {
    const one = new Server({ name: 'none', version: '0' }, { capabilities: { tools: {} } });
    one.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [] }));
    one.onclose = () => void ended.push('ended');
    return one;
  };
  const { keeper, log } = stage.deps.people;
  const sessions = new McpSessions({ open: server, keeper, clock: stage.clock, log });
  open = sessions;
  return { stage, sessions, ended };
}

function clientOf(stage: GatewayStage, name: string) {
  stage.person(name, 'operator');
  const token = stage.token(name, ['read']);
  const call = (method: string, session: string | undefined, body?: unknown) =>
    stage.call(method, '/mcp', {
      token,
      headers: { ...JSON_RPC, ...(session !== undefined && { 'mcp-session-id': session }) },
      ...(body !== undefined && { body }),
    });
  return {
    call,
    async begin(): Promise<string> {
      const response = await call('POST', undefined, HELLO);
      await response.text();
      return response.headers.get('mcp-session-id') ?? '';
    },
    async lists(session: string): Promise<number> {
      const response = await call('POST', session, list(2));
      await response.text();
      return response.status;
    },
  };
}

describe('a session', () => {
  it('ends when nobody used it for half an hour, and not before', async () => {
    const { stage, sessions, ended } = opened();
    const client = clientOf(stage, 'ann');
    const id = await client.begin();
    await stage.clock.advance(29 * 60_000);
    expect(await client.lists(id)).toBe(200);
    await stage.clock.advance(29 * 60_000);
    expect(sessions.size).toBe(1);
    await stage.clock.advance(2 * 60_000);
    expect([sessions.size, ended]).toEqual([0, ['ended']]);
    expect(await client.lists(id)).toBe(404);
  });

  it('that is listened to does not end for idleness, but with its token', async () => {
    const { stage, sessions } = opened();
    const client = clientOf(stage, 'ann');
    const id = await client.begin();
    const stream = await client.call('GET', id);
    expect(stream.headers.get('content-type')).toContain('event-stream');
    const heard = stream.text();
    await stage.clock.advance(60 * 60_000);
    expect(sessions.size).toBe(1);
    stage.store.people = { ...stage.store.people, tokens: [] };
    await stage.clock.advance(6_000);
    expect(await heard).toBe('');
    expect(sessions.size).toBe(0);
  });

  it('ends its stream when the gateway closes', async () => {
    const { stage, sessions } = opened();
    const client = clientOf(stage, 'ann');
    const stream = await client.call('GET', await client.begin());
    const heard = stream.text();
    await sessions.close();
    expect(await heard).toBe('');
    expect((await client.call('POST', undefined, HELLO)).status).toBe(503);
  });

  it('gives way only to those of its own person, and then the one that rested longest', async () => {
    const { stage, sessions } = opened();
    const [ann, bob] = [clientOf(stage, 'ann'), clientOf(stage, 'bob')];
    const calm = await bob.begin();
    const first = await ann.begin();
    for (let n = 1; n < 32; n += 1) {
      await stage.clock.advance(100);
      await ann.begin();
    }
    expect(sessions.size).toBe(33);
    expect(await ann.lists(first)).toBe(200);
    await ann.begin();
    expect(sessions.size).toBe(33);
    expect([await ann.lists(first), await bob.lists(calm)]).toEqual([200, 200]);
  });

  it('of whoever has most gives way when there is no room for anybody', async () => {
    const { stage, sessions } = opened();
    const crowd = Array.from({ length: 8 }, (_, n) => clientOf(stage, `crowd-${n}`));
    const seen: string[] = [];
    for (const client of crowd) for (let n = 0; n < 31; n += 1) seen.push(await client.begin());
    const late = clientOf(stage, 'late');
    for (let n = 0; n < 8; n += 1) await late.begin();
    expect(sessions.size).toBe(256);
    expect(await late.lists(await late.begin())).toBe(200);
    expect(sessions.size).toBe(256);
  });
});

it('sixteen answers at a time are waited for by one person, also when all are asked for at once', async () => {
  const { stage, sessions } = opened();
  const id = await clientOf(stage, 'ann').begin();
  const found = await stage.deps.people.keeper.ofToken(stage.token('ann', ['read']));
  const who = found.ok ? found.value : undefined;
  if (who === undefined) throw new Error('ann is nobody');
  const headers = { ...JSON_RPC, 'content-type': 'application/json', 'mcp-session-id': id };
  const ask = (n: number): Promise<Response> =>
    sessions.answer(new Request('http://127.0.0.1/mcp', { method: 'POST', headers }), { who, token: '' }, list(n));
  const statuses = async (from: number): Promise<readonly number[]> => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(from + n)));
    await Promise.all(answers.map((one) => one.text()));
    return answers.map(({ status }) => status);
  };
  const sixteen = [...Array<number>(16).fill(200), ...Array<number>(4).fill(429)];
  expect(await statuses(100)).toEqual(sixteen);
  expect(await statuses(200)).toEqual(sixteen);
});

describe('a thousand calls in one second', () => {
  it('of one person are answered up to their pace; of another, all the same', async () => {
    const { stage } = opened();
    const [wild, calm] = [clientOf(stage, 'wild'), clientOf(stage, 'calm')];
    const [loud, quiet] = [await wild.begin(), await calm.begin()];
    const statuses: number[] = [];
    for (let n = 0; n < 1_000; n += 1) statuses.push(await wild.lists(loud));
    expect(statuses.filter((status) => status === 200)).toHaveLength(199);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    const late = await wild.call('POST', loud, list(3));
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await calm.lists(quiet)).toBe(200);
    await stage.clock.advance(1_000);
    expect(await wild.lists(loud)).toBe(200);
  });

  it('count each message of a body that holds several', async () => {
    const { stage } = opened();
    const client = clientOf(stage, 'ann');
    const id = await client.begin();
    const ten = Array.from({ length: 10 }, (_, n) => list(n));
    const statuses: number[] = [];
    for (let n = 0; n < 30; n += 1) {
      const response = await client.call('POST', id, ten);
      await response.text();
      statuses.push(response.status);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(19);
  });

  it('leave the memory as it was', async () => {
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    const { stage, sessions } = opened();
    const client = clientOf(stage, 'ann');
    const round = async (): Promise<number> => {
      for (let n = 0; n < 20; n += 1) {
        const id = await client.begin();
        for (let call = 0; call < 100; call += 1) await client.lists(id);
        await (await client.call('DELETE', id)).text();
        await stage.clock.advance(10_000);
      }
      await settle();
      collect();
      return process.memoryUsage().heapUsed;
    };
    await round();
    const [first, , third] = [await round(), await round(), await round()];
    expect(sessions.size).toBe(0);
    expect((third - first) / 1_048_576).toBeLessThan(4);
  });
});
