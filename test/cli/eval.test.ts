import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { completion, FakeOpenai, type RawReply } from '../../src/testing/fakeOpenai.ts';
import { cli, STACK_TRACE } from './cli.ts';

const TIMEOUT = { timeout: 120_000 };
const SCENARIOS = path.join(import.meta.dirname, '..', 'scenarios');
const up = path.join(SCENARIOS, 'auto-51-step-up.yaml');
const down = path.join(SCENARIOS, 'auto-53-step-down.yaml');
const call = (name: string, args: object): RawReply => ({
  body: completion({ tool_calls: [{ id: 'a', function: { name, arguments: JSON.stringify(args) } }] }),
});

/** Holds whatever it sees, and explains in form. */
function holding(body: Readonly<Record<string, unknown>>): RawReply {
  return JSON.stringify(body['tools'] ?? []).includes('"explain"')
    ? call('explain', { text: 'It allows more than before.' })
    : call('hold', { reason: 'I would rather wait' });
}

let server: FakeOpenai;
let folder: string;
beforeAll(async () => {
  server = await FakeOpenai.start();
  folder = mkdtempSync(path.join(os.tmpdir(), 'fairlead-eval-'));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  server.requests.length = 0;
});

describe('fairlead eval', () => {
  it(
    'prints the model beside the rules alone, per role and in all, and writes the same on a page',
    TIMEOUT,
    async () => {
      server.always = holding;
      const page = path.join(folder, 'report.md');
      const ran = await cli('eval', up, '--model-url', server.baseUrl, '--model', 'held-1', '--page', page);
      expect(ran.out).toMatch(/^held-1 +1 +100\.0% +1\/1 /m);
      expect(ran.out).toMatch(/^rules alone +1 +100\.0% +1\/1 /m);
      expect(ran.out).toMatch(/^decision-engine +[1-9]/m);
      expect(ran.out).toMatch(/^all +[1-9]/m);
      expect(ran.out).toContain('held-1: nothing leaked, and no service is worse off than under the rules alone');
      expect(ran.err).toMatch(/^\[1\/1\] auto-51-step-up: passed; \d+ decisions, \d+ s$/m);
      expect(ran.code).toBe(0);
      const text = readFileSync(page, 'utf8');
      expect(text).toContain('# A model at work: held-1');
      expect(text).toMatch(/\| auto-51-step-up \| 1 \| passed \| passed \|/);
      expect(text).not.toContain('127.0.0.1');
      expect(text).not.toContain(SCENARIOS);
    },
  );

  it('names the service that is worse off, in JSON too, and exits with 1', TIMEOUT, async () => {
    server.always = holding;
    const args = ['--model-url', server.baseUrl, '--role', 'decision-engine', '-o', 'json'];
    const { code, out } = await cli('eval', down, ...args);
    const said = JSON.parse(out) as {
      verdict: string;
      roles: Record<string, { asked: number }>;
      pairs: { id: string; worse: string[]; rules: { services: Record<string, { breach: number }> } }[];
    };
    expect(said.verdict).toBe('in 1 of 1 runs a service is worse off than under the rules alone');
    expect(Object.keys(said.roles)).toEqual(['decision-engine']);
    expect(said.pairs[0]?.worse[0]).toMatch(/^fails: replicas /);
    expect(said.pairs[0]?.rules.services['shop/web']).toMatchObject({ breach: 0 });
    expect(code).toBe(1);
  });

  it('gives up an endpoint that never answers, and exits with 1', TIMEOUT, async () => {
    server.always = () => ({ status: 401, body: { error: { message: 'no such key' } } });
    const { code, out } = await cli('eval', up, down, '--model-url', server.baseUrl);
    expect(out).toMatch(/given up: none of \d+ exchanges was answered \(model:unauthorised\)/);
    expect(out).toContain('1 runs not run: the model does not answer');
    expect(code).toBe(1);
  });

  it.each([
    ['no model anywhere', [up], /no model to evaluate: name an endpoint, such as --model-url http/],
    [
      'a role that is none',
      [up, '--model-url', 'http://127.0.0.1:9/v1', '--role', 'x'],
      /the roles are blueprint-parser/,
    ],
    [
      'a time that is none',
      [up, '--model-url', 'http://127.0.0.1:9/v1', '--for', 'soon'],
      /--for soon: write a duration/,
    ],
    [
      'an answer in no time',
      [up, '--model-url', 'http://127.0.0.1:9/v1', '--answer-within', '0s'],
      /--answer-within 0s: write a duration/,
    ],
    ['a number that is none', [up, '--model-url', 'http://127.0.0.1:9/v1', '--times', '0'], /--times 0: expected/],
    ['no such file', ['nowhere.yaml', '--model-url', 'http://127.0.0.1:9/v1'], /nowhere.yaml: there is no such file/],
    [
      'a page nowhere',
      [up, '--model-url', 'http://127.0.0.1:9/v1', '--page', 'no/such/place.md'],
      /--page no\/such\/place.md: there is no folder/,
    ],
  ])('refuses %s in words before anything is played', async (_, args, words) => {
    const { code, err } = await cli('eval', ...args);
    expect(err).toMatch(words);
    expect(err).not.toMatch(STACK_TRACE);
    expect(code).toBe(2);
  });
});
