import { describe, expect, it } from 'vitest';
import { CLOSED } from '../schema/counters.ts';
import type { Finding } from '../schema/verdict.ts';
import { RULE_IDS } from '../schema/verdict.ts';
import { calmBlueprint, calmInput, NOON, scaleTo } from '../testing/gateInput.ts';
import { approversOf } from './authority.ts';
import { afterOutcome, within } from './breaker.ts';
import { decide } from './decide.ts';
import { isKnownRead } from './operationOf.ts';
import { note, restrict, span, wait } from './rule.ts';
import { RULES } from './rules.ts';
import { nextStep } from './step.ts';

const asking = (approvers: readonly string[]): Finding => ({
  rule: 'G0',
  ...restrict('ApprovalRequired', 'x', approvers),
});
const groups = (count: number): string[] => Array.from({ length: count }, (_, i) => `group-${i}`);
/** An agent's step, unless told otherwise. */
const step = (from: number, to: number): number =>
  nextStep({
    from,
    to,
    person: false,
    approved: false,
    range: { minReplicas: 2, maxReplicas: 10 },
    smallest: false,
    rollout: false,
  });

describe('the rules in force', () => {
  it('bind what the contract says: all calls, changes, and of the undo no more than what is listed (GATE-2)', () => {
    const bound = (binds: string): string[] => RULES.filter((one) => one.binds === binds).map(({ id }) => id);
    expect(bound('every call')).toEqual(['G0', 'G14', 'G22']);
    expect(bound('changes, undo too')).toEqual(['G1', 'G17', 'G18', 'G20']);
    expect(bound('changes')).toHaveLength(RULES.length - 7);
    expect([...new Set(RULES.map(({ id }) => id))]).toHaveLength(RULE_IDS.length);
  });
});

describe('small parts of the gate', () => {
  it.each([
    { what: 'groups named by nobody', lists: [[]], expected: [] },
    { what: 'more groups than a record holds', lists: [groups(40)], expected: groups(32) },
  ])('asks for $expected.length groups of $what (GATE-6)', ({ lists, expected }) => {
    expect(approversOf(lists.map(asking))).toEqual(expected);
  });

  it('takes a restriction without a list of groups for one that names none (GATE-7)', () => {
    const { approvers: _, ...bare } = asking([]);
    expect(approversOf([bare])).toEqual([]);
  });

  it.each([undefined, Number.NaN, Number.POSITIVE_INFINITY])('waits openly until %s (GATE-4)', (notBefore) => {
    expect(Object.keys(wait('Cooldown', 'x', {}, notBefore))).not.toContain('notBefore');
  });

  it.each([
    { length: 499, kept: 499 },
    { length: 500, kept: 500 },
    { length: 501, kept: 500 },
  ])('keeps $kept of $length characters of a message, and shows where it was cut (GATE-6)', ({ length, kept }) => {
    const { message } = note('Trial', 'x'.repeat(length));
    expect([message.length, message.endsWith('…'), message.startsWith('x')]).toEqual([kept, length > 500, true]);
  });

  it.each([
    { replicas: 1, operation: 'scale_beyond_limits' },
    { replicas: 2, operation: 'scale_within_limits' },
    { replicas: 10, operation: 'scale_within_limits' },
    { replicas: 11, operation: 'scale_beyond_limits' },
    { replicas: 0, operation: 'scale_to_zero' },
  ])('calls $replicas replicas of 2 to 10 $operation (GATE-G0-1)', ({ replicas, operation }) => {
    expect(decide(calmInput({ request: scaleTo(replicas) })).verdict.operation).toBe(operation);
  });

  it('leaves out values that there are none of (GATE-8)', () => {
    expect(note('Trial', 'x', { a: 1, b: undefined }).values).toStrictEqual({ a: '1' });
  });

  it.each([
    [119_400, '119 s'],
    [119_999, '120 s'],
    [120_000, '2 min'],
  ])('says %i ms as %s (GATE-8)', (ms, words) => {
    expect(span(ms)).toBe(words);
  });

  it.each(['xlist_services', 'list_servicesx', 'xwhat_if', 'get_logsx', 'get_secrets', ''])(
    'knows no read %s (GATE-G0-6)',
    (tool) => {
      expect(isKnownRead(tool)).toBe(false);
    },
  );

  it.each([
    { from: 5, to: 15, next: 10 },
    { from: 10, to: 15, next: 15 },
    { from: 12, to: 9, next: 9 },
    { from: 1, to: 1, next: 1 },
    { from: 20, to: 20, next: 20 },
  ])('goes from $from to $to by $next, a number outside the range included (GATE-G8-1)', ({ from, to, next }) => {
    expect(step(from, to)).toBe(next);
  });

  it('opens again after a failed trial, though few failures are on record (GATE-C-5)', () => {
    const once = { state: 'open' as const, failures: 0, until: NOON, opens: 1 };
    const failure = { now: NOON, jitter: 0, breakerFailures: 3 };
    expect(afterOutcome(once, 'fail', failure)).toEqual({
      state: 'open',
      failures: 1,
      until: NOON + 120_000,
      opens: 2,
    });
    expect(afterOutcome(CLOSED, 'fail', failure)).toMatchObject({ state: 'closed', failures: 1 });
  });

  it.each([
    { until: NOON + 1, kept: NOON + 1 },
    { until: NOON + 3_960_000, kept: NOON + 3_960_000 },
    { until: NOON + 3_960_001, kept: NOON + 3_960_000 },
    { until: undefined, kept: NOON + 3_960_000 },
  ])('believes that a breaker is open until $until no further than it can be opened (GATE-C-5)', ({ until, kept }) => {
    const open = { state: 'open' as const, failures: 3, opens: 1, ...(until !== undefined && { until }) };
    expect(within(open, NOON)).toEqual({ ...open, until: kept });
    expect(within(CLOSED, NOON)).toEqual(CLOSED);
  });

  it('tries what is optional in the smallest step while its own breaker is half-open (GATE-G19-1)', () => {
    const half = { state: 'open' as const, failures: 3, until: NOON, opens: 1 };
    const beyond = { request: scaleTo(5), counters: { optionalBreaker: half } };
    expect(decide(calmInput(beyond)).verdict.step).toBe(3);
    const recommendation = { direction: 'up' as const, replicas: 5, reason: 'cpu', started: true };
    expect(decide(calmInput({ ...beyond, assessment: { recommendation } })).verdict.step).toBe(5);
  });

  it('an approval lifts nothing where no blueprint governs (GATE-G0-5)', () => {
    const { args = {} } = scaleTo(3);
    const approval = { name: 'a', operation: 'scale_beyond_limits', args, blueprintHash: calmBlueprint().hash };
    const { verdict, errors } = decide(calmInput({ blueprint: null, approval }));
    expect([verdict.authority, errors]).toEqual(['forbidden', []]);
  });
});
