import { describe, expect, it } from 'vitest';
import { type BreakerState, CLOSED, type InFlight } from '../../schema/counters.ts';
import {
  BY_ANN,
  type CalmOverrides,
  calmInput,
  NOON,
  RESTART,
  said,
  saidUntil,
  scaleTo,
} from '../../testing/gateInput.ts';
import { decide } from '../decide.ts';

const open = (until: number): BreakerState => ({ state: 'open', failures: 3, until, opens: 1 });
const verdictOf = (overrides: CalmOverrides) => decide(calmInput(overrides)).verdict;
const inFlight: InFlight = {
  decision: 'x',
  changeId: 'x.1',
  phase: 'verifying',
  direction: 'up',
  optional: false,
  since: NOON,
};

describe('G19 the breaker must let through', () => {
  it.each([
    { when: 'it is closed', breaker: CLOSED, expected: [] },
    { when: 'two failures are counted', breaker: { ...CLOSED, failures: 2 }, expected: [] },
    { when: 'it is open for one more millisecond', breaker: open(NOON + 1), expected: ['wait BreakerOpen'] },
    { when: 'its time has come', breaker: open(NOON), expected: ['note Trial'] },
    {
      when: 'it is open without an end',
      breaker: { state: 'open' as const, failures: 3, opens: 1 },
      expected: ['wait BreakerOpen'],
    },
  ])('says $expected when $when, to a person too (GATE-G19-1)', ({ breaker, expected }) => {
    expect(said(verdictOf({ counters: { breaker } }), 'G19')).toEqual(expected);
    expect(said(verdictOf({ counters: { breaker }, request: BY_ANN }), 'G19')).toEqual(expected);
  });

  it('says until when (GATE-G19-1)', () => {
    expect(saidUntil(verdictOf({ counters: { breaker: open(NOON + 5000) } }), 'BreakerOpen')).toBe(NOON + 5000);
  });

  it('half-open lets one smallest step through, and one only (GATE-G19-2)', () => {
    const counters = { breaker: open(NOON) };
    expect(decide(calmInput({ counters, request: scaleTo(6) })).permit?.terms.change).toEqual({
      kind: 'scale',
      from: 2,
      to: 3,
    });
    expect(said(verdictOf({ counters: { ...counters, inFlight } }), 'G19')).toEqual(['wait TrialInFlight']);
  });

  it('failures of optional changes lock only those (GATE-G19-3)', () => {
    const counters = { optionalBreaker: open(NOON + 1) };
    expect(said(verdictOf({ counters }), 'G19')).toEqual([]);
    expect(said(verdictOf({ counters, request: RESTART }), 'G19')).toEqual(['wait BreakerOpen']);
    expect(said(verdictOf({ counters, request: { ...RESTART, ...BY_ANN } }), 'G19')).toEqual([]);
    expect(said(verdictOf({ counters: { breaker: open(NOON + 1) }, request: RESTART }), 'G19')).toEqual([
      'wait BreakerOpen',
    ]);
  });

  it('a person holds it open; unread counters and holds count as open (GATE-G19-4)', () => {
    const hold = { kind: 'breaker' as const, what: 'all' as const, by: 'ann', reason: 'release', at: '' };
    expect(said(verdictOf({ holds: [hold] }), 'G19')).toEqual(['wait BreakerHeld']);
    expect(said(verdictOf({ counters: null }), 'G19')).toEqual(['wait NoData']);
    const { holds: _unread, ...blind } = calmInput();
    expect(said(decide(blind).verdict, 'G19')).toEqual(['wait NoData']);
  });
});

describe('G23 one change at a time', () => {
  it.each<{ when: string; overrides: CalmOverrides; expected: string[] }>([
    { when: 'nothing is in flight', overrides: {}, expected: [] },
    { when: 'an up is under pressure', overrides: { counters: { inFlight } }, expected: ['note Supersedes'] },
    {
      when: 'an up is under no pressure',
      overrides: { counters: { inFlight }, assessment: { pressure: [] } },
      expected: ['wait ChangeInFlight'],
    },
    {
      when: 'it is a restart under pressure',
      overrides: { counters: { inFlight }, request: RESTART },
      expected: ['wait ChangeInFlight'],
    },
    {
      when: 'pressure is unknown',
      overrides: { counters: { inFlight }, assessment: null },
      expected: ['wait ChangeInFlight'],
    },
    { when: 'the counters are unread', overrides: { counters: null }, expected: ['wait NoData'] },
  ])('says $expected when $when (GATE-G23-1)', ({ overrides, expected }) => {
    expect(said(verdictOf(overrides), 'G23')).toEqual(expected);
  });
});
