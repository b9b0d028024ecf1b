import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keepLogin } from '../../../src/faces/cli/people/gatewayLogin.ts';
import { CALLS, type Product, serveProduct } from '../product.ts';
import { NO_TOOLS, officialTools } from './tools.ts';

const tools = officialTools();
const title = "the official Inspector's command line";

const BIN = path.join(import.meta.dirname, '..', '..', '..', 'bin', 'fairlead');

interface Tool {
  readonly name: string;
}
interface Answer {
  readonly content: readonly { readonly text: string }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
}

describe.skipIf(tools === undefined)(tools ? title : `${title} (${NO_TOOLS})`, () => {
  let product: Product;
  let home: string;
  beforeAll(async () => {
    product = await serveProduct();
    home = mkdtempSync(path.join(os.tmpdir(), 'fairlead-inspector-'));
    vi.stubEnv('XDG_CONFIG_HOME', home);
    await keepLogin({ url: product.url, name: 'olga', token: product.token });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true, force: true });
    await product?.close();
  });

  const inspect = (...args: string[]) => {
    const header = `Authorization: Bearer ${product.token}`;
    return inspected([product.mcp, '--transport', 'http', '--header', header, ...args]);
  };
  /** The same server, which the Inspector starts as `fairlead mcp`. */
  const inspectStdio = (...args: string[]) => inspected([BIN, 'mcp', '-e', `XDG_CONFIG_HOME=${home}`, ...args]);

  it('lists the tools, the resources and the prompts', async () => {
    const listed = (await inspect('--method', 'tools/list')) as { tools: Tool[] };
    expect(listed.tools.map(({ name }) => name)).toEqual(Object.keys(CALLS));
    const { resources } = (await inspect('--method', 'resources/list')) as { resources: { uri: string }[] };
    expect(resources.map(({ uri }) => uri)).toContain('fairlead://blueprints/shop/web');
    const { prompts } = (await inspect('--method', 'prompts/list')) as { prompts: Tool[] };
    expect(prompts.map(({ name }) => name)).toContain('triage');
  });

  it('lists them over standard input and output as well', async () => {
    const listed = (await inspectStdio('--method', 'tools/list')) as { tools: Tool[] };
    expect(listed.tools.map(({ name }) => name)).toEqual(Object.keys(CALLS));
  });

  const rows = Object.entries(CALLS).flatMap(([name, args]) => [
    ['HTTP', name, args] as const,
    ['standard input and output', name, args] as const,
  ]);
  it.each(rows)('over %s calls %s', async (way, name, args) => {
    const given = Object.entries(args).flatMap(([key, value]) => ['--tool-arg', `${key}=${String(value)}`]);
    const ask = way === 'HTTP' ? inspect : inspectStdio;
    const answer = (await ask('--method', 'tools/call', '--tool-name', name, ...given)) as Answer;
    expect(answer.isError ?? false).toBe(false);
    expect(answer.content[0]?.text).not.toBe('');
    expect(answer.structuredContent).toBeTypeOf('object');
  });
});

/** What it printed, which is the server's answer as JSON. */
const inspected = (args: readonly string[]): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const { node = '', inspector = '' } = tools ?? {};
    const child = spawn(node, [inspector, '--cli', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) return reject(new Error(`exit ${code}: ${err}${out}`));
      resolve(JSON.parse(out));
    });
  });
