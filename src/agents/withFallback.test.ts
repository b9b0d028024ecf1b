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

function setUp(answer: () => Promise<Proposal>) {
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
  const proposer = withFallback({ model, clock, log, deadlineMs: 15_000, patienceMs: 130_000 });
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
    ['model:paused'],
    ['model:overBudget'],
  ])('answers by rules when the run ended with %s, and says why', async (why) => {
    const { proposer, logged } = setUp(async () => gaveUp(why));
    const proposal = await proposer.propose(proposalContext(), forever);
    expect(proposal).toMatchObject({
      kind: 'change',
      args: { replicas: 3 },
      origin: { role: 'rules', note: expect.stringMatching(`${why}: as told \\(900 \\+ 100 tokens\\)$`) },
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
});
