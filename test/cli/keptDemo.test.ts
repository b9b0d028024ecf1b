import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { demo } from '../../src/faces/cli/demo.ts';
import { cli } from './cli.ts';

const PATIENCE_MS = 120_000;
const stop = new AbortController();
let dir: string;
let told = '';
let over: Promise<number>;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-kept-'));
  vi.stubEnv('TMPDIR', dir);
  // Without redis-server: notices are not what is looked at here.
  vi.stubEnv('PATH', dir);
  const say = (text: string): void => {
    told += text;
  };
  const io = { out: say, err: say, signal: stop.signal, interactive: false };
  over = demo(io, { input: false, keep: true, scenario: '1' });
});
afterEach(async () => {
  stop.abort();
  await over;
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

describe('a demo that is kept', () => {
  it(
    'prints commands that work as they stand, and its numbers are fresh to them',
    async () => {
      await vi.waitFor(() => expect(told).toContain('Ctrl-C closes it'), { timeout: PATIENCE_MS, interval: 200 });
      const block = told.slice(told.lastIndexOf('In another terminal'));
      const [, kubeconfig = ''] = /export KUBECONFIG=(\S+)/.exec(block) ?? [];
      expect(/export PATH="(.+):\$PATH"/.exec(block)?.[1]).toBe(path.resolve('bin'));
      const calls = [...block.matchAll(/^ {2}fairlead (.+)/gm)].map(([, call = '']) => call);
      expect(calls.map((call) => call.split(' ')[0])).toEqual(['status', 'why', 'what-if', 'audit']);
      const answers: string[] = [];
      for (const call of calls) {
        // The others take it from KUBECONFIG; audit asks only the cluster that its line names.
        const cluster = call.startsWith('audit') ? [] : ['--kubeconfig', kubeconfig];
        const { code, out, err } = await cli(...call.split(' '), ...cluster);
        // What the gate forbids exits 1: that is the answer.
        expect([call, code, err]).toEqual([call, call.startsWith('what-if') ? 1 : 0, '']);
        answers.push(out);
      }
      expect(answers[0]).not.toMatch(/stale|missing|fleet halt|no controller|no executor/);
      expect(answers[1]).toMatch(/scale 2 to 3 on shop\/frontend\n {2}Succeeded/);
      expect(answers[2]).toMatch(/^scale to 9 on shop\/frontend: /);
      expect(answers[3]).toMatch(
        /^executor\.jsonl: sound, .*^cluster: 1 executed changes looked for, 0 not as recorded/ms,
      );
      const { out } = await cli('doctor', '--kubeconfig', kubeconfig, '--data', dir);
      expect(out).toMatch(/^fine {3}controller +fairlead-demo, heard/m);
      expect(out).toMatch(/^fine {3}executor +fairlead-demo, heard/m);
    },
    PATIENCE_MS,
  );
});
