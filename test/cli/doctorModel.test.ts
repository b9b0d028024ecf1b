import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { completion, FakeOpenai, type RawReply } from '../../src/testing/fakeOpenai.ts';
import { cli, STACK_TRACE } from './cli.ts';

const KEY = 'sk-doctor-5f0c9d7e1b2a4c6d8e0f';
const service = 'shop/storefront';
const call = (name: string, args: object): RawReply => ({
  body: completion({ tool_calls: [{ id: 'a', function: { name, arguments: JSON.stringify(args) } }] }),
});

/** Answers each role in form. */
function fit(body: Readonly<Record<string, unknown>>): RawReply {
  // Pages about the server itself: it has none.
  if (body['messages'] === undefined) return { status: 404 };
  const text = JSON.stringify(body['messages']);
  const tools = JSON.stringify(body['tools'] ?? []);
  const said = 'More replicas than the blueprint allows.';
  if (tools.includes('"brief"')) {
    return call('brief', { what: said, why: said, risk: said, before: said, after: said, alternatives: [] });
  }
  if (tools.includes('"pace"')) return call('pace', { replicas: null, wait_seconds: 0, reason: said });
  if (tools.includes('"retry"')) return call('retry', { reason: said });
  if (tools.includes('"cause"')) return call('cause', { text: said });
  if (tools.includes('"ask_person"')) return call('ask_person', { reason: said });
  if (tools.includes('"explain"')) return call('explain', { text: 'It allows more than before.' });
  return text.includes('NEEDED, at least 3')
    ? call('scale', { service, replicas: 3, reason: 'CPU 85%' })
    : call('hold', { reason: 'nothing needed' });
}

let server: FakeOpenai;
beforeAll(async () => {
  server = await FakeOpenai.start();
});
afterAll(() => server.stop());
afterEach(() => {
  server.requests.length = 0;
});

describe('fairlead doctor --model', () => {
  it('says for each role that a model is fit, what it did and how fast, and exits with 0', async () => {
    server.always = fit;
    const { code, out, err } = await cli('doctor', '--model', server.baseUrl);
    expect(out).toMatch(/^fit {4}decision-engine: default at 127\.0\.0\.1:\d+, by tool calls\n/m);
    expect(out).toMatch(/^fit {4}governance-enforcer/m);
    expect(out).toContain('CPU is at 85% on 2 replicas: proposed scale to 3, as the rules would (');
    expect(out).toContain('3 of 3 answers valid; orders in the data: ignored');
    expect(out).toContain('context not told');
    expect(err).toContain('as decision-engine\n');
    expect(code).toBe(0);
  });

  it('answers scripts with JSON, and exits with 1 when a role is unfit', async () => {
    server.always = () => ({ body: completion({ content: 'I would wait.' }) });
    const { code, out } = await cli('doctor', '--model', server.baseUrl, '-o', 'json');
    const reports = JSON.parse(out) as { role: string; fit: boolean; form: string; measured: { valid: number } }[];
    expect(reports.map(({ role }) => role)).toContain('decision-engine');
    for (const report of reports) expect(report).toMatchObject({ fit: false, measured: { valid: 0 } });
    expect(reports[0]?.form).toBe('JSON (schema)');
    expect(code).toBe(1);
  });

  it('tries an endpoint that refuses once, shows no key, and says why for every role', async () => {
    server.always = () => ({ status: 401, body: { error: { message: `Incorrect API key: ${KEY}` } } });
    const { code, out } = await cli('doctor', '--model', server.baseUrl);
    expect(server.requests.filter(({ path }) => path.endsWith('/chat/completions'))).toHaveLength(1);
    expect(out.match(/^unfit /gm)?.length).toBe(out.match(/not fit: .*Incorrect API key/g)?.length);
    expect(out).not.toContain(KEY);
    expect(code).toBe(1);
  });

  it.each([
    ['no model anywhere', ['--model'], /no model to try: name an endpoint, such as --model http/],
    ['a name without an endpoint', ['--model', 'x'], /no endpoint: set FAIRLEAD_MODEL_URL or --model-url/],
    ['an address of another sort', ['--model', 'ftp://x/v1'], /--model is no http or https address/],
    [
      'a time that is none',
      ['--model', 'http://127.0.0.1:9/v1', '--within', 'soon'],
      /--within soon: write a duration/,
    ],
  ])('refuses %s in words', async (_, args, words) => {
    const { code, err } = await cli('doctor', ...args);
    expect(err).toMatch(words);
    expect(err).not.toMatch(STACK_TRACE);
    expect(code).toBe(2);
  });
});
