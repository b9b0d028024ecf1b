import { describe, expect, it } from 'vitest';
import { SAFETY_DEFAULTS } from '../../schema/blueprint.ts';
import {
  BY_ANN,
  type CalmOverrides,
  calmInput,
  idleInput,
  NOON,
  operation,
  RESTART,
  said,
  saidUntil,
  scaleTo,
  undoInput,
} from '../../testing/gateInput.ts';
import { decide } from '../decide.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** `n` writes, one every five minutes, the newest five minutes old. */
const spread = (n: number, overrides = {}) =>
  Array.from({ length: n }, (_, i) => operation((i + 1) * 5 * MINUTE, overrides));
const says = (overrides: CalmOverrides): string[] => said(decide(calmInput(overrides)).verdict, 'G12');

describe('G12 budget must be left', () => {
  it.each([
    { when: 'it is 59.999 s old', operations: [operation(59_999)], expected: ['wait Cooldown'] },
    { when: 'it is 60 s old', operations: [operation(60_000)], expected: [] },
    { when: 'it was an undo', operations: [operation(30_000, { undo: true })], expected: ['wait Cooldown'] },
    { when: 'there is none', operations: [], expected: [] },
  ])('after the last write says $expected when $when (GATE-G12-1)', ({ operations, expected }) => {
    expect(says({ counters: { operations } })).toEqual(expected);
    expect(says({ counters: { operations }, request: BY_ANN })).toEqual(expected);
  });

  it.each([
    { when: 'nine are used', operations: spread(9), expected: [] },
    { when: 'ten are used', operations: spread(10), expected: ['wait BudgetSpent'] },
    { when: 'one of ten is an hour old', operations: [...spread(9), operation(HOUR)], expected: [] },
    {
      when: 'one of ten was an undo',
      operations: [...spread(9), operation(58 * MINUTE, { undo: true })],
      expected: [],
    },
  ])('says $expected when $when (GATE-G12-2)', ({ operations, expected }) => {
    expect(says({ counters: { operations } })).toEqual(expected);
  });

  it('of any size ends where the record of the hour does (GATE-G12-2)', () => {
    const blueprint = { safety: { ...SAFETY_DEFAULTS, cooldownMs: 0, operationsPerHour: 1000 } };
    const dense = (n: number) => Array.from({ length: n }, (_, i) => operation((i + 1) * 30_000));
    expect(says({ blueprint, counters: { operations: dense(63) } })).toEqual([]);
    const { verdict } = decide(calmInput({ blueprint, counters: { operations: dense(64) } }));
    expect(said(verdict, 'G12')).toEqual(['wait BudgetSpent']);
    expect(saidUntil(verdict, 'BudgetSpent')).toBe(NOON - 32 * MINUTE + HOUR);
  });

  it('waits until one more fits (GATE-G12-2)', () => {
    const { verdict } = decide(calmInput({ counters: { operations: spread(10) } }));
    expect(saidUntil(verdict, 'BudgetSpent')).toBe(NOON + 10 * MINUTE);
    const tighter = { ...SAFETY_DEFAULTS, operationsPerHour: 8 };
    const late = decide(calmInput({ blueprint: { safety: tighter }, counters: { operations: spread(10) } })).verdict;
    // Three have to leave: those of 50, 45 and 40 min ago.
    expect(saidUntil(late, 'BudgetSpent')).toBe(NOON + 20 * MINUTE);
  });

  it.each([
    { downs: 3, expected: [] },
    { downs: 4, expected: ['wait DownsSpent'] },
  ])('after $downs downs says $expected of a down and nothing of an up (GATE-G12-3)', ({ downs, expected }) => {
    const counters = { operations: spread(downs, { direction: 'down' }) };
    expect(said(decide(idleInput({ counters })).verdict, 'G12')).toEqual(expected);
    expect(says({ counters })).toEqual([]);
  });

  it.each([
    { when: 'an agent restarts', overrides: { request: RESTART }, expected: ['wait OptionalSpent'] },
    { when: 'an agent goes beyond the floor', overrides: { request: scaleTo(4) }, expected: ['wait OptionalSpent'] },
    { when: 'an agent asks for the floor', overrides: { request: scaleTo(3) }, expected: [] },
    {
      when: 'the floor has not started',
      overrides: {
        request: scaleTo(3),
        assessment: { recommendation: { direction: 'up' as const, replicas: 3, reason: '', started: false } },
      },
      expected: ['wait OptionalSpent'],
    },
    { when: 'a person restarts', overrides: { request: { ...RESTART, ...BY_ANN } }, expected: [] },
    { when: 'a person goes beyond the floor', overrides: { request: { ...scaleTo(4), ...BY_ANN } }, expected: [] },
  ])('with the optional share used says $expected when $when (GATE-G12-4)', ({ overrides, expected }) => {
    expect(says({ ...overrides, counters: { operations: spread(6, { optional: true }) } })).toEqual(expected);
    expect(says({ ...overrides, counters: { operations: spread(5, { optional: true }) } })).toEqual([]);
  });

  it.each([
    { spentUntil: NOON + 1, expected: ['wait BudgetUnknown'] },
    { spentUntil: NOON, expected: [] },
  ])('with a lost record until $spentUntil says $expected (GATE-G12-5)', ({ spentUntil, expected }) => {
    expect(says({ counters: { spentUntil } })).toEqual(expected);
  });

  it('calls a person when it is spent under breach, and assumes the worst without counters (GATE-G12-5)', () => {
    const counters = { operations: spread(10) };
    expect(says({ counters, assessment: { breach: ['latency_p95'] } })).toEqual([
      'wait BudgetSpent',
      'note SpentUnderBreach',
    ]);
    expect(says({ assessment: { breach: ['latency_p95'] } })).toEqual([]);
    expect(says({ counters: null })).toEqual(['wait NoData']);
  });

  it('binds no undo (GATE-G12-6)', () => {
    expect(
      decide(undoInput({}, { counters: { operations: [operation(1000), ...spread(12)] } })).verdict.wait,
    ).toBeUndefined();
  });
});
