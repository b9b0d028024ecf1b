import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serving } from '../serving.ts';
import { fixtureServer } from './fixtureServer.ts';
import { NO_TOOLS, officialTools } from './tools.ts';

const tools = officialTools();
const title = 'the official conformance suite';
const SCENARIOS = 25;

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

describe.skipIf(tools === undefined)(tools ? title : `${title} (${NO_TOOLS})`, () => {
  let gateway: Serving;
  beforeAll(async () => {
    gateway = await serving(fixtureServer, {
      letIn: (stage) => {
        stage.person('conny', 'operator');
        return stage.token('conny', ['read', 'propose']);
      },
    });
  });
  afterAll(() => gateway?.close());

  // Elicitation under load was seen to fail once: one more try is what the suite's own users allow it.
  it('passes whole, by default what is active, with no failure expected', { retry: 1, timeout: 180_000 }, async () => {
    const { code, output } = await run(gateway.mcp);
    expect(output).not.toMatch(/\b[1-9]\d* failed/);
    const [, passed = '0', failed = '1'] = /Total: (\d+) passed, (\d+) failed/.exec(output) ?? [];
    expect({ code, failed: Number(failed), output: code === 0 ? '' : output }).toEqual({
      code: 0,
      failed: 0,
      output: '',
    });
    expect(Number(passed)).toBeGreaterThan(SCENARIOS);
  });

  it('leaves no stream behind, and no more sessions than one person may have', () => {
    expect(gateway.sessions.size).toBeLessThanOrEqual(32);
  });
});

const run = (url: string): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const { node = '', conformance = '' } = tools ?? {};
    const child = spawn(node, [conformance, 'server', '--url', url], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
