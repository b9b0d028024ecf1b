import { describe, expect, it } from 'vitest';
import { restoredFrom } from '../observe/restoredCounters.ts';
import { CLOSED, type Counters, type InFlight, NEW_COUNTERS, type OperationRecord } from '../schema/counters.ts';
import { NOON, OUR_DOWN, operation } from '../testing/gateInput.ts';
import {
  applied,
  holders,
  release,
  reserve,
  settle,
  startUndo,
  streakIsOver,
  takeOver,
  verifying,
} from './counters.ts';

const HOUR = 3_600_000;
const record = (overrides: Partial<OperationRecord> = {}): OperationRecord =>
  operation(0, { decision: 'd', changeId: 'd.1', ...overrides });
const flight = (overrides: Partial<InFlight> = {}): InFlight => ({
  decision: 'd',
  changeId: 'd.1',
  phase: 'executing',
  direction: 'up',
  optional: false,
  since: NOON,
  ...overrides,
});
const end = { changeId: 'd.1', now: NOON, jitter: 0, breakerFailures: 3 };

describe('counters in which nothing is in flight', () => {
  it('give a slot that takes no place of another (GATE-C-1)', () => {
    const taken = takeOver(NEW_COUNTERS, record(), flight());
    expect(taken).toEqual(reserve(NEW_COUNTERS, record(), flight()));
    expect(Object.keys(taken.inFlight ?? {})).not.toContain('over');
    const again = takeOver(taken, record(), flight());
    expect(Object.keys(again.inFlight ?? {})).not.toContain('over');
  });

  it('stay as they are when one is given back, verified or over (GATE-C-2)', () => {
    expect(release(NEW_COUNTERS, 'd.1')).toEqual(NEW_COUNTERS);
    expect(verifying(NEW_COUNTERS, 'd.1', NOON)).toEqual(NEW_COUNTERS);
    expect(settle(NEW_COUNTERS, 'inconclusive', end)).toEqual(NEW_COUNTERS);
    expect(applied(NEW_COUNTERS, 'd.1', NOON)).toEqual({ ...NEW_COUNTERS, lastChangeId: 'd.1' });
    expect(holders(NEW_COUNTERS)).toEqual([]);
  });
});

describe('counters of several changes', () => {
  it('name the change in flight and the one whose place it takes (GATE-C-2)', () => {
    const one = reserve(NEW_COUNTERS, record(), flight());
    expect(holders(one).map(({ changeId }) => changeId)).toEqual(['d.1']);
    const two = takeOver(one, record({ changeId: 'e.1' }), flight({ changeId: 'e.1' }));
    expect(holders(two).map(({ changeId }) => changeId)).toEqual(['e.1', 'd.1']);
  });

  it('put the one in flight back into its place only where the other gives up its own (GATE-C-2)', () => {
    const one = reserve(NEW_COUNTERS, record(), flight());
    const two = takeOver(one, record({ changeId: 'e.1' }), flight({ changeId: 'e.1' }));
    expect(release(two, 'x.1').inFlight).toEqual(two.inFlight);
    expect(release(two, 'd.1').inFlight).toEqual(flight({ changeId: 'e.1' }));
    expect(release(two, 'e.1').inFlight).toEqual(flight());
  });

  it('date the write that is confirmed and no other (GATE-C-3)', () => {
    const two = reserve({ ...NEW_COUNTERS, operations: [operation(HOUR)] }, record(), flight());
    const after = applied(two, 'd.1', NOON + 5);
    expect(after.operations.map(({ at }) => at - NOON)).toEqual([-HOUR, 5]);
    expect(applied(two, 'x.1', NOON + 5).inFlight).toEqual(flight());
  });

  it.each([
    { operations: [operation(HOUR), operation(HOUR - 1)], over: false },
    { operations: [operation(HOUR), operation(HOUR - 1, { undo: true })], over: true },
    { operations: [operation(HOUR)], over: true },
    { operations: [], over: true },
  ])('end a row of reverts an hour after the last write that is no undo: $over (GATE-C-8)', ({ operations, over }) => {
    expect(streakIsOver({ ...NEW_COUNTERS, operations }, NOON)).toBe(over);
  });

  it.each([
    { spentUntil: NOON + 1, kept: NOON + 1 },
    { spentUntil: NOON, kept: undefined },
    { spentUntil: undefined, kept: undefined },
  ])('forget that the hour was spent until $spentUntil when it is over (GATE-C-9)', ({ spentUntil, kept }) => {
    const before: Counters = { ...NEW_COUNTERS, ...(spentUntil !== undefined && { spentUntil }) };
    expect(reserve(before, record(), flight()).spentUntil).toBe(kept);
  });
});

describe('counters after a failure', () => {
  it('open the breaker that an optional change has failed on, and not the other (GATE-C-4)', () => {
    const two: Counters = { ...NEW_COUNTERS, optionalBreaker: { ...CLOSED, failures: 2 } };
    const after = settle(reserve(two, record({ optional: true }), flight()), 'fail', end);
    expect([after.breaker, after.optionalBreaker.state]).toEqual([CLOSED, 'open']);
  });

  const had = (what: string, ago = 0) => ({ at: NOON - ago, what });
  const failed = (infeasible: readonly { at: number; what: string }[] | undefined, what?: string) =>
    startUndo(
      { ...NEW_COUNTERS, ...(infeasible !== undefined && { infeasible: [...infeasible] }) },
      { direction: 'none', ...(what !== undefined && { infeasible: what }) },
      record(),
      flight(),
    ).infeasible;
  it.each([
    { when: 'it is the first', before: undefined, what: 'a', after: [had('a')] },
    { when: 'another was there', before: [had('a', 5)], what: 'b', after: [had('a', 5), had('b')] },
    { when: 'the same was there', before: [had('a', 5)], what: 'a', after: [had('a')] },
    {
      when: 'one is just under a day old',
      before: [had('a', 24 * HOUR - 1)],
      what: 'b',
      after: [had('a', 24 * HOUR - 1), had('b')],
    },
    { when: 'one is a day old', before: [had('a', 24 * HOUR)], what: 'b', after: [had('b')] },
    { when: 'this one could be had', before: [had('a', 5)], what: undefined, after: [had('a', 5)] },
    { when: 'there is none at all', before: undefined, what: undefined, after: undefined },
  ])('remember the resources that could not be had, where $when (GATE-G16-5)', ({ before, what, after }) => {
    expect(failed(before, what)).toEqual(after);
  });

  it('remember no more than eight, the newest ones (GATE-G16-5)', () => {
    const eight = Array.from({ length: 8 }, (_, i) => had(`r${i}`, 8 - i));
    expect(failed(eight, 'new')).toEqual([...eight.slice(1), had('new')]);
  });
});

describe('counters made again from an annotation', () => {
  it.each([
    { before: '9', after: '10', direction: 'up' },
    { before: '10', after: '9', direction: 'down' },
    { before: '3', after: '3', direction: 'none' },
    { before: 'x3', after: '4', direction: 'none' },
    { before: '3x', after: '4', direction: 'none' },
    { before: '3', after: 'x4', direction: 'none' },
    { before: '3', after: '4x', direction: 'none' },
  ])(
    'take $before to $after for $direction, and the change for no optional one (GATE-C-9)',
    ({ before, after, direction }) => {
      const { operations } = restoredFrom({ ...OUR_DOWN, before, after }, NOON);
      expect(operations).toMatchObject([{ direction, optional: false, by: 'agent', changeId: OUR_DOWN.id }]);
    },
  );
});
