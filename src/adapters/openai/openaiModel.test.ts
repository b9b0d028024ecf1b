import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../ports/model.ts';
import { completion, FakeOpenai, type RawReply } from '../../testing/fakeOpenai.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { OpenAiModel, type OpenAiModelOptions } from './openaiModel.ts';

const KEY = 'sk-test-5f0c9d7e1b2a4c6d8e0f';
const scale = {
  id: 'call_1',
  type: 'function',
  function: { name: 'scale', arguments: '{"service":"shop/web","replicas":3}' },
};
const request: ChatRequest = {
  messages: [
    { role: 'system', content: 'be good' },
    { role: 'user', content: 'look' },
    { role: 'assistant', content: '', calls: [{ id: 'a', name: 'get_events', arguments: '{}' }] },
    { role: 'tool', callId: 'a', content: 'none' },
  ],
  tools: [{ name: 'scale', description: 'Scale.', parameters: { type: 'object', properties: {} } }],
  maxTokens: 300,
};

let server: FakeOpenai;
beforeAll(async () => {
  server = await FakeOpenai.start();
});
afterAll(() => server.stop());
afterEach(() => {
  server.requests.length = 0;
});

const modelOf = (options: Partial<OpenAiModelOptions> = {}): OpenAiModel =>
  new OpenAiModel({ model: 'm-1', baseUrl: server.baseUrl, apiKey: KEY, clock: new ManualClock(), ...options });

async function exchange(replies: RawReply | readonly RawReply[], options: Partial<OpenAiModelOptions> = {}) {
  server.play(...(Array.isArray(replies) ? replies : [replies]));
  return modelOf(options).complete(request, new AbortController().signal);
}

const error = (status: number, body: object, headers: Record<string, string> = {}): RawReply => ({
  status,
  headers,
  body: { error: body },
});

describe('a completion', () => {
  it('is asked for once, without streaming, with our messages, tools and limit', async () => {
    await exchange({ body: completion({}) });
    expect(server.requests).toHaveLength(1);
    const [seen] = server.requests;
    expect(seen?.path).toBe('/v1/chat/completions');
    expect(seen?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(seen?.body).toEqual({
      model: 'm-1',
      max_tokens: 300,
      temperature: 0,
      messages: [
        { role: 'system', content: 'be good' },
        { role: 'user', content: 'look' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'get_events', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'a', content: 'none' },
      ],
      tool_choice: 'required',
      tools: [
        {
          type: 'function',
          function: { name: 'scale', description: 'Scale.', parameters: { type: 'object', properties: {} } },
        },
      ],
    });
  });

  it('is read with its calls, usage and what was cached', async () => {
    expect(await exchange({ body: completion({ content: null, tool_calls: [scale] }) })).toEqual({
      ok: true,
      value: {
        content: '',
        calls: [{ id: 'call_1', name: 'scale', arguments: scale.function.arguments }],
        finish: 'stop',
        model: 'fake-1',
        promptTokens: 120,
        completionTokens: 30,
        cachedTokens: 100,
      },
    });
  });

  it.each<[string, object, object]>([
    ['no usage', completion({}, { usage: null }), { promptTokens: 0, completionTokens: 0, cachedTokens: 0 }],
    [
      'nonsense for usage',
      completion({}, { usage: { prompt_tokens: -3, completion_tokens: 'many' } }),
      { promptTokens: 0, completionTokens: 0 },
    ],
    [
      'arguments as an object',
      completion({ tool_calls: [{ function: { name: 'scale', arguments: { replicas: 3 } } }] }),
      { calls: [{ id: '', name: 'scale', arguments: '{"replicas":3}' }] },
    ],
    [
      'no arguments',
      completion({ tool_calls: [{ id: 'x', function: { name: 'list_services' } }] }),
      { calls: [{ id: 'x', name: 'list_services', arguments: '' }] },
    ],
    [
      'broken arguments, as they are',
      completion({ tool_calls: [{ id: 'x', function: { name: 'scale', arguments: '{"replicas": ' } }] }),
      { calls: [{ id: 'x', name: 'scale', arguments: '{"replicas": ' }] },
    ],
    ['null for calls', completion({ tool_calls: null, content: 'hi' }), { calls: [], content: 'hi' }],
    [
      'content in parts',
      completion({
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      }),
      { content: 'ab' },
    ],
    ['a refusal', completion({ refusal: 'I cannot.' }), { finish: 'filtered' }],
    ['no model name', completion({}, { model: null }), { model: 'm-1' }],
    [
      'filter results beside the message',
      completion({}, { prompt_filter_results: [{ prompt_index: 0 }] }),
      { finish: 'stop' },
    ],
  ])('is read when a server sends %s', async (_, body, wanted) => {
    expect(await exchange({ body })).toMatchObject({ ok: true, value: wanted });
  });

  it.each([
    ['stop', 'stop'],
    ['tool_calls', 'calls'],
    ['function_call', 'calls'],
    ['length', 'length'],
    ['model_length', 'length'],
    ['content_filter', 'filtered'],
    ['SAFETY', 'filtered'],
    ['insufficient_system_resource', 'other'],
    ['abort', 'other'],
    [null, 'other'],
  ])('that ends with %j is called %s', async (reason, finish) => {
    const body = completion({}, { choices: [{ index: 0, finish_reason: reason, message: { content: 'x' } }] });
    expect(await exchange({ body })).toMatchObject({ value: { finish } });
  });
});

describe('an exchange that fails', () => {
  it.each<[string, RawReply, string]>([
    ['a bad key', error(401, { message: 'bad key' }), 'unauthorised'],
    ['no right', error(403, { message: 'no' }), 'unauthorised'],
    ['an unknown model', error(404, { message: 'no such model' }), 'badRequest'],
    [
      'a refused schema',
      error(400, { code: 400, message: 'Pattern must start with ^', type: 'invalid_request_error' }),
      'badRequest',
    ],
    [
      'a full context (llama.cpp)',
      error(400, { code: 400, message: 'request (28052 tokens) exceeds', type: 'exceed_context_size_error' }),
      'contextTooLong',
    ],
    ['a full context (OpenAI)', error(400, { code: 'context_length_exceeded', message: 'too long' }), 'contextTooLong'],
    [
      'a full context (vLLM)',
      error(400, { message: "This model's maximum context length is 4096 tokens" }),
      'contextTooLong',
    ],
    ['a body too large', error(413, { message: 'too large' }), 'contextTooLong'],
    ['a rate limit', error(429, { message: 'slow down' }), 'rateLimited'],
    ['a broken server', error(500, { message: 'oops' }), 'unavailable'],
    [
      'an overloaded server with a page',
      { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>busy</html>' },
      'unavailable',
    ],
    ['a gateway timeout', { status: 504, body: 'late' }, 'timeout'],
    [
      'a page with status 200',
      { headers: { 'content-type': 'text/html' }, body: '<!doctype html><p>login</p>' },
      'malformed',
    ],
    ['an error object with status 200', { body: { error: { message: 'oops' } } }, 'malformed'],
    ['no choices', { body: completion({}, { choices: [] }) }, 'malformed'],
    [
      'a choice without a message',
      { body: completion({}, { choices: [{ index: 0, finish_reason: 'stop' }] }) },
      'malformed',
    ],
    [
      'a call without a name',
      { body: completion({ tool_calls: [{ id: 'a', function: { arguments: '{}' } }] }) },
      'malformed',
    ],
    ['an empty body', { headers: { 'content-type': 'application/json' }, body: '' }, 'malformed'],
    ['half of a JSON', { headers: { 'content-type': 'application/json' }, body: '{"id":"c1","cho' }, 'malformed'],
    ['null', { headers: { 'content-type': 'application/json' }, body: 'null' }, 'malformed'],
    [
      'a body without an end',
      { headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(3_000_000)}"` },
      'malformed',
    ],
    [
      'a connection that is cut',
      {
        headers: { 'content-type': 'application/json', 'content-length': '5000' },
        body: JSON.stringify(completion({})),
        cut: true,
      },
      'unavailable',
    ],
  ])('%s is %s', async (_, reply, code) => {
    expect(await exchange(reply)).toMatchObject({ ok: false, error: { code } });
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, Record<string, string>, number | undefined]>([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['milliseconds', { 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    ['a date', { 'retry-after': new Date(Date.UTC(2026, 0, 5, 0, 0, 30)).toUTCString() }, 30_000],
    ['more than an hour', { 'retry-after': '999999' }, 3_600_000],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['nothing', {}, undefined],
  ])('tells when to come back, from %s', async (_, headers, wanted) => {
    const result = await exchange(error(429, { message: 'slow down' }, headers));
    expect(result.ok ? undefined : result.error.retryAfterMs).toBe(wanted);
  });

  it('an address where nobody listens is unavailable, one that is none a typed error too', async () => {
    const stopped = await FakeOpenai.start();
    const { baseUrl } = stopped;
    await stopped.stop();
    expect(await modelOf({ baseUrl }).complete(request, new AbortController().signal)).toMatchObject({
      error: { code: 'unavailable' },
    });
    const nonsense = modelOf({ baseUrl: 'no address' });
    expect(nonsense.label).toBe('m-1 at (no valid address)');
    expect(await nonsense.complete(request, new AbortController().signal)).toMatchObject({ ok: false });
  });

  it.each<RawReply['hang'][]>([['before headers'], ['before body']])(
    'one that hangs %s ends by our clock',
    async (hang) => {
      const clock = new ManualClock();
      if (hang !== undefined) server.play({ hang });
      const answering = modelOf({ clock, timeoutMs: 30_000 }).complete(request, new AbortController().signal);
      await expect.poll(() => server.requests.length).toBe(1);
      await clock.advance(30_000);
      expect(await answering).toEqual({ ok: false, error: { code: 'timeout', message: 'no answer within 30 s' } });
    },
  );

  it('ends when the caller stops', async () => {
    const stop = new AbortController();
    server.play({ hang: 'before headers' });
    const answering = modelOf().complete(request, stop.signal);
    await expect.poll(() => server.requests.length).toBe(1);
    stop.abort();
    expect(await answering).toMatchObject({ error: { code: 'timeout', message: 'the caller stopped' } });
  });
});

describe('the key', () => {
  it.each<[string, RawReply]>([
    ['echoed by the server', error(401, { message: `Incorrect API key provided: ${KEY}.` })],
    ['echoed with the header', error(400, { message: `got Authorization: Bearer ${KEY}` })],
    ['in a page', { status: 502, body: `<pre>${KEY}</pre>` }],
    ['in base64', error(500, { message: Buffer.from(KEY).toString('base64') })],
  ])('stands in no error text when %s', async (_, reply) => {
    const result = await exchange(reply);
    const message = result.ok ? 'an answer' : result.error.message;
    expect(message).not.toContain(KEY);
    expect(message).not.toContain(Buffer.from(KEY).toString('base64'));
    expect(message.length).toBeLessThanOrEqual(300);
  });

  it('stands in no label', () => {
    expect(modelOf({ baseUrl: `https://user:${KEY}@models.example:8443/v1` }).label).toBe('m-1 at models.example:8443');
  });

  it('is read again at once after a 401, and the call goes out once more when it has changed', async () => {
    const keys = ['old-key-000001', 'new-key-000002'];
    const apiKey = async (): Promise<string> => keys.shift() ?? 'new-key-000002';
    const result = await exchange([error(401, { message: 'expired' }), { body: completion({ content: 'hi' }) }], {
      apiKey,
    });
    expect(result).toMatchObject({ ok: true, value: { content: 'hi' } });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer old-key-000001',
      'Bearer new-key-000002',
    ]);
  });

  it('that cannot be read is a typed error, and nothing is sent', async () => {
    const apiKey = (): Promise<string> => Promise.reject(new Error('ENOENT /secret/path'));
    expect(await modelOf({ apiKey }).complete(request, new AbortController().signal)).toEqual({
      ok: false,
      error: { code: 'unauthorised', message: 'the key could not be read' },
    });
    expect(server.requests).toHaveLength(0);
  });

  it('may be missing for a local server', async () => {
    expect(await exchange({ body: completion({}) }, { apiKey: '' })).toMatchObject({ ok: true });
    expect(server.requests[0]?.headers.authorization).toBe('Bearer none');
  });
});

describe('parameters that an endpoint refuses', () => {
  const refused = (param: string, code = 'unsupported_parameter'): RawReply =>
    error(400, { message: `Unsupported: '${param}'`, param, code });

  it('are left out or renamed once they are known, for every later exchange', async () => {
    const model = modelOf();
    server.play(
      refused('max_tokens'),
      refused('temperature', 'unsupported_value'),
      { body: completion({}) },
      { body: completion({}) },
    );
    for (let n = 0; n < 2; n += 1) expect((await model.complete(request, new AbortController().signal)).ok).toBe(true);
    expect(server.requests).toHaveLength(4);
    expect(server.requests.at(-1)?.body).toMatchObject({ max_completion_tokens: 300 });
    expect(server.requests.at(-1)?.body).not.toHaveProperty('temperature');
    expect(server.requests.at(-1)?.body).not.toHaveProperty('max_tokens');
  });

  it.each<[string, RawReply]>([
    ['by its name', refused('tool_choice', 'invalid_value')],
    ['in words', error(400, { message: 'tool_choice required is not supported in thinking mode' })],
    ['as a fault of its own', error(500, { message: 'Unsupported param: tool_choice' })],
  ])('a demanded call that is refused %s is only asked for from then on, still by tools', async (_, refusal) => {
    const model = modelOf();
    server.play(refusal, { body: completion({ tool_calls: [scale] }) }, { body: completion({ tool_calls: [scale] }) });
    for (let n = 0; n < 2; n += 1) expect((await model.complete(request, new AbortController().signal)).ok).toBe(true);
    expect(server.requests.map(({ body }) => body['tool_choice'])).toEqual(['required', undefined, undefined]);
    expect(server.requests.at(-1)?.body).toHaveProperty('tools');
    expect(model.form).toBe('tools');
  });

  it('are not tried without for ever', async () => {
    const result = await exchange([refused('temperature'), refused('temperature')]);
    expect(result).toMatchObject({ ok: false, error: { code: 'badRequest' } });
    expect(server.requests).toHaveLength(2);
  });
});
