import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OpenAiModel } from '../src/adapters/openai/openaiModel.ts';
import type { Proposal } from '../src/agents/proposer.ts';
import { DecisionEngine, loadDecisionPrompt } from '../src/agents/roles/decisionEngine.ts';
import type { AskedCall, Judge } from '../src/schema/judgedCall.ts';
import { completion, FakeOpenai, type RawReply } from '../src/testing/fakeOpenai.ts';
import { ManualClock } from '../src/testing/manualClock.ts';
import { proposalContext, refusal, verdict } from '../src/testing/proposalContext.ts';

/**
 * What small local models and their servers really send (llama.cpp with a 1.5B model), byte for byte, through adapter and
 * run: taken where it can mean one thing, sent back with words where not, and never mended.
 */
const service = 'shop/storefront';
const prompt = loadDecisionPrompt(new URL('../prompts/', import.meta.url).pathname);

let server: FakeOpenai;
beforeAll(async () => {
  server = await FakeOpenai.start();
});
afterAll(() => server.stop());
afterEach(() => {
  expect(server.left).toBe(0);
  server.requests.length = 0;
});

interface Ran {
  readonly proposal: Proposal;
  readonly judged: readonly AskedCall[];
  /** What the model was told after each answer. */
  readonly told: string;
}

/** The gate of a blueprint with at most 10 replicas. */
const gate: Judge = async (call) => {
  if (call.effect === 'read') return { kind: 'answered', verdict: verdict(), data: { events: [] } };
  const fits = call.effect === 'change' && call.wanted?.kind === 'scale' && call.wanted.replicas <= 10;
  return fits ? { kind: 'accepted', verdict: verdict() } : { kind: 'refused', verdict: refusal(call.tool) };
};

async function run(...replies: RawReply[]): Promise<Ran> {
  server.play(...replies);
  const clock = new ManualClock();
  const model = new OpenAiModel({ model: 'm', baseUrl: server.baseUrl, apiKey: 'none', clock });
  const judged: AskedCall[] = [];
  const judge: Judge = (call) => {
    judged.push(call);
    return gate(call);
  };
  const engine = new DecisionEngine({ model, prompt, clock });
  const proposal = await engine.propose(proposalContext({ judge }), new AbortController().signal);
  const last = server.requests.at(-1)?.body['messages'];
  return { proposal, judged, told: JSON.stringify(Array.isArray(last) ? last.slice(2) : []) };
}

const call = (args: object | string, name = 'scale', rest: object = {}): object => ({
  id: 'kZP3q8Vn1xYtL0cR5dWfGhJmB2sA7uEo',
  type: 'function',
  function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  ...rest,
});
const calls = (...list: object[]): RawReply => ({ body: completion({ content: '', tool_calls: list }) });
const said = (content: string, finish = 'stop'): RawReply => ({
  body: completion({}, { choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content } }] }),
});
const scale = (replicas: number) => ({ service, replicas, reason: 'CPU is above 80%' });
const good = calls(call(scale(3)));
const THREE = { kind: 'change', tool: 'scale', args: { service, replicas: 3 } };

describe('quirks of small models and their servers', () => {
  it('1: an absurd number that a schema forced is judged like any other, and refused', async () => {
    const { proposal, judged, told } = await run(calls(call(scale(60))), good);
    expect(judged.map(({ args }) => args['replicas'])).toEqual([60, 3]);
    expect(told).toContain('scale is refused');
    expect(proposal).toMatchObject(THREE);
    // What invites such numbers is not sent in the first place.
    expect(JSON.stringify(server.requests[0]?.body['tools'])).not.toMatch(/"(minimum|maximum|pattern|maxLength)"/);
  });

  it('2: temperature 0 does not bind it: another answer to the same question is judged by itself', async () => {
    const first = await run(calls(call(scale(3))));
    const second = await run(calls(call(scale(60))), calls(call({ reason: 'calm' }, 'hold')));
    expect(server.requests[1]?.body).toEqual(server.requests[0]?.body);
    expect([first.proposal.kind, second.proposal.kind]).toEqual(['change', 'hold']);
  });

  it('3: a call that was cut off is not used, and is asked for again with the reason', async () => {
    const cut = {
      body: completion(
        {},
        {
          choices: [
            { index: 0, finish_reason: 'length', message: { content: '', tool_calls: [call('{"service": "')] } },
          ],
        },
      ),
    };
    const { proposal, judged, told } = await run(cut, good);
    expect(judged).toHaveLength(1);
    expect(told).toContain('cut off and is not used');
    expect(proposal).toMatchObject(THREE);
  });

  it.each([
    ['empty content beside a call', ''],
    ['null content', null],
  ])('4: %s, long ids and arguments over several lines are read', async (_, content) => {
    const pretty = JSON.stringify(scale(3), null, 2);
    const { proposal } = await run({ body: completion({ content, tool_calls: [call(pretty)] }) });
    expect(proposal).toMatchObject(THREE);
  });

  it('5: a call where prose was meant is a call like any other', async () => {
    const { proposal, judged } = await run(
      calls(call({ service: 'web_server', window_minutes: 30 }, 'get_metrics')),
      good,
    );
    expect(judged.map(({ tool }) => tool)).toEqual(['scale']);
    expect(proposal).toMatchObject(THREE);
  });

  it('6: text before a call is no harm; text that fills the answer is no call', async () => {
    const both = { body: completion({ content: 'CPU is high, so:', tool_calls: [call(scale(3))] }) };
    expect((await run(both)).proposal).toMatchObject(THREE);
    const { proposal, told } = await run(said(`thinking${'\n'.repeat(900)}`, 'length'), good);
    expect(told).toContain('cut off');
    expect(proposal).toMatchObject(THREE);
  });

  it('7: one call where two were asked for is enough, and two different changes are none', async () => {
    const { proposal, told } = await run(calls(call(scale(3)), call(scale(9))), good);
    expect(told).toContain('More than one answer at once');
    expect(proposal).toMatchObject(THREE);
  });

  it('8: without tools a fence around the JSON is taken off, and tools are never sent beside a schema', async () => {
    const answer = JSON.stringify({ tool: 'scale', arguments: scale(3) });
    const refused = (message: string): RawReply => ({ status: 400, body: { error: { message } } });
    const { proposal } = await run(
      refused('this model does not support tools'),
      refused('json_schema is not supported'),
      said(`\`\`\`json\n${answer}\n\`\`\``),
    );
    expect(proposal).toMatchObject(THREE);
    for (const { body } of server.requests) expect('tools' in body && 'response_format' in body).toBe(false);
  });

  it('9: a server that cannot turn the tools into a grammar is asked without', async () => {
    const message =
      "Unable to generate parser for this template. Automatic parser generation failed: Pattern must start with '^' and end with '$' (tools)";
    const refused = { status: 400, body: { error: { code: 400, message, type: 'invalid_request_error' } } };
    const { proposal } = await run(refused, said(JSON.stringify({ tool: 'scale', arguments: scale(3) })));
    expect(proposal).toMatchObject(THREE);
  });

  it('10: a context that is full ends a run, or begins it anew without what was read', async () => {
    const full: RawReply = {
      status: 400,
      body: {
        error: {
          code: 400,
          message: 'request (28052 tokens) exceeds the available context size (8192 tokens), try increasing it',
          type: 'exceed_context_size_error',
          n_prompt_tokens: 28_052,
          n_ctx: 8_192,
        },
      },
    };
    expect((await run(full)).proposal).toMatchObject({ kind: 'none', why: 'model:contextTooLong' });
    const { proposal, told } = await run(calls(call({ service }, 'get_events')), full, good);
    expect(told).toBe('[]');
    expect(proposal).toMatchObject(THREE);
  });

  it('11: a call as text is read; the echo of a tool’s definition is not one', async () => {
    const wrapped = { type: 'function', function: { name: 'scale', arguments: scale(3) } };
    expect((await run(said(`<tools>\n${JSON.stringify(wrapped)}\n</tools>`))).proposal).toMatchObject(THREE);
    const echo =
      '<tools>\n{"type": "function", "function": {"name": "scale", "description": "Propose", "parameters": {}}}\n</tools>';
    const { judged, proposal, told } = await run(said(echo), good);
    expect(judged).toHaveLength(1);
    expect(told).toContain('No tool was called');
    expect(proposal).toMatchObject(THREE);
  });

  it('11: tools that never reach the model are given up after one answer in text, within the same run', async () => {
    const { proposal } = await run(
      said('I would scale it.'),
      said(JSON.stringify({ tool: 'scale', arguments: scale(3) })),
    );
    expect(server.requests.map(({ body }) => 'tools' in body)).toEqual([true, false]);
    expect(proposal).toMatchObject(THREE);
  });

  it('all: what stays unusable is sent back twice, and then the run gives up', async () => {
    const { proposal, judged } = await run(said('no'), said('never'), said('no'));
    expect(proposal).toMatchObject({ kind: 'none', why: 'malformed' });
    expect(judged).toHaveLength(0);
  });
});
