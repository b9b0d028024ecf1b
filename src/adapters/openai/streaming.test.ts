import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AnswerSoFar, ChatRequest } from '../../ports/model.ts';
import { completion, FakeOpenai, type RawReply } from '../../testing/fakeOpenai.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { OpenAiModel, type OpenAiModelOptions } from './openaiModel.ts';
import { streamedBody } from './streamedBody.ts';

const request: ChatRequest = {
  messages: [{ role: 'user', content: 'how is web?' }],
  tools: [{ name: 'reply', description: 'Say it.', parameters: { type: 'object', properties: {} } }],
  maxTokens: 300,
};
const NEVER = new AbortController().signal;

let server: FakeOpenai;
beforeAll(async () => {
  server = await FakeOpenai.start();
});
afterAll(() => server.stop());
afterEach(() => {
  server.requests.length = 0;
});

const event = (chunk: object | string): string =>
  `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`;
const said = (content: string): string => event({ model: 'm', choices: [{ index: 0, delta: { content } }] });
const argued = (text: string): string =>
  event({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: text } }] } }] });
const OPEN = event({
  choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: 'c1', function: { name: 'reply', arguments: '' } }] } }],
});
const finish = (reason: string): string => event({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });
const USAGE = event({ choices: [], usage: { prompt_tokens: 70, completion_tokens: 9 } });
const DONE = event('[DONE]');

const modelOf = (options: Partial<OpenAiModelOptions> = {}): OpenAiModel =>
  new OpenAiModel({ model: 'm', baseUrl: server.baseUrl, apiKey: 'k', clock: new ManualClock(), ...options });

/** One watched exchange: what came of it, and what was seen of it on the way. */
async function watched(...replies: RawReply[]) {
  server.play(...replies);
  const seen: AnswerSoFar[] = [];
  const result = await modelOf().complete(request, NEVER, (soFar) => seen.push(soFar));
  return { result, seen };
}

describe('an answer that is watched', () => {
  it('is asked for as a stream, with its usage; one that nobody watches is not', async () => {
    await watched({ pieces: [said('well'), finish('stop'), DONE] });
    server.play({ body: completion({}) });
    await modelOf().complete(request, NEVER);
    expect(server.requests.map(({ body }) => [body['stream'], body['stream_options']])).toEqual([
      [true, { include_usage: true }],
      [undefined, undefined],
    ]);
  });

  it('is seen before it ends, and is the same answer in the end', async () => {
    let go = (): void => {};
    const wasSeen = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* pieces(): AsyncGenerator<string> {
      yield said('web is ');
      await wasSeen;
      yield `${said('well')}${finish('stop')}${USAGE}${DONE}`;
    }
    server.play({ pieces: pieces() });
    const seen: string[] = [];
    const result = await modelOf().complete(request, NEVER, ({ content }) => {
      seen.push(content);
      go();
    });
    expect(seen[0]).toBe('web is ');
    expect(result).toMatchObject({
      value: { content: 'web is well', finish: 'stop', model: 'm', promptTokens: 70, completionTokens: 9 },
    });
  });

  it('is put together from pieces that are cut anywhere, inside letters too', async () => {
    const text = '{"text":"größer 🚀 als"}';
    const whole = Buffer.from(
      `${OPEN}${argued(text.slice(0, 12))}${argued(text.slice(12))}${finish('tool_calls')}${DONE}`,
    );
    const bytes = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of whole) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const seen: AnswerSoFar[] = [];
    const body = await streamedBody(new Response(bytes), (soFar) => seen.push(soFar));
    expect(body).toMatchObject({ choices: [{ message: { tool_calls: [{ function: { arguments: text } }] } }] });
    expect(seen.length).toBeGreaterThan(0);
    for (const { calls } of seen) expect(text.startsWith(calls[0]?.arguments ?? 'none')).toBe(true);
  });

  it.each<[string, readonly string[], object]>([
    ['without its end', [said('web is')], { ok: true, value: { finish: 'other' } }],
    ['with an end that gives no reason', [said('web is'), DONE], { ok: true, value: { finish: 'other' } }],
    ['cut by its limit', [OPEN, argued('{"te'), finish('length'), DONE], { ok: true, value: { finish: 'length' } }],
    [
      'with a reason and no more',
      [said('web'), finish('stop')],
      { ok: true, value: { content: 'web', finish: 'stop' } },
    ],
    ['with comments first', [': PROCESSING\n\n', said('web'), finish('stop')], { value: { content: 'web' } }],
    [
      'with an error in its middle',
      [said('web'), event({ error: { message: 'out of memory' } })],
      { ok: false, error: { code: 'malformed', message: 'an error in place of an answer: out of memory' } },
    ],
    [
      'with a context that got full',
      [event({ error: { message: 'maximum context length is 4096' } }), DONE],
      { ok: false, error: { code: 'contextTooLong' } },
    ],
    [
      'with half a JSON in it',
      [said('web'), 'data: {"choices":[\n\n', finish('stop')],
      { ok: false, error: { code: 'malformed' } },
    ],
    ['of nothing', [], { ok: false, error: { code: 'malformed' } }],
  ])('%s is told for what it is', async (_, pieces, wanted) => {
    const { result } = await watched({ pieces });
    expect(result).toMatchObject(wanted);
    expect(server.requests).toHaveLength(1);
  });

  it('is unavailable when the connection breaks', async () => {
    const { result, seen } = await watched({ pieces: [said('web is ')], cut: true });
    expect(result).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    expect(seen.length).toBeLessThanOrEqual(1);
  });

  it('ends with its announced end, though the connection stays open', async () => {
    async function* pieces(): AsyncGenerator<string> {
      yield `${said('web')}${finish('stop')}${DONE}`;
      await new Promise(() => {});
    }
    expect((await watched({ pieces: pieces() })).result).toMatchObject({ value: { content: 'web' } });
  });

  it('ends by our clock when it stands still', async () => {
    async function* pieces(): AsyncGenerator<string> {
      yield said('web is ');
      await new Promise(() => {});
    }
    const clock = new ManualClock();
    server.play({ pieces: pieces() });
    const seen: AnswerSoFar[] = [];
    const asked = modelOf({ clock, timeoutMs: 30_000 }).complete(request, NEVER, (soFar) => seen.push(soFar));
    await expect.poll(() => seen.length).toBe(1);
    await clock.advance(30_000);
    expect(await asked).toEqual({ ok: false, error: { code: 'timeout', message: 'no answer within 30 s' } });
  });

  it('is too large at some size, also as a stream', async () => {
    const { result } = await watched({ pieces: Array.from({ length: 40 }, () => said('x'.repeat(64_000))) });
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'malformed', message: expect.stringContaining('too large') },
    });
  });

  it.each<[string, RawReply, object]>([
    [
      'a whole completion',
      { body: completion({ content: 'web is well' }) },
      { ok: true, value: { content: 'web is well' } },
    ],
    [
      'a page',
      { body: '<html>login</html>', headers: { 'content-type': 'text/html' } },
      { ok: false, error: { code: 'malformed' } },
    ],
    [
      'half a JSON',
      { body: '{"id":"c1","cho', headers: { 'content-type': 'application/json' } },
      { ok: false, error: { code: 'malformed', message: 'the answer is not JSON, or was cut off' } },
    ],
    ['an error with status 200', { body: { error: { message: 'oops' } } }, { ok: false, error: { code: 'malformed' } }],
    ['an error', { status: 503, body: { error: { message: 'busy' } } }, { ok: false, error: { code: 'unavailable' } }],
  ])('where the endpoint sends %s instead is read all the same', async (_, reply, wanted) => {
    const { result, seen } = await watched(reply);
    expect(result).toMatchObject(wanted);
    expect(seen).toEqual([]);
  });

  it.each<[string, string, readonly unknown[]]>([
    ['the options of a stream', 'Unrecognized request argument supplied: stream_options', [true, true, true]],
    ['a stream', 'Your organization must be verified to stream this model.', [true, undefined, undefined]],
    ['a stream beside tools', 'Cannot use tools with stream', [true, undefined, undefined]],
  ])('where an endpoint refuses %s is asked for without from then on', async (_, message, streamed) => {
    const model = modelOf();
    const refusal = { status: 400, body: { error: { message } } };
    const answer = { body: completion({ tool_calls: [{ id: 'a', function: { name: 'reply', arguments: '{}' } }] }) };
    server.play(refusal, answer, answer);
    for (let n = 0; n < 2; n += 1) expect((await model.complete(request, NEVER, () => {})).ok).toBe(true);
    expect(server.requests.map(({ body }) => body['stream'])).toEqual(streamed);
    expect(server.requests.at(-1)?.body).not.toHaveProperty('stream_options');
    expect(model.form).toBe('tools');
  });
});
