import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepLogin } from '../../src/faces/cli/people/gatewayLogin.ts';
import { KINDS } from '../../src/schema/kube.ts';
import { FakeOpenai } from '../../src/testing/fakeOpenai.ts';
import { type Product, serveProduct } from '../mcp/product.ts';
import { cli, onTerminal, STACK_TRACE } from './cli.ts';

let dir: string;
let product: Product;
let model: FakeOpenai;

beforeAll(async () => {
  product = await serveProduct();
  model = await FakeOpenai.start();
});
afterAll(async () => {
  await model.stop();
  await product.close();
});
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-ask-'));
  vi.stubEnv('XDG_CONFIG_HOME', dir);
  await keepLogin({ url: product.url, name: 'olga', token: product.token });
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

const calls = (...made: readonly (readonly [string, object])[]) => ({
  body: {
    model: 'fake-1',
    choices: [
      {
        finish_reason: 'tool_calls',
        message: {
          content: '',
          tool_calls: made.map(([name, args], n) => ({
            id: `c${n}`,
            type: 'function',
            function: { name, arguments: JSON.stringify(args) },
          })),
        },
      },
    ],
    usage: { prompt_tokens: 900, completion_tokens: 30 },
  },
});
const bye = (text: string) => calls(['reply', { text }]);
const ask = (words: string, ...flags: string[]) =>
  cli('ask', words, '--model-url', model.baseUrl, '--model', 'fake', ...flags);
const decisions = (): number => product.view.stage.world.objects.list(KINDS.Decision, 'shop').length;
const LOOK = {
  delta: {
    tool_calls: [{ index: 0, id: 'c1', function: { name: 'fairlead_service', arguments: '{"service":"shop/web"}' } }],
  },
};
const DELETE = { service: 'shop/web', operation: 'delete_deployment', reason: 'tidy up' };

describe('fairlead ask', () => {
  it('looks with the tools of the gateway and prints the model’s words; the course goes to stderr', async () => {
    model.play(calls(['fairlead_service', { service: 'shop/web' }]), bye('web is short of pods'));
    const ran = await ask('what is wrong with shop/web?');
    expect([ran.code, ran.out]).toEqual([0, 'web is short of pods\n']);
    expect(ran.err).toContain(`at ${product.url} as olga; fake at 127.0.0.1`);
    expect(ran.err).toContain('looks fairlead_service service=shop/web\n');
    const sent = JSON.stringify(model.requests.at(-1)?.body['messages']);
    expect(sent).toContain('<data from=\\"fairlead_service\\">');
  });

  it('asks for nothing where nobody can say yes, says so, and ends with 1', async () => {
    const before = decisions();
    model.play(calls(['fairlead_propose', DELETE]), bye('I would have deleted it'));
    const ran = await ask('delete shop/web');
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('What was asked for, and what came of it:\n- fairlead_propose service=shop/web');
    expect(ran.out).toContain('not done: nobody is there to say yes to it');
    expect(JSON.stringify(model.requests.at(-1)?.body['messages'])).toContain('--yes');
    expect(decisions()).toBe(before);
  });

  it('with --yes asks for it; what the rules refuse stands under the words, whatever those claim, and ends with 1', async () => {
    model.play(calls(['fairlead_propose', DELETE]), bye('Done, it is gone.'));
    const ran = await ask('delete shop/web', '--yes');
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^Done, it is gone\.\n\nWhat was asked for[\s\S]*Forbidden: /);
    expect(ran.out).toContain('disable_ingress');
  });

  it('prints all of it as JSON for scripts', async () => {
    model.play(
      calls(['fairlead_what_if', { service: 'shop/web', operation: 'scale', replicas: 9 }]),
      bye('people decide'),
    );
    const ran = await ask('may shop/web have 9?', '-o', 'json');
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({
      question: 'may shop/web have 9?',
      words: 'people decide',
      calls: [{ name: 'fairlead_what_if', effect: false, outcome: 'answered', data: { verdict: 'restricted' } }],
      cost: { steps: 2, promptTokens: 1800, completionTokens: 60, model: 'fake-1' },
    });
  });

  it('ends with 1 and the reason when the model does not answer', async () => {
    model.play({ status: 503, body: { error: { message: 'overloaded' } } });
    const ran = await ask('how are things?');
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(/^No words from the model: .*Nothing was asked for\.\n$/);
  });

  it('prints nothing that draws on a terminal, whatever the model says', async () => {
    model.play(bye('\u001b[2J\u001b]0;owned\u0007fine\u202e'));
    const { out } = await ask('how are things?');
    expect(out).toBe('fine\n');
  });

  const event = (choice: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;
  const END = `${event({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`;
  const spoken = (...pieces: string[]) => ({
    pieces: [...pieces.map((content) => event({ delta: { content } })), END],
  });
  const atTerminal = (words: string, ...flags: string[]) =>
    onTerminal('ask', words, '--model-url', model.baseUrl, '--model', 'fake', ...flags);

  it('at a terminal shows the words while they are written, once, and nothing in them draws', async () => {
    model.play(spoken('web \u001b[2Jis ', '\u001b]0;owned\u0007short ', 'of\u202e pods'));
    const ran = await atTerminal('how is shop/web?');
    expect(ran.code).toBe(0);
    expect(ran.out.join('')).toBe('web is short of pods\n');
    expect(model.requests.at(-1)?.body['stream']).toBe(true);
  });

  it('at a terminal sets words that a call follows off from what comes next', async () => {
    model.play(
      { pieces: [event({ delta: { content: 'I look first.' } }), event(LOOK), END] },
      spoken('web is short', ' of pods'),
    );
    const ran = await atTerminal('how is shop/web?');
    expect(ran.out.join('')).toBe('I look first.\nweb is short of pods\n');
    expect(ran.err).toContain('looks fairlead_service service=shop/web\n');
  });

  it('at a terminal says what became of a stream that ended early, on a line of its own', async () => {
    const early = { pieces: [event({ delta: { content: 'web is sh' } })] };
    model.play(early, early, early);
    const ran = await atTerminal('how is shop/web?');
    expect(ran.code).toBe(1);
    expect(ran.out.join('')).toMatch(/^(?:web is\n){3}No words from the model: more than 2 answers/);
  });

  it('asks a program no stream and gives it no half words', async () => {
    model.play(bye('web is well'));
    const ran = await atTerminal('how is shop/web?', '-o', 'json');
    expect(ran.out).toHaveLength(1);
    expect(JSON.parse(ran.out.join(''))).toMatchObject({ words: 'web is well' });
    expect(model.requests.at(-1)?.body).not.toHaveProperty('stream');
  });

  it('without a model says which commands tell the same, and asks nobody', async () => {
    vi.stubEnv('FAIRLEAD_MODEL_URL', '');
    const ran = await cli('ask', 'how is web?');
    expect(ran).toMatchObject({ code: 2, out: '' });
    for (const command of ['fairlead status', 'fairlead what-if', 'fairlead request', 'fairlead approvals']) {
      expect(ran.err).toContain(command);
    }
  });

  it.each([
    ['without words and without a terminal', () => ask(''), 2, 'say what you want to know'],
    [
      'with a gateway and a kubeconfig',
      () => ask('x', '--gateway', product.url, '--kubeconfig', 'k'),
      1,
      'name one of them',
    ],
    [
      'for a gateway of another login',
      () => ask('x', '--gateway', 'http://127.0.0.1:1'),
      1,
      'fix: fairlead login http://127.0.0.1:1',
    ],
  ])('is refused %s', async (_, run, code, words) => {
    const ran = await run();
    expect([ran.code, ran.out]).toEqual([code, '']);
    expect(ran.err).toContain(words);
    expect(ran.err).not.toMatch(STACK_TRACE);
  });

  it.each([
    ['a login that has expired', product?.url, 'fl_gone', 'fix: fairlead login'],
    ['a gateway that is down', 'http://127.0.0.1:9', 'fl_any', 'fix: is fairlead serve'],
  ])('says what to do about %s', async (_, url, token, fix) => {
    await keepLogin({ url: url ?? product.url, name: 'olga', token });
    const ran = await ask('how is web?');
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining(fix) });
  });
});
