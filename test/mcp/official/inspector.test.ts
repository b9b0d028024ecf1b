import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLS, type Product, serveProduct } from '../product.ts';
import { NO_TOOLS, officialTools } from './tools.ts';

const tools = officialTools();
const title = "the official Inspector's command line";

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
  beforeAll(async () => {
    product = await serveProduct();
  });
  afterAll(() => product?.close());

  const inspect = (...args: string[]) => {
    const header = `Authorization: Bearer ${product.token}`;
    return inspected([product.mcp, '--transport', 'http', '--header', header, ...args]);
  };

  it('lists the tools, the resources and the prompts', async () => {
    const listed = (await inspect('--method', 'tools/list')) as { tools: Tool[] };
    expect(listed.tools.map(({ name }) => name)).toEqual(Object.keys(CALLS));
    const { resources } = (await inspect('--method', 'resources/list')) as { resources: { uri: string }[] };
    expect(resources.map(({ uri }) => uri)).toContain('fairlead://blueprints/shop/web');
    const { prompts } = (await inspect('--method', 'prompts/list')) as { prompts: Tool[] };
    expect(prompts.map(({ name }) => name)).toContain('triage');
  });

  it.each(Object.entries(CALLS))('calls %s over HTTP', async (name, args) => {
    const given = Object.entries(args).flatMap(([key, value]) => ['--tool-arg', `${key}=${String(value)}`]);
    const answer = (await inspect('--method', 'tools/call', '--tool-name', name, ...given)) as Answer;
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
