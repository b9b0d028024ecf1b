import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../ports/model.ts';
import { completion, FakeOpenai, type RawReply } from '../../testing/fakeOpenai.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { OpenAiModel } from './openaiModel.ts';

const parameters = {
  type: 'object',
  properties: { service: { type: 'string' }, replicas: { type: 'integer' } },
  required: ['service', 'replicas'],
  additionalProperties: false,
};
const request: ChatRequest = {
  messages: [
    { role: 'system', content: 'be good' },
    { role: 'user', content: 'look' },
    { role: 'assistant', content: '', calls: [{ id: 'a', name: 'get_events', arguments: '{"service":"shop/web"}' }] },
    { role: 'tool', callId: 'a', content: 'none' },
  ],
  tools: [
    { name: 'scale', description: 'Scale.', parameters },
    { name: 'hold', description: 'Hold.', parameters: { ...parameters, properties: {}, required: [] } },
  ],
  maxTokens: 300,
};
const ARGS = '{"service":"shop/web","replicas":3}';
const CALL = `{"tool":"scale","arguments":${ARGS}}`;
const READ = [{ id: '', name: 'scale', arguments: ARGS }];
const json = (content: string): RawReply => ({ body: completion({ content }) });
const native: RawReply = {
  body: completion({ tool_calls: [{ id: 'x', function: { name: 'scale', arguments: ARGS } }] }),
};
const refused = (status: number, error: object): RawReply => ({ status, body: { error } });
const NO_TOOLS = refused(400, { message: 'registry.ollama.ai/library/gemma:2b does not support tools' });

let server: FakeOpenai;
beforeAll(async () => {
  server = await FakeOpenai.start();
});
afterAll(() => server.stop());
afterEach(() => {
  expect(server.left).toBe(0);
  server.requests.length = 0;
});

function setUp(...replies: RawReply[]) {
  server.play(...replies);
  const model = new OpenAiModel({ model: 'm', baseUrl: server.baseUrl, apiKey: 'k', clock: new ManualClock() });
  return { model, ask: () => model.complete(request, new AbortController().signal) };
}

describe('an endpoint without tools', () => {
  it.each<[string, RawReply]>([
    ['Ollama', NO_TOOLS],
    [
      'vLLM',
      refused(400, {
        message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
      }),
    ],
    ['llama.cpp', refused(500, { code: 500, message: 'tools param requires --jinja flag', type: 'server_error' })],
    ['older llama.cpp', refused(500, { code: 500, message: 'Unsupported param: tools', type: 'server_error' })],
    ['a router', refused(404, { message: 'No endpoints found that support tool use' })],
    [
      'one that names the parameter',
      refused(400, { message: 'Unsupported parameter', param: 'tools', code: 'unsupported_parameter' }),
    ],
    ['one with strict fields', refused(422, { message: 'body.tools: Extra inputs are not permitted' })],
    [
      'one whose template cannot do it',
      refused(400, { message: 'Unable to generate parser for this template. tools: …' }),
    ],
  ])('(%s) is asked again for JSON that a schema enforces, and the call looks like any other', async (_, reply) => {
    const { model, ask } = setUp(reply, json(CALL));
    expect(await ask()).toMatchObject({ ok: true, value: { content: '', calls: READ, finish: 'calls' } });
    expect(model.form).toBe('schema');
    const body = server.requests[1]?.body;
    expect(body).not.toHaveProperty('tools');
    const branch = (name: string, args: object) => ({
      type: 'object',
      properties: { tool: { type: 'string', enum: [name] }, arguments: args },
      required: ['tool', 'arguments'],
      additionalProperties: false,
    });
    expect(body?.['response_format']).toEqual({
      type: 'json_schema',
      json_schema: {
        name: 'call',
        strict: true,
        schema: {
          anyOf: [branch('scale', parameters), branch('hold', { ...parameters, properties: {}, required: [] })],
        },
      },
    });
  });

  it('is told the tools behind its fixed prompt, and the calls so far as text', async () => {
    const { ask } = setUp(NO_TOOLS, json(CALL));
    await ask();
    const messages = server.requests[1]?.body['messages'] as { role: string; content: string }[];
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(messages[0]?.content).toMatch(
      /^be good\n\nTools are called in text\.[\s\S]*- scale: Scale\. \{"type":"object"/,
    );
    expect(messages[2]?.content).toBe('{"tool":"get_events","arguments":{"service":"shop/web"}}');
    expect(messages[3]?.content).toBe('Result of get_events:\nnone');
  });

  it('is found out once: every later exchange asks for JSON at once', async () => {
    const { ask } = setUp(NO_TOOLS, json(CALL), json(CALL));
    await ask();
    await ask();
    expect(server.requests).toHaveLength(3);
    expect(server.requests[2]?.body).toHaveProperty('response_format');
  });

  it('and without schemas, or without any format, is asked with less and less, and that is remembered', async () => {
    const { model, ask } = setUp(
      NO_TOOLS,
      refused(400, { message: 'json_schema is not supported', param: 'response_format' }),
      json(`\`\`\`json\n${CALL}\n\`\`\``),
      refused(400, { message: "'response_format' is not supported by this model" }),
      json(CALL),
      json(CALL),
    );
    expect(await ask()).toMatchObject({ value: { calls: READ } });
    expect(model.form).toBe('object');
    expect(server.requests[2]?.body).toMatchObject({ response_format: { type: 'json_object' } });
    for (let n = 0; n < 2; n += 1) expect(await ask()).toMatchObject({ value: { calls: READ } });
    expect(model.form).toBe('words');
    expect(server.requests).toHaveLength(6);
    expect(server.requests[5]?.body).not.toHaveProperty('response_format');
  });

  it('that refuses everything is asked four times and then an error', async () => {
    const no = refused(400, { message: 'tools, response_format and JSON schema are not supported' });
    const { ask } = setUp(no, no, no, no);
    expect(await ask()).toMatchObject({ error: { code: 'badRequest' } });
  });

  it.each([
    ['to its end', {}],
    ['until it was cut', { finish_reason: 'length' }],
  ])('that drops the tools in silence is known by one answer in prose %s', async (_, choice) => {
    const prose = { index: 0, message: { role: 'assistant', content: 'Scale it.' }, finish_reason: 'stop', ...choice };
    const { model, ask } = setUp({ body: completion({}, { choices: [prose] }) }, json(CALL));
    expect(await ask()).toMatchObject({ value: { calls: [], content: 'Scale it.' } });
    expect(model.form).toBe('schema');
    expect(await ask()).toMatchObject({ value: { calls: READ } });
  });

  it('is not told by an empty answer: a thought may have been too long', async () => {
    const { model, ask } = setUp(json(''), json(' '), native);
    for (let n = 0; n < 3; n += 1) await ask();
    expect(model.form).toBe('tools');
  });

  it('where a call cannot be required is known by two', async () => {
    const choice = refused(400, { message: 'tool_choice is not supported', param: 'tool_choice' });
    const { model, ask } = setUp(choice, json('Scale it.'), json('Scale it.'));
    await ask();
    expect(model.form).toBe('tools');
    await ask();
    expect(model.form).toBe('schema');
  });
});

describe('tools that may not be called now', () => {
  it('are not sent where tools are, and are told of but not taken where calls come as JSON', async () => {
    const { model } = setUp(native, NO_TOOLS, json(CALL));
    const narrow = { ...request, only: ['scale'] };
    await model.complete(narrow, new AbortController().signal);
    expect(server.requests[0]?.body['tools']).toMatchObject([{ function: { name: 'scale' } }]);
    await model.complete(narrow, new AbortController().signal);
    const sent = server.requests.at(-1)?.body;
    expect(JSON.stringify(sent?.['messages'])).toContain('- hold: Hold.');
    expect(JSON.stringify(sent?.['response_format'])).toContain('scale');
    expect(JSON.stringify(sent?.['response_format'])).not.toContain('hold');
  });
});

describe('an endpoint with tools', () => {
  it('that sent a call may chat once in its place', async () => {
    const { model, ask } = setUp(native, json('hm'), native, json('hm'));
    for (let n = 0; n < 3; n += 1) await ask();
    expect(model.form).toBe('tools');
    await ask();
    expect(model.form).toBe('schema');
  });

  it('that sent a call, where none can be required, is never asked otherwise, however often it chats', async () => {
    const choice = refused(400, { message: 'tool_choice is not supported', param: 'tool_choice' });
    const { model, ask } = setUp(choice, native, ...Array.from({ length: 5 }, () => json('hm')));
    for (let n = 0; n < 6; n += 1) await ask();
    expect(model.form).toBe('tools');
  });

  it.each<[string, RawReply]>([
    ['a bad key', refused(401, { message: 'tools are not supported for this key' })],
    ['a limited rate', refused(429, { message: 'tools are not available now' })],
    [
      'a full context',
      refused(400, {
        message: 'maximum context length exceeded; tools not supported',
        code: 'context_length_exceeded',
      }),
    ],
    ['another fault of the request', refused(400, { message: 'messages: role system must come first' })],
    ['an outage', refused(503, { message: 'tool parser not available' })],
  ])('is not taken for one without by %s', async (_, reply) => {
    const { model, ask } = setUp(reply);
    expect(await ask()).toMatchObject({ ok: false });
    expect(model.form).toBe('tools');
  });

  it('is not doubted for a question that offers none', async () => {
    const { model } = setUp(json('ready'), json('ready'), json('ready'));
    for (let n = 0; n < 3; n += 1) await model.complete({ ...request, tools: [] }, new AbortController().signal);
    expect(model.form).toBe('tools');
  });
});

describe('a JSON answer', () => {
  it.each([
    ['bare', CALL, READ],
    ['in a fence', `\`\`\`json\n${CALL}\n\`\`\``, READ],
    ['after a thought', `<think>{"tool":"hold"}</think>\n${CALL}`, READ],
    ['over several lines', JSON.stringify(JSON.parse(CALL), null, 2), READ],
    ['with its arguments encoded as text', JSON.stringify({ tool: 'scale', arguments: ARGS }), READ],
    [
      'with a tool that was not offered',
      '{"tool":"delete_deployment","arguments":{}}',
      [{ id: '', name: 'delete_deployment', arguments: '{}' }],
    ],
  ])('%s is a call as it was written', async (_, content, calls) => {
    const { ask } = setUp(NO_TOOLS, json(content));
    expect(await ask()).toMatchObject({ value: { calls, content: '' } });
  });

  it.each([
    ['two objects', `${CALL}\n${CALL}`],
    ['a list', `[${CALL}]`],
    ['words around it', `Sure: ${CALL}`],
    ['a field given twice', '{"tool":"scale","arguments":{"replicas":3,"replicas":50}}'],
    ['a tool given twice', '{"tool":"hold","tool":"scale","arguments":{}}'],
    ['no arguments', '{"tool":"scale"}'],
    ['a field too many', '{"tool":"scale","arguments":{},"approved":true}'],
    ['a number for a name', '{"tool":3,"arguments":{}}'],
    ['arguments that are a list', '{"tool":"scale","arguments":[3]}'],
    ['a cut end', CALL.slice(0, -5)],
    ['a deep nest', `${'['.repeat(100_000)}`],
    ['nothing', ''],
  ])('with %s stays text, for the run to send back', async (_, content) => {
    const { ask } = setUp(NO_TOOLS, json(content));
    expect(await ask()).toMatchObject({ value: { calls: [], content } });
  });

  it('that was cut off says so even when it could be read', async () => {
    const { ask } = setUp(NO_TOOLS, {
      body: completion({}, { choices: [{ index: 0, finish_reason: 'length', message: { content: CALL } }] }),
    });
    expect(await ask()).toMatchObject({ value: { finish: 'length' } });
  });
});
