import { describe, expect, it } from 'vitest';
import type { ChatModel, ChatRequest } from '../../ports/model.ts';
import type { ModelExchange } from '../../ports/modelTrace.ts';
import { ManualClock, settle } from '../../testing/manualClock.ts';
import { answerOf, errorOf, textOf } from '../../testing/modelReplies.ts';
import { GuardedModel, type GuardOptions } from './guardedModel.ts';
import { ModelBudget } from './modelBudget.ts';

type Reply = ReturnType<ChatModel['complete']>;
const forever = new AbortController().signal;
const request: ChatRequest = {
  messages: [{ role: 'user', content: 'x'.repeat(3_600) }],
  tools: [],
  maxTokens: 100,
  about: { role: 'decision-engine', service: 'shop/web', run: 'run-1' },
};
const LIMITS = { tokensPerHour: 1_000_000, tokensPerHourAndService: 1_000_000 };

function setUp(answer: () => Reply, options: Partial<GuardOptions> = {}) {
  const clock = new ManualClock();
  const logged: string[] = [];
  const state = { asked: 0 };
  const line = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const model: ChatModel = {
    label: 'm at host',
    complete: () => {
      state.asked += 1;
      return answer();
    },
  };
  const budget = options.budget ?? new ModelBudget(LIMITS);
  const guard = new GuardedModel(model, {
    clock,
    log: { info: line, warn: line, error: line },
    ...options,
    budget,
  });
  const ask = (signal = forever): Reply => guard.complete(request, signal);
  return { clock, logged, state, guard, budget, ask };
}

const never = (): Reply => new Promise(() => undefined);

describe('a failing endpoint', () => {
  it('is left alone after three failures, tried once after 60 s, and used again once it answers', async () => {
    let reply = errorOf('unavailable', 'no');
    const { ask, clock, state, logged } = setUp(async () => reply);
    for (let n = 0; n < 5; n += 1) await ask();
    expect(state.asked).toBe(3);
    expect(await ask()).toEqual(errorOf('paused', 'the model endpoint failed; it is not asked for another 60 s'));
    await clock.advance(60_000);
    await ask();
    expect(state.asked).toBe(4);
    await clock.advance(119_999);
    expect(await ask()).toMatchObject({ error: { code: 'paused' } });
    await clock.advance(1);
    reply = textOf('back');
    expect(await ask()).toMatchObject({ ok: true });
    await ask();
    expect(state.asked).toBe(6);
    expect(logged).toEqual([
      'the model endpoint keeps failing: it is left alone for a while {"model":"m at host","why":"unavailable: no","seconds":60}',
      'the model endpoint keeps failing: it is left alone for a while {"model":"m at host","why":"unavailable: no","seconds":120}',
      'the model endpoint answers again {"model":"m at host"}',
    ]);
  });

  it('says how it stands, and is healthy again when it has answered', async () => {
    let reply = errorOf('unavailable', 'no');
    const { ask, clock, guard } = setUp(async () => reply);
    expect(guard.standing()).toEqual({ model: 'm at host', state: 'closed' });
    for (let n = 0; n < 3; n += 1) await ask();
    const until = clock.now() + 60_000;
    expect(guard.standing()).toEqual({ model: 'm at host', state: 'open', until });
    await clock.advance(60_000);
    expect(guard.standing()).toEqual({ model: 'm at host', state: 'halfOpen', until });
    reply = textOf('back');
    await ask();
    expect(guard.standing()).toEqual({ model: 'm at host', state: 'closed', at: clock.now() });
  });

  it('gets one trial at a time, whoever asks', async () => {
    let open: (reply: Awaited<Reply>) => void = () => undefined;
    let slow = false;
    const { ask, clock, state } = setUp(() =>
      slow
        ? new Promise((resolve) => {
            open = resolve;
          })
        : Promise.resolve(errorOf('timeout')),
    );
    for (let n = 0; n < 3; n += 1) await ask();
    await clock.advance(60_000);
    slow = true;
    const trial = ask();
    await settle();
    expect(await ask()).toEqual(errorOf('paused', 'the model endpoint failed; one trial is under way'));
    open(textOf('here'));
    expect(await trial).toMatchObject({ ok: true });
    expect(state.asked).toBe(4);
  });

  it.each(['unauthorised', 'badRequest', 'rateLimited', 'unavailable', 'timeout', 'malformed'] as const)(
    'is one that answers %s',
    async (code) => {
      const { ask, state } = setUp(async () => errorOf(code));
      for (let n = 0; n < 6; n += 1) await ask();
      expect(state.asked).toBe(3);
    },
  );

  it.each([
    ['a context that is too long', () => Promise.resolve(errorOf('contextTooLong'))],
    ['an answer nobody can use', () => Promise.resolve(textOf('hm'))],
    ['a refusal', () => Promise.resolve(answerOf({ finish: 'filtered' }))],
  ])('is not one that answers with %s', async (_, answer) => {
    const { ask, state } = setUp(answer);
    for (let n = 0; n < 6; n += 1) await ask();
    expect(state.asked).toBe(6);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret-key-1234');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret-key-1234'))],
  ])('is one whose adapter %s, and the words of that go nowhere', async (_, answer) => {
    const { ask, state, logged } = setUp(answer as () => Reply);
    const results = [await ask(), await ask(), await ask(), await ask()];
    expect(state.asked).toBe(3);
    expect(results[0]).toEqual(errorOf('unavailable', 'broken off: Error'));
    expect(JSON.stringify([results, logged])).not.toContain('secret-key-1234');
  });

  it.each([
    [9_999, 6],
    [10_000, 3],
  ])('that has not answered when its caller stops after %i ms is asked %i times of 6', async (ms, asked) => {
    const { ask, clock, state } = setUp(never);
    for (let n = 0; n < 6; n += 1) {
      const stop = new AbortController();
      const asking = ask(stop.signal);
      await settle();
      await clock.advance(ms);
      stop.abort();
      expect(await asking).toMatchObject({ ok: false });
    }
    expect(state.asked).toBe(asked);
  });

  it('that hangs for ever ends by our clock', async () => {
    const { ask, clock } = setUp(never);
    const asking = ask();
    await settle();
    await clock.advance(130_000);
    expect(await asking).toEqual(errorOf('timeout', 'no answer within 130 s'));
  });

  it('that says when to come back is left alone until then, from its first word', async () => {
    const reply = { ok: false, error: { code: 'rateLimited', message: 'slow down', retryAfterMs: 40_000 } } as const;
    const { ask, clock, state } = setUp(async () => reply);
    await ask();
    expect(await ask()).toEqual(errorOf('paused', 'the model endpoint wants to be left alone for another 40 s'));
    await clock.advance(40_000);
    await ask();
    expect(state.asked).toBe(2);
  });
});

describe('the budget', () => {
  it('is kept before anything is sent, for the service and for all', async () => {
    const budget = new ModelBudget({ tokensPerHour: 1_000_000, tokensPerHourAndService: 2_010 });
    const answer = async () => answerOf({ promptTokens: 900, completionTokens: 100 });
    const { ask, clock, state, guard } = setUp(answer, { budget });
    await ask();
    expect((await ask()).ok).toBe(true);
    expect(await ask()).toMatchObject({
      error: { code: 'overBudget', message: expect.stringContaining('tokens of shop/web are used up: 2000 of 2010') },
    });
    expect(state.asked).toBe(2);
    expect(guard.standing()).toEqual({
      model: 'm at host',
      state: 'spent',
      note: expect.stringContaining('tokens of shop/web are used up'),
    });
    await clock.advance(3_660_000);
    expect(guard.standing()).toMatchObject({ state: 'closed' });
    expect((await ask()).ok).toBe(true);
  });

  it('cannot be passed by exchanges at the same time', async () => {
    const budget = new ModelBudget({ tokensPerHour: 2_500, tokensPerHourAndService: 2_500 });
    const { ask, state } = setUp(async () => answerOf({ promptTokens: 900, completionTokens: 100 }), { budget });
    const all = await Promise.all([ask(), ask(), ask(), ask()]);
    expect(all.filter(({ ok }) => ok)).toHaveLength(2);
    expect(state.asked).toBe(2);
  });

  it.each([
    ['an answer, what it says it used', async () => answerOf({ promptTokens: 700, completionTokens: 50 }), 750],
    [
      'an answer without usage, what we estimate',
      async () => answerOf({ promptTokens: 0, completionTokens: 0, content: 'abcd' }),
      902,
    ],
    [
      'usage that cannot be, what we estimate',
      async () => answerOf({ promptTokens: -5, completionTokens: Number.NaN }),
      901,
    ],
    ['no answer in time, its prompt', async () => errorOf('timeout'), 901],
    ['a refused key, nothing', async () => errorOf('unauthorised'), 0],
    ['a limited rate, nothing', async () => errorOf('rateLimited'), 0],
  ])('counts for %s', async (_, answer, tokens) => {
    const { ask, budget, clock } = setUp(answer);
    await ask();
    expect(budget.spent(clock.now(), 'shop/web')).toBe(tokens);
  });

  it('counts the prompt of an exchange that nobody waited for', async () => {
    const { ask, budget, clock } = setUp(never);
    const stop = new AbortController();
    const asking = ask(stop.signal);
    await settle();
    stop.abort();
    await asking;
    expect(budget.spent(clock.now())).toBe(901);
  });
});

describe('prices', () => {
  const prices = { prompt: 2, cached: 0.5, completion: 10 };

  it('are put on every answer, what was cached at its own', async () => {
    const answer = answerOf({ promptTokens: 1_000_000, cachedTokens: 400_000, completionTokens: 100_000 });
    const { ask } = setUp(async () => answer, { prices });
    const result = await ask();
    expect(result.ok && result.value.cost).toBeCloseTo(1.2 + 0.2 + 1, 10);
  });

  it('never go below nothing for an endpoint that claims to have cached more than it was sent', async () => {
    const answer = answerOf({ promptTokens: 100, cachedTokens: 900_000, completionTokens: 0 });
    const { ask } = setUp(async () => answer, { prices });
    const result = await ask();
    expect(result.ok && result.value).toMatchObject({ cachedTokens: 100, cost: expect.closeTo(0.00005, 8) });
  });

  it('are not invented', async () => {
    const { ask } = setUp(async () => textOf('x'));
    const result = await ask();
    expect(result.ok && result.value).not.toHaveProperty('cost');
  });
});

describe('the trace', () => {
  it('has what was sent and what came of it, and nothing of what was not sent', async () => {
    const written: ModelExchange[] = [];
    const { ask, clock } = setUp(async () => errorOf('unavailable', 'no'), {
      trace: { write: (exchange) => void written.push(exchange) },
    });
    for (let n = 0; n < 5; n += 1) await ask();
    expect(written).toHaveLength(3);
    expect(written[0]).toEqual({
      at: clock.now(),
      ms: 0,
      model: 'm at host',
      request,
      error: { code: 'unavailable', message: 'no' },
    });
  });
});
