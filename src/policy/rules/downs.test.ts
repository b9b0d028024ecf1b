import { describe, expect, it } from 'vitest';
import type { HistoryFacts } from '../../schema/assessment.ts';
import { SAFETY_DEFAULTS } from '../../schema/blueprint.ts';
import {
  BY_ANN,
  type CalmOverrides,
  idleAssessment,
  idleInput,
  NOON,
  operation,
  said,
  saidUntil,
  scaleTo,
} from '../../testing/gateInput.ts';
import { decide } from '../decide.ts';

const calm = idleAssessment().history;
const withHistory = (history: HistoryFacts, overrides: CalmOverrides = {}) =>
  decide(idleInput({ ...overrides, assessment: { history } })).verdict;
const without = (key: keyof HistoryFacts): HistoryFacts =>
  Object.fromEntries(Object.entries(calm).filter(([name]) => name !== key));

describe('G9 downs must respect the window', () => {
  it.each([
    { when: 'the window is just full', history: { ...calm, unbrokenSince: NOON - 450_000 }, expected: [] },
    {
      when: 'one millisecond is missing',
      history: { ...calm, unbrokenSince: NOON - 449_999 },
      expected: ['wait ShortHistory'],
    },
    { when: 'as many were needed as stay', history: { ...calm, highestDesired: 5 }, expected: [] },
    { when: 'more were needed lately', history: { ...calm, highestDesired: 6 }, expected: ['wait NeededLately'] },
    {
      when: 'its start is no number',
      history: { ...calm, unbrokenSince: Number.NaN },
      expected: ['wait ShortHistory'],
    },
    {
      when: 'the highest need is no number',
      history: { ...calm, highestDesired: Number.NaN },
      expected: ['wait NeededLately'],
    },
    { when: 'now itself is not usable', history: without('unbrokenSince'), expected: ['wait NoData'] },
    { when: 'the highest need is unknown', history: without('highestDesired'), expected: ['wait NoData'] },
  ])('says $expected when $when (GATE-G9-1)', ({ history, expected }) => {
    expect(said(withHistory(history), 'G9')).toEqual(expected);
    expect(said(withHistory(history, { request: BY_ANN }), 'G9')).toEqual([]);
  });

  it('says until when, and reads the window from the blueprint (GATE-G9-1)', () => {
    const history = { ...calm, unbrokenSince: NOON - 400_000 };
    expect(saidUntil(withHistory(history), 'ShortHistory')).toBe(NOON + 50_000);
    const safety = { ...SAFETY_DEFAULTS, downWindowMs: 900_000 };
    expect(saidUntil(withHistory(history, { blueprint: { safety } }), 'ShortHistory')).toBe(NOON + 500_000);
  });
});

const LISTS = { allowed: [], requiresApproval: [], forbidden: [] } as const;

describe('G10 the load must fit after a down', () => {
  it.each([
    // 85% of the 80% alarm is 68%.
    { when: 'predicted 67.8%', load: 3.39, expected: [] },
    { when: 'predicted 68%', load: 3.4, expected: ['forbid WouldOverload'] },
  ])("says $expected of an agent's 6 to 5 when $when (GATE-G10-1)", ({ load, expected }) => {
    expect(said(withHistory({ ...calm, highestLoad: load }), 'G10')).toEqual(expected);
  });

  it('refuses 2 replicas at 39% to become one at 78% (GATE-G10-1)', () => {
    const overrides = { request: scaleTo(1), workload: { replicas: 2, ready: 2 } };
    const verdict = withHistory({ ...calm, highestDesired: 1, highestLoad: 0.78, load: 0.78 }, overrides);
    expect(verdict.findings.find(({ code }) => code === 'WouldOverload')?.values).toMatchObject({ predicted: '78%' });
  });

  it.each([
    { ever: 4.99, expected: [] },
    { ever: 5, expected: ['forbid WouldOverload'] },
  ])("says $expected of a person's 6 to 5 at a highest load ever of $ever (GATE-G10-2)", ({ ever, expected }) => {
    expect(said(withHistory({ ...calm, highestLoadEver: ever }, { request: BY_ANN }), 'G10')).toEqual(expected);
  });

  it('has no prediction without a load, and none of an approved number (GATE-G10-2)', () => {
    expect(said(withHistory({}, { request: BY_ANN }), 'G10')).toEqual(['forbid NoData']);
    expect(said(withHistory(without('highestLoad')), 'G10')).toEqual(['forbid NoData']);
    const input = idleInput({ assessment: { history: { ...calm, highestLoad: 50, highestLoadEver: 50 } } });
    const approval = {
      name: 'ok',
      operation: 'scale_within_limits',
      args: input.request.args,
      blueprintHash: input.blueprint?.hash ?? '',
    };
    expect(said(decide({ ...input, approval }).verdict, 'G10')).toEqual([]);
  });

  it('takes nothing for nothing at zero load (GATE-G10-2)', () => {
    const history = { ...calm, highestDesired: 0, highestLoad: 0, highestLoadEver: 0 };
    expect(said(withHistory(history, { request: scaleTo(0) }), 'G10')).toEqual([]);
    expect(said(withHistory({ ...history, highestLoad: 0.1 }, { request: scaleTo(0) }), 'G10')).toEqual([
      'forbid WouldOverload',
    ]);
  });

  it('says of no replicas at all what they cannot carry, in words and not as a number (GATE-G10-2)', () => {
    const { findings } = withHistory({ ...calm, highestLoad: 0.1 }, { request: scaleTo(0) });
    expect(findings.find(({ code }) => code === 'WouldOverload')).toMatchObject({
      message: '0 replicas would run at over 100%, it has to stay under 68%',
      values: { predicted: 'over 100%' },
    });
  });

  it.each<{ who: string; overrides: CalmOverrides; expected: string[]; now: string; approved: string }>([
    { who: 'an agent', overrides: {}, expected: ['note WouldOverload'], now: 'restricted', approved: 'allowed' },
    {
      who: 'a person',
      overrides: { request: BY_ANN },
      expected: ['note WouldOverload'],
      now: 'restricted',
      approved: 'allowed',
    },
    {
      who: 'an agent without a load',
      overrides: { assessment: { history: without('highestLoad') } },
      expected: ['note NoData'],
      now: 'restricted',
      approved: 'allowed',
    },
    {
      who: 'an agent whose last one was undone',
      overrides: { counters: { undoneDown: { at: NOON, load: 1 } } },
      expected: ['note WouldOverload', 'forbid UndoneBefore'],
      now: 'forbidden',
      approved: 'forbidden',
    },
    {
      who: 'an agent that has to propose',
      overrides: { blueprint: { autonomy: 'propose', authority: { ...LISTS, allowed: ['scale_to_zero'] } } },
      expected: ['forbid WouldOverload'],
      now: 'forbidden',
      approved: 'allowed',
    },
  ])('puts zero to its approvers whatever is predicted. $who: $now, once approved $approved (GATE-G10-2)', (row) => {
    const requiresApproval = [{ operation: 'scale_to_zero' as const, condition: 'always', approvers: ['ops'] }];
    const input = idleInput({
      ...row.overrides,
      blueprint: { authority: { ...LISTS, requiresApproval }, ...row.overrides.blueprint },
      assessment: { history: { ...calm, highestDesired: 0, highestLoad: 1 }, ...row.overrides.assessment },
      request: { ...scaleTo(0), ...row.overrides.request },
    });
    const { verdict } = decide(input);
    expect(said(verdict, 'G10')).toEqual(row.expected);
    expect(verdict.authority).toBe(row.now);
    const { blueprint, request } = input;
    const approval = {
      name: 'a',
      operation: 'scale_to_zero',
      args: request.args,
      blueprintHash: blueprint?.hash ?? '',
    };
    expect(decide({ ...input, approval }).verdict.authority).toBe(row.approved);
  });

  const HOURS = 3_600_000;
  it.each([
    { when: 'load is at 80% of it', ago: 1, load: 0.8, expected: ['forbid UndoneBefore'] },
    { when: 'load has fallen below', ago: 1, load: 0.79, expected: [] },
    { when: 'six hours have passed', ago: 6, load: 1, expected: [] },
    { when: 'the load now is unknown', ago: 1, load: undefined, expected: ['forbid NoData'] },
  ])('after an undone down at load 1 says $expected when $when (GATE-G10-3)', ({ ago, load, expected }) => {
    const history = load === undefined ? without('load') : { ...calm, load };
    const counters = { undoneDown: { at: NOON - ago * HOURS, load: 1 } };
    expect(said(withHistory(history, { counters }), 'G10')).toEqual(expected);
    expect(said(withHistory(history, { counters, request: BY_ANN }), 'G10')).toEqual([]);
  });

  it('assumes the worst without analysis or counters (GATE-G10-3)', () => {
    expect(said(decide(idleInput({ assessment: null })).verdict, 'G10')).toEqual(['forbid NoData']);
    expect(said(decide(idleInput({ counters: null })).verdict, 'G10')).toEqual(['forbid NoData']);
  });
});

describe('G11 reversals must wait', () => {
  it.each<{ when: string; overrides: CalmOverrides; expected: string[] }>([
    {
      when: 'an up is 299.999 s old',
      overrides: { counters: { operations: [operation(299_999)] } },
      expected: ['wait Reversal'],
    },
    { when: 'an up is 300 s old', overrides: { counters: { operations: [operation(300_000)] } }, expected: [] },
    {
      when: "a person's up is fresh",
      overrides: { counters: { operations: [operation(100_000, { by: 'person' })] } },
      expected: ['wait Reversal'],
    },
    {
      when: 'the undo of a down is fresh',
      overrides: { counters: { operations: [operation(100_000, { undo: true })] } },
      expected: ['wait Reversal'],
    },
    {
      when: 'a down is fresh',
      overrides: { counters: { operations: [operation(100_000, { direction: 'down' })] } },
      expected: [],
    },
    {
      when: 'a restart is fresh',
      overrides: { counters: { operations: [operation(100_000, { direction: 'none' })] } },
      expected: [],
    },
    {
      when: 'a person asks',
      overrides: { request: BY_ANN, counters: { operations: [operation(100_000)] } },
      expected: [],
    },
    { when: 'the counters are missing', overrides: { counters: null }, expected: ['wait NoData'] },
  ])('says $expected of a down when $when (GATE-G11-1)', ({ overrides, expected }) => {
    expect(said(decide(idleInput(overrides)).verdict, 'G11')).toEqual(expected);
  });

  it('says until when, counted from the newest move against it (GATE-G11-1)', () => {
    const counters = { operations: [operation(100_000), operation(200_000)] };
    expect(saidUntil(decide(idleInput({ counters })).verdict, 'Reversal')).toBe(NOON + 200_000);
  });

  it.each([
    { pressure: ['cpu'], expected: [] },
    { pressure: [], expected: ['wait Reversal'] },
  ])('says $expected of an up after a down, with pressure $pressure (GATE-G11-2)', ({ pressure, expected }) => {
    const counters = { operations: [operation(100_000, { direction: 'down' })] };
    const { verdict } = decide(idleInput({ request: scaleTo(7), assessment: { pressure }, counters }));
    expect(said(verdict, 'G11')).toEqual(expected);
  });

  const MINUTE = 60_000;
  const flaps = (...minutesAgo: number[]) =>
    minutesAgo.map((ago, i) => operation(ago * MINUTE, { direction: i % 2 === 0 ? 'up' : 'down' }));
  it.each([
    { when: 'three reversals came within 30 min', operations: flaps(69, 49, 35, 20), expected: ['wait Flapping'] },
    { when: 'there were two', operations: flaps(50, 35, 20), expected: [] },
    { when: 'they took exactly 30 min', operations: flaps(69, 50, 35, 20), expected: [] },
    { when: 'they took 31 min', operations: flaps(69, 51, 35, 20), expected: [] },
    { when: 'the third is an hour old', operations: flaps(100, 90, 75, 60), expected: [] },
    {
      when: 'a person and an undo moved it',
      operations: flaps(69, 49, 35, 20).map((o, i) => ({ ...o, by: 'person' as const, undo: i === 1 })),
      expected: ['wait Flapping'],
    },
  ])('says $expected of a down when $when (GATE-G11-3)', ({ operations, expected }) => {
    const { verdict } = decide(idleInput({ counters: { operations } }));
    expect(said(verdict, 'G11')).toEqual(expected);
    expect(said(decide(idleInput({ request: BY_ANN, counters: { operations } })).verdict, 'G11')).toEqual(expected);
    expect(
      said(
        decide(idleInput({ request: scaleTo(7), assessment: { pressure: ['cpu'] }, counters: { operations } })).verdict,
        'G11',
      ),
    ).toEqual([]);
    if (expected.length > 0) expect(saidUntil(verdict, 'Flapping')).toBe(NOON + 40 * MINUTE);
  });
});
