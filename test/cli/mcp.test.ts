import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { mcp } from '../../src/faces/cli/chat/mcp.ts';
import { keepLogin } from '../../src/faces/cli/people/gatewayLogin.ts';
import { serveWorld, type WorldServer } from '../../src/world/http/worldServer.ts';
import { World } from '../../src/world/world.ts';
import { CALLS, type Product, serveProduct } from '../mcp/product.ts';

const BIN = path.join(import.meta.dirname, '..', '..', 'bin', 'fairlead');
let dir: string;
let product: Product;

beforeAll(async () => {
  product = await serveProduct();
});
afterAll(() => product.close());
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-mcp-'));
  vi.stubEnv('XDG_CONFIG_HOME', dir);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

const login = (token = product.token, url = product.url) => keepLogin({ url, name: 'olga', token });
const HELLO = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'by-hand', version: '1.0.0' } },
};
const READY = { jsonrpc: '2.0', method: 'notifications/initialized' };
const list = (id: number | string) => ({ jsonrpc: '2.0', id, method: 'tools/list' });

interface Said {
  readonly id?: number | string;
  readonly result?: { readonly tools?: readonly { readonly name: string }[] };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** `fairlead mcp` in this process, with ends of a pipe for its streams. */
function started(flags: { readonly kubeconfig?: string } = {}) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const stop = new AbortController();
  let written = '';
  let told = '';
  output.on('data', (chunk: Buffer) => {
    written += chunk.toString();
  });
  const io = {
    out: () => {},
    err: (text: string) => {
      told += text;
    },
    signal: stop.signal,
    interactive: false,
  };
  const ended = mcp(io, { namespace: 'agent-system', ...flags }, { input, output });
  const lines = (): Said[] =>
    written
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Said);
  const answerTo = async (id: number | string): Promise<Said> => {
    await vi.waitFor(() => expect(lines().map((line) => line.id)).toContain(id), { timeout: 5_000, interval: 10 });
    return lines().find((line) => line.id === id) ?? {};
  };
  const send = (...messages: object[]): void => {
    for (const message of messages) input.write(`${JSON.stringify(message)}\n`);
  };
  return { input, stop, ended, lines, answerTo, send, told: () => told };
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const began = performance.now();
  const value = await work;
  return { value, ms: performance.now() - began };
}

describe('fairlead mcp with a login', () => {
  it('carries what a client says to the gateway, in the name of who is logged in', async () => {
    await login();
    const pipe = started();
    pipe.send(HELLO, READY, list(2));
    expect((await pipe.answerTo(2)).result?.tools?.map(({ name }) => name)).toEqual(Object.keys(CALLS));
    expect(pipe.told()).toContain(`asks ${product.url} as olga`);
    pipe.input.end();
    const { value, ms } = await timed(pipe.ended);
    expect([value, ms < 1_000]).toEqual([0, true]);
    await vi.waitFor(() => expect(product.sessions.size).toBe(0));
  });

  it('answers what is under way before it ends with its input', async () => {
    await login();
    const pipe = started();
    pipe.input.end(`${[HELLO, READY, list(2)].map((message) => JSON.stringify(message)).join('\n')}\n`);
    expect(await pipe.ended).toBe(0);
    expect(pipe.lines().map(({ id }) => id)).toEqual([1, 2]);
  });

  it.each([
    ['a token that was taken back', () => login('fl_gone'), -32010, 'loginExpired', 'fairlead login http://'],
    ['a gateway that is down', () => login(undefined, 'http://127.0.0.1:9'), -32015, 'gatewayDown', 'fairlead serve'],
  ])('says what is wrong and what to do: %s', async (_, keep, code, kind, fix) => {
    await keep();
    const pipe = started();
    pipe.send(HELLO);
    const { error } = await pipe.answerTo(1);
    expect(error).toMatchObject({ code, data: { kind, fix: expect.stringContaining(fix) } });
    expect(error?.message).toContain(fix);
    pipe.input.end();
    expect(await pipe.ended).toBe(0);
  });

  it('leaves out a line that is no message, and goes on', async () => {
    await login();
    const pipe = started();
    pipe.input.write('hello?\n\u001b[2J\n{"jsonrpc":"2.0"\n');
    pipe.send(HELLO);
    expect((await pipe.answerTo(1)).error).toBeUndefined();
    expect(pipe.told()).toContain('no message was left out');
    expect(pipe.told()).not.toContain('\u001b');
    pipe.stop.abort();
    expect(await pipe.ended).toBe(0);
  });
});

describe('fairlead mcp without a login', () => {
  let server: WorldServer;
  beforeAll(async () => {
    const world = new World({ clock: systemClock, seed: 1 });
    world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agent-system' }, spec: {} });
    server = await serveWorld(world);
  });
  afterAll(() => server.close());

  it('reads with the kubeconfig, offers no effect, and says so on stderr', async () => {
    writeFileSync(path.join(dir, 'kubeconfig'), server.kubeconfig(), { mode: 0o600 });
    const desk = started({ kubeconfig: path.join(dir, 'kubeconfig') });
    const call = (id: number, name: string) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name, arguments: name === 'fairlead_overview' ? {} : { scope: 'all', reason: 'stop it' } },
    });
    desk.send(HELLO, READY, list(2), call(3, 'fairlead_overview'), call(4, 'fairlead_pause'));
    const names = (await desk.answerTo(2)).result?.tools?.map(({ name }) => name) ?? [];
    expect(names).toContain('fairlead_overview');
    expect(names.filter((name) => /propose|approval$|reject|pause/.test(name))).toEqual([]);
    expect(await desk.answerTo(3)).toMatchObject({
      result: { content: [{ text: expect.stringContaining('0 services') }] },
    });
    expect(await desk.answerTo(4)).toMatchObject({ result: { isError: true } });
    expect(desk.told()).toMatch(/not logged in at a gateway: reads .* nothing can be asked for/);
    desk.input.end();
    const { value, ms } = await timed(desk.ended);
    expect([value, ms < 1_000]).toEqual([0, true]);
  });

  it('does not begin without a cluster either, and keeps stdout to the protocol', async () => {
    const none = started({ kubeconfig: path.join(dir, 'nowhere') });
    expect(await none.ended).toBe(1);
    expect(none.lines()).toEqual([]);
    expect(none.told()).toContain('no kubeconfig at');
  });
});

describe('fairlead mcp as a process', { timeout: 60_000 }, () => {
  const env = (): Record<string, string> => ({ PATH: process.env['PATH'] ?? '', HOME: dir, XDG_CONFIG_HOME: dir });

  it('speaks with the SDK’s own client, and every tool answers', async () => {
    await login();
    const transport = new StdioClientTransport({ command: BIN, args: ['mcp'], env: env(), stderr: 'pipe' });
    const client = new Client({ name: 'sdk', version: '1.32.2' });
    await client.connect(transport);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(Object.keys(CALLS));
    for (const name of ['fairlead_overview', 'fairlead_service', 'fairlead_what_if']) {
      expect(await client.callTool({ name, arguments: { ...CALLS[name] } })).not.toHaveProperty('isError', true);
    }
    await client.close();
  });

  it.each(['end of input', 'SIGTERM'] as const)('ends within a second at %s; stdout is JSON-RPC alone', async (how) => {
    await login();
    const child = spawn(BIN, ['mcp'], { env: env(), stdio: 'pipe' });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stdin.write(`garbage\n${JSON.stringify(HELLO)}\n${JSON.stringify(READY)}\n${JSON.stringify(list(2))}\n`);
    await vi.waitFor(() => expect(out.split('\n').length).toBeGreaterThan(2), { timeout: 20_000, interval: 20 });
    const closed = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    if (how === 'SIGTERM') child.kill('SIGTERM');
    else child.stdin.end();
    const { value, ms } = await timed(closed);
    expect([value, ms < 1_000]).toEqual([0, true]);
    for (const line of out.split('\n').filter(Boolean)) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  });
});
