import { describe, expect, it } from 'vitest';
import { ManualClock, settle } from '../testing/manualClock.ts';
import { CPU_HIGH, proposalContext } from '../testing/proposalContext.ts';
import { rulesOrigin } from './origin.ts';
import type { Proposal, Proposer } from './proposer.ts';
import type { GaveUp } from './runEnd.ts';
import { withFallback } from './withFallback.ts';

const origin = {
  ...rulesOrigin('run-1'),
  role: 'decision-engine',
  model: 'm',
  promptTokens: 900,
  completionTokens: 100,
};
const hold: Proposal = { kind: 'hold', reason: 'it will pass', origin };
const gaveUp = (why: GaveUp): Proposal => ({ kind: 'none', why, message: 'as told', origin });
const calm = {
  ...CPU_HIGH,
  pressure: [],
  recommendation: { direction: 'hold' as const, replicas: 2, reason: 'calm', started: false },
};
const forever = new AbortController().signal;

function setUp(answer: () => Promise<Proposal>, tokensPerHour = 1_000_000) {
  const clock = new ManualClock();
  const logged: string[] = [];
  const state = { asked: 0 };
  const model: Proposer = {
    label: 'm at host',
    propose: () => {
      state.asked += 1;
      return answer();
    },
  };
  const warn = (fields: object): void => void logged.push(JSON.stringify(fields));
  const log = { info: warn, warn, error: warn };
  const proposer = withFallback({ model, clock, log, deadlineMs: 15_000, patienceMs: 130_000, tokensPerHour });
  return { clock, logged, state, proposer };
}

describe('a model with rules behind it (P8)', () => {
  it('puts the model’s answer on the floor', async () => {
    const { proposer, logged } = setUp(async () => hold);
    expect(await proposer.propose(proposalContext(), forever)).toMatchObject({
      kind: 'change',
      args: { replicas: 3 },
      objection: 'wanted to hold: it will pass',
      origin: { role: 'decision-engine' },
    });
    expect(logged).toEqual([]);
  });

  it('waits one pass and no longer when capacity is short', async () => {
    const { proposer, clock } = setUp(() => new Promise(() => undefined));
    let done: Proposal | undefined;
    void proposer.propose(proposalContext(), forever).then((proposal) => {
      done = proposal;
    });
    await settle();
    await clock.advance(14_999);
    expect(done).toBeUndefined();
    await clock.advance(1);
    expect(done).toMatchObject({
      kind: 'change',
      args: { replicas: 3 },
      origin: { role: 'rules', note: 'no answer of the model within 15 s' },
    });
  });

  it('lets the model take its time when nothing is short', async () => {
    const { proposer, clock } = setUp(() => new Promise(() => undefined));
    let done: Proposal | undefined;
    void proposer.propose(proposalContext({ assessment: calm }), forever).then((proposal) => {
      done = proposal;
    });
    await settle();
    await clock.advance(129_999);
    expect(done).toBeUndefined();
    await clock.advance(1);
    expect(done).toMatchObject({ kind: 'hold', origin: { role: 'rules' } });
  });

  it.each<[GaveUp]>([
    ['malformed'],
    ['cut'],
    ['filtered'],
    ['steps'],
    ['tokens'],
    ['time'],
    ['model:timeout'],
    ['model:contextTooLong'],
  ])('answers by rules when the run ended with %s, and says why', async (why) => {
    const { proposer, logged } = setUp(async () => gaveUp(why));
    const proposal = await proposer.propose(proposalContext(), forever);
    expect(proposal).toMatchObject({
      kind: 'change',
      args: { replicas: 3 },
      origin: { role: 'rules', note: expect.stringContaining(why) },
    });
    expect(logged.join()).toContain(why);
  });

  it.each<[GaveUp]>([['unrecorded'], ['aborted']])('asks for nothing when the run ended with %s', async (why) => {
    const { proposer } = setUp(async () => gaveUp(why));
    expect(await proposer.propose(proposalContext(), forever)).toMatchObject({ kind: 'none', why });
  });

  it('asks for nothing when its caller stops', async () => {
    const stop = new AbortController();
    const { proposer } = setUp(() => new Promise(() => undefined));
    const proposing = proposer.propose(proposalContext(), stop.signal);
    await settle();
    stop.abort();
    expect(await proposing).toMatchObject({ kind: 'none', why: 'aborted' });
  });

  it('answers by rules when the model’s side rejects', async () => {
    const { proposer } = setUp(() => Promise.reject(new Error('bug')));
    expect(await proposer.propose(proposalContext(), forever)).toMatchObject({
      kind: 'change',
      origin: { note: 'the model broke off' },
    });
  });

  it('leaves a failing endpoint alone after three failures, tries once after 60 s, and comes back', async () => {
    let reply: Proposal = gaveUp('model:unavailable');
    const { proposer, clock, state } = setUp(async () => reply);
    const ask = (): Promise<Proposal> => proposer.propose(proposalContext({ assessment: calm }), forever);
    for (let n = 0; n < 5; n += 1) await ask();
    expect(state.asked).toBe(3);
    expect((await ask()).origin.note).toContain('not asked for another 60 s');
    await clock.advance(60_000);
    await ask();
    expect(state.asked).toBe(4);
    await clock.advance(119_999);
    await ask();
    expect(state.asked).toBe(4);
    await clock.advance(1);
    reply = hold;
    expect(await ask()).toEqual(hold);
    await ask();
    expect(state.asked).toBe(6);
  });

  it('lets one trial through at a time, whichever service asks', async () => {
    let answer: (proposal: Proposal) => void = () => undefined;
    let slow = false;
    const { proposer, clock, state } = setUp(() =>
      slow
        ? new Promise((resolve) => {
            answer = resolve;
          })
        : Promise.resolve(gaveUp('model:timeout')),
    );
    const ask = (): Promise<Proposal> => proposer.propose(proposalContext({ assessment: calm }), forever);
    for (let n = 0; n < 3; n += 1) await ask();
    await clock.advance(60_000);
    slow = true;
    const trial = ask();
    await settle();
    expect((await ask()).origin.note).toContain('one trial is under way');
    answer(hold);
    expect(await trial).toEqual(hold);
    expect(state.asked).toBe(4);
  });

  it('does not count a model that answers nonsense as a failing endpoint', async () => {
    const { proposer, state } = setUp(async () => gaveUp('malformed'));
    for (let n = 0; n < 6; n += 1) await proposer.propose(proposalContext(), forever);
    expect(state.asked).toBe(6);
  });

  it('stops asking when the tokens of the hour are spent, and goes on when the hour is over', async () => {
    const { proposer, clock, state } = setUp(async () => hold, 2_000);
    const ask = (): Promise<Proposal> => proposer.propose(proposalContext({ assessment: calm }), forever);
    await ask();
    await ask();
    expect((await ask()).origin.note).toContain('2000 tokens of this hour are spent');
    expect(state.asked).toBe(2);
    await clock.advance(3_600_000);
    expect(await ask()).toEqual(hold);
  });

  it('counts the tokens of a run that nobody waited for', async () => {
    let answer: (proposal: Proposal) => void = () => undefined;
    const { proposer, clock } = setUp(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
      1_000,
    );
    const first = proposer.propose(proposalContext(), forever);
    await settle();
    await clock.advance(15_000);
    expect((await first).origin.note).toContain('within 15 s');
    answer(gaveUp('aborted'));
    await settle();
    expect((await proposer.propose(proposalContext(), forever)).origin.note).toContain('tokens of this hour are spent');
  });
});
