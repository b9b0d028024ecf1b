import { describe, expect, it } from 'vitest';
import type { ChatAnswer, ChatModel } from '../ports/model.ts';
import type { AskedCall, Judge, JudgedCall } from '../schema/judgedCall.ts';
import { ManualClock, settle } from '../testing/manualClock.ts';
import { answerOf, callsOf, errorOf, textOf } from '../testing/modelReplies.ts';
import { refusal, verdict } from '../testing/proposalContext.ts';
import { ScriptedModel } from '../testing/scriptedModel.ts';
import { HOLD } from './hold.ts';
import { DECISION_TOOLS } from './roles/decisionEngine.ts';
import { type RunResult, run } from './run.ts';
import type { Exchange } from './runEnd.ts';
import { RUN_LIMITS, type RunLimits } from './runLimits.ts';

const service = 'shop/storefront';
const scale = (replicas: number, reason = 'CPU 85%') => ['scale', { service, replicas, reason }] as const;
const hold = (reason = 'calm') => ['hold', { reason }] as const;
const events = ['get_events', { service }] as const;
const CALL_AS_TEXT = JSON.stringify({ name: 'scale', arguments: { service, replicas: 4, reason: 'hot' } });

const permissive: Judge = async (call): Promise<JudgedCall> =>
  call.effect === 'read'
    ? { kind: 'answered', verdict: verdict(), data: { seen: call.tool } }
    : call.effect === 'unknown' || (call.wanted?.kind === 'scale' && call.wanted.replicas > 10)
      ? { kind: 'refused', verdict: refusal(call.tool), alternatives: ['scale to 10: allowed'] }
      : { kind: 'accepted', verdict: verdict() };

interface Played extends RunResult {
  readonly judged: readonly AskedCall[];
  readonly recorded: readonly Exchange[];
}

async function play(
  model: ChatModel,
  options: {
    judge?: Judge;
    record?: (e: Exchange) => boolean;
    limits?: Partial<RunLimits>;
    clock?: ManualClock;
    signal?: AbortSignal;
  } = {},
): Promise<Played> {
  const judged: AskedCall[] = [];
  const recorded: Exchange[] = [];
  const result = await run(
    {
      model,
      system: 'be good',
      user: 'look',
      tools: DECISION_TOOLS,
      answers: [HOLD],
      own: { namespace: 'shop', name: 'storefront' },
      judge: (call) => {
        judged.push(call);
        return (options.judge ?? permissive)(call);
      },
      record: async (exchange) => {
        recorded.push(exchange);
        return options.record?.(exchange) ?? true;
      },
      limits: { ...RUN_LIMITS, ...options.limits },
      clock: options.clock ?? new ManualClock(),
    },
    options.signal ?? new AbortController().signal,
  );
  return { ...result, judged, recorded };
}

const lastMessages = (model: ScriptedModel): string => JSON.stringify(model.asked.at(-1)?.messages.slice(2));

describe('a run that ends well', () => {
  it('reads evidence, is told it as fenced data, and proposes one change', async () => {
    const model = new ScriptedModel(callsOf(events), callsOf(scale(4)));
    const { end, cost, judged, recorded } = await play(model);
    model.assertSpent();
    expect(end).toMatchObject({
      kind: 'proposal',
      tool: 'scale',
      args: { replicas: 4 },
      reason: 'CPU 85%',
      target: { name: 'storefront' },
    });
    expect(judged.map(({ tool, effect }) => `${effect} ${tool}`)).toEqual(['read get_events', 'change scale']);
    expect(judged[1]?.wanted).toEqual({ kind: 'scale', replicas: 4 });
    expect(cost).toMatchObject({
      steps: 2,
      promptTokens: 200,
      completionTokens: 40,
      read: ['get_events', 'scale'],
      model: 'scripted-1',
    });
    expect(recorded.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual(['1 answered', '2 answered']);
    expect(lastMessages(model)).toContain('<data from=\\"get_events\\">\\n{\\"seen\\":\\"get_events\\"}\\n</data>');
  });

  it.each([
    ['a hold', callsOf(hold()), { kind: 'answer', name: 'hold', args: { reason: 'calm' } }],
    ['a hold beside a read', callsOf(events, hold()), { kind: 'answer', name: 'hold', args: { reason: 'calm' } }],
    ['a change beside a read', callsOf(events, scale(4)), { kind: 'proposal', args: { replicas: 4 } }],
    [
      'the same change twice, in other words',
      callsOf(scale(4, 'a'), scale(4, 'b')),
      { kind: 'proposal', args: { replicas: 4 } },
    ],
    [
      'a change beside a refused call',
      callsOf(['delete_deployment', {}], scale(4)),
      { kind: 'proposal', args: { replicas: 4 } },
    ],
    [
      'one call in the text',
      textOf(`<tool_call>${CALL_AS_TEXT}</tool_call>`),
      { kind: 'proposal', args: { replicas: 4 } },
    ],
    [
      'calls with the finish reason stop',
      answerOf({ calls: [{ id: '', name: 'hold', arguments: '{"reason":"x"}' }] }),
      { kind: 'answer', name: 'hold' },
    ],
  ])('takes %s', async (_, reply, end) => {
    const model = new ScriptedModel(reply);
    expect((await play(model)).end).toMatchObject(end);
    model.assertSpent();
  });

  it('keeps the start of the conversation and the tools the same to the byte at every step', async () => {
    const model = new ScriptedModel(callsOf(events), callsOf(['get_metrics', { service }]), callsOf(hold()));
    await play(model);
    const starts = model.asked.map(({ messages, tools }) => JSON.stringify([messages.slice(0, 2), tools]));
    expect(new Set(starts).size).toBe(1);
  });
});

describe('an answer that is sent back', () => {
  const wrong = [
    ['two different changes', callsOf(scale(4), scale(2)), 'Send only the one you mean'],
    ['a change and a hold', callsOf(scale(4), hold()), 'Send only the one you mean'],
    ['a change beside one that cannot be read', callsOf(scale(4), ['scale', '{"service":']), 'could not be read'],
    ['arguments glued together', callsOf(['scale', '{"replicas":5}{"replicas":2}']), 'more than one JSON object'],
    ['a number as text', callsOf(['scale', { service, replicas: '4', reason: 'x' }]), 'expected number'],
    [
      'a change for another service',
      callsOf(['scale', { service: 'shop/checkout', replicas: 4, reason: 'x' }]),
      'service must be \\"shop/storefront\\"',
    ],
    ['words without a call', textOf('Scale it a bit.'), 'No tool was called'],
    ['nothing', textOf(''), 'No tool was called'],
    [
      'two calls in the text',
      textOf(`<tool_call>${CALL_AS_TEXT}</tool_call><tool_call>${CALL_AS_TEXT}</tool_call>`),
      'No tool was called',
    ],
    [
      'a call of no offered tool in the text',
      textOf('{"name":"delete_deployment","arguments":{}}'),
      'No tool was called',
    ],
    ['a cut answer', answerOf({ finish: 'length', content: CALL_AS_TEXT }), 'cut off'],
    ['a cut answer with a whole call', answerOf({ ...cutCall(), finish: 'length' }), 'cut off'],
    ['an answer that ended for no known reason', answerOf({ ...cutCall(), finish: 'other' }), 'did not end properly'],
    ['more calls than are looked at', callsOf(...Array.from({ length: 9 }, () => events)), 'At most 8 calls'],
  ] as const;

  it.each(wrong)('%s, with the reason, and the next answer counts', async (_, reply, words) => {
    const model = new ScriptedModel(reply, callsOf(hold('better now')));
    expect((await play(model)).end).toEqual({ kind: 'answer', name: 'hold', args: { reason: 'better now' } });
    expect(lastMessages(model)).toContain(words);
  });

  it.each(wrong)('%s, for ever, is given up after two corrections', async (_, reply) => {
    const model = new ScriptedModel(reply, reply, reply);
    const { end } = await play(model);
    expect(end).toMatchObject({ kind: 'gave-up' });
    expect(end.kind === 'gave-up' && ['malformed', 'cut']).toContain(end.kind === 'gave-up' ? end.why : '');
    model.assertSpent();
  });

  it('judges and records both of two different changes, and takes neither', async () => {
    const { judged, end } = await play(new ScriptedModel(callsOf(scale(4), scale(2)), callsOf(hold())));
    expect(judged.map(({ wanted }) => wanted)).toEqual([
      { kind: 'scale', replicas: 4 },
      { kind: 'scale', replicas: 2 },
    ]);
    expect(end.kind).toBe('answer');
  });

  it('tells a turn with unreadable arguments as text, since some servers cannot carry it as calls', async () => {
    const model = new ScriptedModel(callsOf(['scale', '{"service":']), callsOf(hold()));
    await play(model);
    expect(model.asked[1]?.messages.slice(2).map(({ role }) => role)).toEqual(['assistant', 'user']);
  });

  it('gives calls with equal or empty ids ids of their own', async () => {
    const calls = ['get_events', 'get_metrics'].map((name) => ({
      id: '',
      name,
      arguments: JSON.stringify({ service }),
    }));
    const model = new ScriptedModel(answerOf({ calls }), callsOf(hold()));
    await play(model);
    const ids = model.asked[1]?.messages.flatMap((m) => (m.role === 'tool' ? [m.callId] : []));
    expect(ids).toEqual(['call_1', 'call_2']);
  });
});

describe('a refused call', () => {
  it.each(['delete_deployment', 'modify_namespace', 'change_rbac', 'kubectl', ''])(
    'by the name %j reaches the judge as unknown, and the model is told the rule and the way out',
    async (name) => {
      const model = new ScriptedModel(callsOf([name, { service, force: true }]), callsOf(hold()));
      const { judged } = await play(model);
      expect(judged[0]).toMatchObject({
        effect: 'unknown',
        args: { sent: '{"service":"shop/storefront","force":true}' },
      });
      expect(judged[0]).not.toHaveProperty('wanted');
      const said = lastMessages(model);
      for (const words of ['rule G0 Forbidden', 'scale to 10: allowed', 'There is no tool', 'or hold'])
        expect(said).toContain(words);
    },
  );

  it('is never proposed, even when a judge accepts what no tool stands behind', async () => {
    const model = new ScriptedModel(callsOf(['delete_deployment', {}]), callsOf(hold()));
    const { end } = await play(model, { judge: async () => ({ kind: 'accepted', verdict: verdict() }) });
    expect(end.kind).toBe('answer');
  });

  it('by the name of a change that the role was not offered is judged as that change, and never proposed', async () => {
    const model = new ScriptedModel(callsOf(['scale_to_zero', { service, reason: 'the night' }]), callsOf(hold()));
    const judged: AskedCall[] = [];
    const judge: Judge = async (call) => {
      judged.push(call);
      return { kind: 'accepted', verdict: verdict() };
    };
    const { end } = await play(model, { judge });
    expect(judged).toMatchObject([{ tool: 'scale_to_zero', effect: 'change', wanted: { kind: 'scale', replicas: 0 } }]);
    expect(lastMessages(model)).toContain('scale_to_zero cannot be proposed');
    expect(end.kind).toBe('answer');
  });
});

function cutCall() {
  return { calls: [{ id: 'a', name: 'scale', arguments: JSON.stringify({ service, replicas: 1, reason: 'x' }) }] };
}

describe('the limits of a run', () => {
  it('gives up after the last step, and says so beforehand', async () => {
    const model = new ScriptedModel(...Array.from({ length: 6 }, () => callsOf(events)));
    expect((await play(model)).end).toMatchObject({ kind: 'gave-up', why: 'steps' });
    model.assertSpent();
    expect(lastMessages(model)).toContain('Your next answer is the last');
  });

  it('offers what ends it alone once enough was read, and tells of the rest all the same', async () => {
    const reads = Array.from({ length: 3 }, () => callsOf(events));
    const model = new ScriptedModel(...reads, callsOf(scale(4)));
    expect((await play(model)).end).toMatchObject({ kind: 'proposal' });
    const ends = ['scale', 'restart_pods', 'adjust_resources', 'rollback', 'request_approval', 'hold'];
    expect(model.asked.map(({ only }) => only)).toEqual([undefined, undefined, undefined, ends]);
    expect(model.asked.map(({ tools }) => tools.length)).toEqual(model.asked.map(() => DECISION_TOOLS.length + 1));
    expect(lastMessages(model)).toContain('Enough was read. Answer now: scale, or restart_pods');
  });

  it('offers what ends it alone in its last exchange, however little was read', async () => {
    const model = new ScriptedModel(callsOf(events), callsOf(hold()));
    await play(model, { limits: { steps: 2 } });
    expect(model.asked.map(({ only }) => only?.at(-1))).toEqual([undefined, 'hold']);
  });

  it.each<[string, Partial<ChatAnswer>, number]>([
    ['as reported', { promptTokens: 11_000, completionTokens: 400 }, 24_000],
    [
      'estimated where the endpoint reports none',
      { promptTokens: 0, completionTokens: 0, content: 'x'.repeat(1_600) },
      4_000,
    ],
  ])('gives up before tokens run out, %s', async (_, usage, tokens) => {
    const call = { id: 'a', name: 'get_events', arguments: JSON.stringify({ service }) };
    const reply = answerOf({ ...usage, calls: [call] });
    const { end, cost } = await play(new ScriptedModel(...Array.from({ length: 6 }, () => reply)), {
      limits: { tokens },
    });
    expect(end).toMatchObject({ kind: 'gave-up', why: 'tokens' });
    expect(cost.promptTokens + cost.completionTokens).toBeLessThanOrEqual(tokens);
  });

  it('ends on time though the model hangs and ignores its signal', async () => {
    const clock = new ManualClock();
    const model = new ScriptedModel(() => new Promise(() => undefined));
    const playing = play(model, { clock });
    await settle();
    await clock.advance(120_000);
    const { end, cost } = await playing;
    expect(end).toMatchObject({ kind: 'gave-up', why: 'time' });
    expect(cost.seconds).toBe(120);
  });

  it('judges and records nothing more once it was left behind', async () => {
    const clock = new ManualClock();
    let answer = (_: ReturnType<typeof callsOf>): void => undefined;
    const playing = play(
      new ScriptedModel(
        () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      ),
      { clock },
    );
    await settle();
    await clock.advance(120_000);
    const { judged, recorded } = await playing;
    answer(callsOf(scale(4)));
    await settle();
    expect([judged, recorded]).toEqual([[], []]);
  });

  it('stops when the caller does', async () => {
    const stop = new AbortController();
    const playing = play(new ScriptedModel(() => new Promise(() => undefined)), { signal: stop.signal });
    await settle();
    stop.abort();
    const { end, recorded } = await playing;
    expect(end).toMatchObject({ kind: 'gave-up', why: 'aborted' });
    // What it had sent was read, and is paid for.
    expect(recorded).toMatchObject([{ step: 1, outcome: 'failed', error: 'aborted: cut off before its answer' }]);
    expect(recorded[0]?.promptTokens).toBeGreaterThan(10);
  });
});

describe('what a run cannot go on without (P4)', () => {
  it.each<[string, Partial<Parameters<typeof play>[1]>, number]>([
    ['an exchange that cannot be recorded', { record: () => false }, 0],
    [
      'a record that throws',
      {
        record: () => {
          throw new Error('disk full');
        },
      },
      0,
    ],
    ['a call that cannot be recorded', { judge: async () => ({ kind: 'unavailable', message: 'disk full' }) }, 1],
    ['a judge that throws', { judge: () => Promise.reject(new Error('broken')) }, 1],
  ])('%s ends it with no further call', async (_, options, calls) => {
    const { end, judged } = await play(new ScriptedModel(callsOf(events, scale(4))), options);
    expect(end).toMatchObject({ kind: 'gave-up', why: 'unrecorded' });
    expect(judged).toHaveLength(calls);
  });

  it.each([
    'unauthorised',
    'badRequest',
    'rateLimited',
    'unavailable',
    'timeout',
    'malformed',
    'contextTooLong',
  ] as const)('an endpoint that answers %s ends it, on record', async (code) => {
    const { end, recorded } = await play(new ScriptedModel(errorOf(code)));
    expect(end).toMatchObject({ kind: 'gave-up', why: `model:${code}` });
    expect(recorded[0]).toMatchObject({ outcome: 'failed', error: `${code}: as scripted` });
  });

  it('asks with less when the context is full and something can be left out', async () => {
    const model = new ScriptedModel(callsOf(events), errorOf('contextTooLong'), callsOf(hold()));
    expect((await play(model)).end.kind).toBe('answer');
    expect(model.asked[2]?.messages).toHaveLength(2);
  });

  it('a read that fails is told, and the run goes on', async () => {
    const model = new ScriptedModel(callsOf(events), callsOf(hold()));
    const judge: Judge = async () => ({ kind: 'failed', verdict: verdict(), message: 'timeout </data> «x»' });
    expect((await play(model, { judge })).end.kind).toBe('answer');
    expect(lastMessages(model)).toContain('could not be read: «timeout ‹/data› \\"x\\"»');
  });
});
