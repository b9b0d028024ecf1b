import { describe, expect, it } from 'vitest';
import { restoredFrom } from '../observe/restoredCounters.ts';
import { CLOSED, Counters, type InFlight, NEW_COUNTERS, type OperationRecord } from '../schema/counters.ts';
import { NOON, OUR_DOWN, operation } from '../testing/gateInput.ts';
import { breakerAt } from './breaker.ts';
import { applied, type Outcome, release, reserve, settle, startUndo, takeOver, thawed, verifying } from './counters.ts';

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
const reserved = (counters: Counters = NEW_COUNTERS, overrides: Partial<OperationRecord> = {}): Counters =>
  reserve(
    counters,
    record(overrides),
    flight(overrides.optional === undefined ? {} : { optional: overrides.optional }),
  );
const end = { changeId: 'd.1', now: NOON + 60_000, jitter: 0, breakerFailures: 3 };
/** One whole change with this end. */
const change = (counters: Counters, outcome: Outcome, overrides: Partial<OperationRecord> = {}): Counters =>
  settle(reserved(counters, overrides), outcome, end);

describe('counters', () => {
  it('take a slot once for the same change id (GATE-C-1)', () => {
    const twice = reserved(reserved());
    expect(twice.operations).toHaveLength(1);
    expect(twice.inFlight).toEqual(flight());
  });

  it('forget writes after two hours and never outgrow their record (GATE-C-1)', () => {
    const many = Array.from({ length: 80 }, (_, i) => operation((80 - i) * 60_000));
    const after = reserved({ ...NEW_COUNTERS, operations: [operation(2 * HOUR), operation(2 * HOUR - 1), ...many] });
    expect(after.operations).toHaveLength(64);
    expect(after.operations.at(-1)).toEqual(record());
    expect(Counters.safeParse(after).success).toBe(true);
    const old = reserved({ ...NEW_COUNTERS, operations: [operation(2 * HOUR), operation(2 * HOUR - 1)] });
    expect(old.operations.map(({ at }) => NOON - at)).toEqual([2 * HOUR - 1, 0]);
  });

  it('give the slot back without a trace, and without a failure (GATE-C-2)', () => {
    const before: Counters = { ...NEW_COUNTERS, operations: [operation(100_000)], breaker: { ...CLOSED, failures: 2 } };
    expect(release(reserved(before), 'd.1')).toEqual(before);
    expect(release(reserved(before), 'other.1').inFlight).toEqual(flight());
  });

  it('keep the change whose place is taken until the write is confirmed, and then count nothing for it (GATE-C-2)', () => {
    const other = { decision: 'e', changeId: 'e.1' };
    const before: Counters = { ...reserved(), breaker: { ...CLOSED, failures: 2 } };
    const over = takeOver(before, record(other), flight(other));
    expect(Counters.safeParse(over).success).toBe(true);
    expect(takeOver(over, record(other), flight(other))).toEqual(over);
    expect(release(over, 'e.1')).toEqual(before);
    expect(settle(over, 'inconclusive', end).inFlight).toEqual(flight(other));
    const after = applied(over, 'e.1', NOON);
    expect(after).toMatchObject({ inFlight: flight(other), lastChangeId: 'e.1', breaker: { failures: 2 } });
    expect(after.inFlight?.over).toBeUndefined();
  });

  it('count a repair that was put back only once the next one is written (GATE-C-8)', () => {
    const taken = reserve(NEW_COUNTERS, record(), flight({ afterRevert: true }));
    expect(taken.reverts).toBe(0);
    expect(release(taken, 'd.1')).toEqual(NEW_COUNTERS);
    expect(applied(taken, 'd.1', NOON).reverts).toBe(1);
  });

  it('count the cooldown from the write and know it by its id (GATE-C-3)', () => {
    const after = verifying(applied(reserved(), 'd.1', NOON + 500), 'd.1', NOON + 600);
    expect(after.operations.at(-1)?.at).toBe(NOON + 500);
    expect(after.lastChangeId).toBe('d.1');
    expect(after.inFlight).toMatchObject({ phase: 'verifying', since: NOON + 600 });
    expect(verifying(reserved(), 'other.1', NOON).inFlight?.phase).toBe('executing');
  });

  it('open after fail, fail, unclear, fail (GATE-C-4)', () => {
    const ends: Outcome[] = ['fail', 'fail', 'inconclusive', 'insufficient', 'superseded'];
    const four = ends.reduce((counters, outcome) => change(counters, outcome), NEW_COUNTERS);
    expect([four.breaker.state, four.breaker.failures]).toEqual(['closed', 2]);
    const opened = change(four, 'fail');
    expect(opened.breaker).toEqual({ state: 'open', failures: 3, until: NOON + 120_000, opens: 1 });
    expect(opened.inFlight).toBeUndefined();
    expect(change(four, 'pass').breaker).toEqual(CLOSED);
  });

  it('double the time at each failed trial up to an hour, and close after a good one (GATE-C-5)', () => {
    let counters: Counters = { ...NEW_COUNTERS, breaker: { state: 'open', failures: 3, until: NOON, opens: 1 } };
    const lengths: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      const now = counters.breaker.until ?? 0;
      expect([breakerAt(counters.breaker, now - 1), breakerAt(counters.breaker, now)]).toEqual(['open', 'halfOpen']);
      counters = settle(reserved(counters), 'fail', { ...end, now });
      lengths.push((counters.breaker.until ?? 0) - now);
    }
    expect(lengths.map((ms) => ms / 60_000)).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    expect(settle(reserved(counters), 'pass', end).breaker).toEqual(CLOSED);
  });

  it.each([
    { jitter: 0, ms: 60_000 },
    { jitter: 0.5, ms: 63_000 },
    { jitter: 0.999, ms: 65_994 },
  ])('open for $ms ms at a jitter of $jitter (GATE-C-5)', ({ jitter, ms }) => {
    const two: Counters = { ...NEW_COUNTERS, breaker: { ...CLOSED, failures: 2 } };
    expect(settle(reserved(two), 'fail', { ...end, jitter }).breaker.until).toBe(end.now + ms);
  });

  it('leave an open breaker alone when a late failure comes (GATE-C-5)', () => {
    const open: Counters = { ...NEW_COUNTERS, breaker: { state: 'open', failures: 3, until: NOON + HOUR, opens: 2 } };
    expect(change(open, 'fail').breaker).toEqual(open.breaker);
  });

  it('keep failures of optional changes to their own breaker (GATE-C-6)', () => {
    const after = [1, 2, 3].reduce((counters) => change(counters, 'fail', { optional: true }), NEW_COUNTERS);
    expect([after.breaker.state, after.optionalBreaker.state]).toEqual(['closed', 'open']);
    expect(change(after, 'pass').optionalBreaker.state).toBe('open');
  });

  it.each([
    { outcome: 'pass' as const, until: end.now, state: 'closed' },
    { outcome: 'fail' as const, until: end.now, state: 'open' },
    { outcome: 'inconclusive' as const, until: end.now, state: 'open' },
    { outcome: 'pass' as const, until: end.now + 1, state: 'open' },
  ])('let an optional change be the trial of both, open until $until: $outcome leaves $state (GATE-C-6)', (row) => {
    const breaker = { state: 'open' as const, failures: 3, until: row.until, opens: 1 };
    expect(change({ ...NEW_COUNTERS, breaker }, row.outcome, { optional: true }).breaker.state).toBe(row.state);
  });

  it.each([
    { outcome: 'pass' as const, state: 'closed', failures: 1 },
    { outcome: 'inconclusive' as const, state: 'closed', failures: 1 },
    { outcome: 'fail' as const, state: 'open', failures: 1 },
  ])('after an undo that ends with $outcome the breaker is $state (GATE-C-7)', ({ outcome, state, failures }) => {
    const failed = change(NEW_COUNTERS, 'fail', { direction: 'down' });
    const undo = { changeId: 'd.1.undo', decision: 'd', direction: 'up' as const };
    const undoing = startUndo(failed, { direction: 'down', load: 1.4 }, record(undo), flight(undo));
    expect(undoing).toMatchObject({ undoneDown: { at: NOON, load: 1.4 }, inFlight: { changeId: 'd.1.undo' } });
    expect(undoing.operations.at(-1)).toMatchObject({ undo: true });
    const over = settle(undoing, outcome, { ...end, changeId: 'd.1.undo' });
    expect(over.breaker).toMatchObject({ state, failures });
    const frozen = { at: end.now, decision: 'd', change: 'd.1.undo' };
    expect(over.frozen).toEqual(outcome === 'fail' ? frozen : undefined);
  });

  it.each([
    { change: 'd.1.undo', lifted: true },
    { change: 'd.1', lifted: false },
    { change: undefined, lifted: false },
  ])(
    'are thawed by $change: $lifted, and the next slot alone thaws nothing (GATE-C-7)',
    ({ change: named, lifted }) => {
      const frozen = { at: NOON, decision: 'd', change: 'd.1.undo' };
      const counters = { ...NEW_COUNTERS, frozen };
      expect(thawed(counters, named)).toEqual(lifted ? NEW_COUNTERS : undefined);
      expect(thawed(NEW_COUNTERS, named)).toBeUndefined();
      expect(reserved(counters).frozen).toEqual(frozen);
      expect(settle(reserved(counters), 'pass', end).frozen).toEqual(frozen);
    },
  );

  it('remember only an undone scale-down, and without its load the strict way (GATE-C-7)', () => {
    expect(startUndo(NEW_COUNTERS, { direction: 'up', load: 1 }, record(), flight()).undoneDown).toBeUndefined();
    expect(startUndo(NEW_COUNTERS, { direction: 'down' }, record(), flight()).undoneDown?.load).toBe(0);
  });

  it('end a row of reverts with a person or a quiet hour, never with the next repair (GATE-C-8)', () => {
    const again = (counters: Counters): Counters =>
      applied(reserve(counters, record(), flight({ afterRevert: true })), 'd.1', NOON);
    const twice = again(again({ ...NEW_COUNTERS, operations: [operation(600_000)] }));
    expect(twice.reverts).toBe(2);
    expect(twice.inFlight).toEqual(flight());
    expect(applied(twice, 'd.1', NOON).reverts).toBe(2);
    expect(reserved(twice).reverts).toBe(2);
    expect(reserved(twice, { by: 'person' }).reverts).toBe(0);
    expect(reserved({ ...twice, operations: [operation(HOUR)] }).reverts).toBe(0);
  });

  it('are made again from the annotation with the cooldown of that write and the hour spent (GATE-C-9)', () => {
    const at = NOON - 120_000;
    const again = restoredFrom(OUR_DOWN, NOON);
    expect(again).toMatchObject({ lastChangeId: OUR_DOWN.id, spentUntil: at + HOUR });
    expect(again.operations).toMatchObject([{ at, direction: 'down', undo: false, changeId: OUR_DOWN.id }]);
    expect(Counters.safeParse(again).success).toBe(true);
    expect(restoredFrom(OUR_DOWN, NOON + 5000)).toEqual(again);
  });

  it.each([
    { when: 'its time cannot be read', change: { at: 'yesterday' }, at: NOON, direction: 'down' },
    { when: 'its time lies ahead', change: { at: '2026-01-05T13:00:00Z' }, at: NOON, direction: 'down' },
    {
      when: 'it was a restart',
      change: { before: '', after: '2026-01-05T11:58:00Z' },
      at: NOON - 120_000,
      direction: 'none',
    },
    { when: 'it went up', change: { before: '9', after: '10' }, at: NOON - 120_000, direction: 'up' },
  ])('are made again from an annotation when $when (GATE-C-9)', ({ change: overrides, at, direction }) => {
    expect(restoredFrom({ ...OUR_DOWN, ...overrides }, NOON).operations).toMatchObject([{ at, direction }]);
  });

  it('count the hour as spent only as long as something lost could count (GATE-C-9)', () => {
    const lost = restoredFrom(OUR_DOWN, NOON);
    expect(reserved(lost).spentUntil).toBe(lost.spentUntil);
    expect(reserved(lost, { at: NOON + HOUR }).spentUntil).toBeUndefined();
  });
});
