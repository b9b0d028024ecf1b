import { connect } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { CALLS, type Product, serveProduct } from './product.ts';
import { rawCall } from './rawCall.ts';
import { ask } from './stage.ts';

let product: Product;
beforeAll(async () => {
  product = await serveProduct();
});
afterAll(() => product.close());

const ACCEPT = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
const HELLO = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};

/** One person of their own, so that no test uses up what another may do. */
let people = 0;
function somebody(scopes: readonly ('read' | 'propose' | 'approve')[] = ['read', 'propose']) {
  people += 1;
  const name = `person-${people}`;
  product.stage.person(name, 'operator');
  return { name, token: product.stage.token(name, scopes) };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const post = (headers: Record<string, string>, body: unknown = HELLO) =>
  rawCall(product.mcp, 'POST', { ...ACCEPT, ...headers }, typeof body === 'string' ? body : JSON.stringify(body));

async function sessionOf(token: string): Promise<Record<string, string>> {
  const { headers, status } = await post(bearer(token));
  expect(status).toBe(200);
  return { ...bearer(token), 'mcp-session-id': String(headers['mcp-session-id']) };
}

describe('MCP over HTTP', () => {
  it('lists and calls every tool for the SDK’s own client', async () => {
    const transport = new StreamableHTTPClientTransport(new URL(product.mcp), {
      requestInit: { headers: bearer(product.token) },
    });
    const client = new Client({ name: 'sdk', version: '1' });
    await client.connect(transport);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(Object.keys(CALLS));
    for (const [name, args] of Object.entries(CALLS)) {
      const { refused, text } = await ask(client, name, args);
      expect([name, refused, text.length > 20]).toEqual([name, false, true]);
    }
    await transport.terminateSession();
    await client.close();
  });

  it('says to who comes without a token where it is told which kind is wanted', async () => {
    const { status, headers } = await post({});
    expect(status).toBe(401);
    const challenge = String(headers['www-authenticate']);
    const [, metadata = ''] = /^Bearer realm="fairlead", resource_metadata="([^"]+)"$/.exec(challenge) ?? [];
    expect(metadata).toBe(`${product.url}/.well-known/oauth-protected-resource/mcp`);
    const told = await rawCall(metadata, 'GET', {});
    expect(JSON.parse(told.text)).toEqual({
      resource: product.mcp,
      resource_name: 'Fairlead',
      scopes_supported: ['read', 'propose'],
      bearer_methods_supported: ['header'],
    });
  });
});

describe('who has no right to it', () => {
  const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwczovL290aGVyLmV4YW1wbGUifQ.c2lnbmF0dXJl';
  it.each<[string, () => Record<string, string>, number]>([
    ['a token for another audience', () => bearer(JWT), 401],
    ['a token of another gateway', () => bearer(`fl_${'a'.repeat(43)}`), 401],
    ['an empty token', () => ({ authorization: 'Bearer ' }), 401],
    ['a password', () => ({ authorization: 'Basic b2xnYTpodW50ZXIy' }), 401],
    ['a token in lower case', () => ({ authorization: `bearer ${somebody().token}` }), 401],
    ['a token that may only approve', () => bearer(somebody(['approve']).token), 403],
    [
      'a page, by its session',
      () => ({ cookie: `fairlead=${product.stage.session(somebody().name)}`, origin: product.url }),
      403,
    ],
    ['a page elsewhere', () => ({ ...bearer(somebody().token), origin: 'https://evil.example' }), 403],
    ['a page in a sandbox', () => ({ ...bearer(somebody().token), origin: 'null' }), 403],
    ['a name that was rebound to this address', () => ({ ...bearer(somebody().token), host: 'evil.example' }), 421],
    ['another port of this machine', () => ({ ...bearer(somebody().token), host: '127.0.0.1:1' }), 421],
  ])('is refused: %s', async (_, headers, status) => {
    const before = product.sessions.size;
    const answer = await post(headers());
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(LEAKS);
    expect(product.sessions.size).toBe(before);
  });

  it.each<[string, () => { name: string; headers: Record<string, string> }, string]>([
    [
      'a token for something else',
      () => {
        const { name, token } = somebody(['approve']);
        return { name, headers: bearer(token) };
      },
      'a token for approve',
    ],
    [
      'a page',
      () => {
        const { name } = somebody();
        return { name, headers: { cookie: `fairlead=${product.stage.session(name)}`, origin: product.url } };
      },
      'a session of a page',
    ],
  ])('is on record where it is known who came: with %s; and told to wait when it goes on', async (_, coming, key) => {
    const { name, headers } = coming();
    const { journal } = product.view.deps;
    if (!(journal instanceof MemoryJournal)) throw new Error('the journal is no longer in memory');
    const about = (): object[] => journal.records.filter(({ data }) => data['who'] === name);
    expect((await post({ ...headers, 'user-agent': 'raw/1.0' })).status).toBe(403);
    expect(about()).toMatchObject([
      {
        kind: 'access',
        data: {
          what: `was turned away from the chat, with ${key}`,
          client: { face: 'mcp-http', name: 'raw', version: '1.0' },
        },
      },
    ]);
    const statuses = new Set<number>();
    for (let n = 0; n < 40; n += 1) statuses.add((await post(headers)).status);
    expect(statuses).toEqual(new Set([403, 429]));
    expect(about().length).toBeLessThan(30);
  });

  it('is whoever’s token was revoked, in the middle of a session', async () => {
    const { token } = somebody();
    const session = await sessionOf(token);
    expect((await post(session, list(2))).status).toBe(200);
    const { store } = product.stage;
    store.people = { ...store.people, tokens: store.people.tokens.filter(({ owner }) => owner !== `person-${people}`) };
    const answer = await post(session, list(3));
    expect([answer.status, String(answer.headers['www-authenticate'])]).toEqual([
      401,
      expect.stringContaining('invalid_token'),
    ]);
  });

  it('is who knows the session of somebody else', async () => {
    const theirs = await sessionOf(somebody().token);
    const mine = { ...theirs, ...bearer(somebody().token) };
    expect((await post(mine, list(2))).status).toBe(404);
    expect((await rawCall(product.mcp, 'DELETE', mine)).status).toBe(404);
    expect((await post(theirs, list(3))).status).toBe(200);
  });

  it('is who lost the role that a tool takes, at once', async () => {
    const { name, token } = somebody();
    const session = await sessionOf(token);
    const pause = {
      jsonrpc: '2.0',
      id: 2,
      method: 'tools/call',
      params: { name: 'fairlead_pause', arguments: { scope: 'shop', reason: 'x' } },
    };
    product.stage.person(name, 'viewer');
    expect((await post(session, pause)).text).toContain('it takes the role operator');
  });
});

const list = (id: number) => ({ jsonrpc: '2.0', id, method: 'tools/list', params: {} });
const LEAKS = /\bat [\w.<>]+ \(|\/work\/|node_modules|\.ts:\d+|Error:/;

describe('what is no message', () => {
  const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const calling = (args: string): string =>
    `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"fairlead_service","arguments":${args}}}`;
  it.each<[string, string, number]>([
    ['larger than any', calling(`{"service":"${'x'.repeat(70_000)}"}`), 413],
    ['nested without end', calling(nested(5_000)), 400],
    ['a list nested without end', '['.repeat(30_000), 400],
    ['cut off', '{"jsonrpc":"2.0"', 400],
    ['empty', '', 400],
    ['a key twice', calling('{"service":"shop/web","service":"kube-system/dns"}'), 400],
    ['many at once', `[${Array.from({ length: 11 }, (_, id) => JSON.stringify(list(id))).join(',')}]`, 400],
    ['none at once', '[]', 400],
    ['another protocol', '{"jsonrpc":"1.0","id":1,"method":"tools/list"}', 400],
    ['a number', '42', 400],
    ['nothing', 'null', 400],
  ])('is refused and says so: %s', async (_, body, status) => {
    const session = await sessionOf(somebody().token);
    const answer = await post(session, body);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(LEAKS);
    expect((await post(session, list(10))).status).toBe(200);
  });

  it.each<[string, Record<string, string>, number]>([
    ['in another form', { 'content-type': 'text/plain' }, 415],
    ['for who takes no stream', { accept: 'application/json' }, 406],
    ['of a protocol that is not spoken', { 'mcp-protocol-version': '1999-01-01' }, 400],
    ['of no session', { 'mcp-session-id': 'nothing' }, 404],
  ])('is refused %s', async (_, headers, status) => {
    const session = await sessionOf(somebody().token);
    const answer = await post({ ...session, ...headers }, list(2));
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(LEAKS);
  });

  it.each(['OPTIONS', 'PATCH', 'PUT'])('is %s, whether it says that it has a body or not', async (method) => {
    expect((await rawCall(product.mcp, method, bearer(somebody().token))).status).toBe(404);
    expect((await rawCall(product.mcp, method, { 'content-length': '2' }, '{}')).status).toBe(404);
  });

  it('is what comes before a session was begun', async () => {
    expect((await post(bearer(somebody().token), list(1))).status).toBe(400);
  });
});

describe('a client that runs away', () => {
  it('opens no more sessions than one may have, and ends nobody else’s', async () => {
    const calm = await sessionOf(somebody().token);
    const { token } = somebody();
    const before = product.sessions.size;
    const opened: Record<string, string>[] = [];
    for (let n = 0; n < 60; n += 1) opened.push(await sessionOf(token));
    expect(product.sessions.size - before).toBe(32);
    expect((await post(calm, list(1))).status).toBe(200);
    expect((await post(opened[0] ?? {}, list(1))).status).toBe(404);
    expect((await post(opened.at(-1) ?? {}, list(1))).status).toBe(200);
    expect((await rawCall(product.mcp, 'DELETE', { ...ACCEPT, ...opened.at(-1) })).status).toBe(200);
    expect(product.sessions.size - before).toBe(31);
  });

  it('and is gone before its answers leaves nothing that waits for it', async () => {
    const session = await sessionOf(somebody().token);
    const wait = (id: number) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'fairlead_why', arguments: { decision: 'shop/web-aaaaaaaaaa', wait_seconds: 50 } },
    });
    const sockets = Array.from({ length: 16 }, (_, id) => halfCall(session, JSON.stringify(wait(id))));
    await Promise.all(sockets.map((socket) => socket.headers));
    // As many as one may wait for.
    expect((await post(session, wait(99))).status).toBe(429);
    for (const { end } of sockets) end();
    await expect.poll(async () => (await post(session, list(100))).status, { timeout: 5_000 }).toBe(200);
  });

  it('and never finishes what it says holds nothing but its own connection', async () => {
    const { hostname, port } = new URL(product.url);
    const sockets = Array.from({ length: 50 }, () => connect(Number(port), hostname));
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      socket.write(`POST /mcp HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 1000\r\n\r\n{"half`);
    }
    expect((await post(bearer(somebody().token))).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    expect((await post(bearer(somebody().token))).status).toBe(200);
  });
});

/** A call whose answer is begun and never read to its end. */
function halfCall(headers: Record<string, string>, body: string) {
  const { hostname, port } = new URL(product.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const lines = Object.entries({
    host: `${hostname}:${port}`,
    ...ACCEPT,
    ...headers,
    'content-length': String(body.length),
  });
  socket.write(
    `POST /mcp HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`,
  );
  const began = new Promise<void>((resolve) => socket.once('data', () => resolve()));
  return { headers: began, end: () => void socket.destroy() };
}
