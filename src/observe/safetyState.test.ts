import { describe, expect, it } from 'vitest';
import { SAFETY_DEFAULTS } from '../schema/blueprint.ts';
import type { LastChange } from '../schema/change.ts';
import { sealed } from '../schema/counterSeal.ts';
import { type Counters, type Hold, NEW_COUNTERS } from '../schema/counters.ts';
import type { KubeObject } from '../schema/kube.ts';
import { countersOf, holdsOf, isBreakerTouched, operationsLeft } from './safetyState.ts';

const NOW = Date.UTC(2026, 0, 5);
const WROTE: LastChange = {
  id: 'web-1.0',
  decision: 'web-1',
  did: 'scale 2 to 3',
  before: '2',
  after: '3',
  at: '2026-01-04T23:59:30Z',
  log: 'unlogged',
  undo: false,
};
const PROOF = { lastChangeText: JSON.stringify(WROTE), lastChange: WROTE };
const OPERATION: Counters['operations'][number] = {
  at: NOW - 30_000,
  decision: 'web-1',
  changeId: 'web-1.0',
  direction: 'up',
  optional: false,
  undo: false,
  by: 'agent',
};
const STATUS: Counters = { ...NEW_COUNTERS, reverts: 2, lastChangeId: 'web-1.0', operations: [OPERATION] };
const OTHER: Counters = { ...STATUS, lastChangeId: 'web-2.1', operations: [{ ...OPERATION, changeId: 'web-2.1' }] };
const LONG_AGO: LastChange = { ...WROTE, at: '2026-01-04T20:00:00Z' };

function breaker(spec: unknown, status?: unknown): KubeObject {
  return {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'CircuitBreaker',
    metadata: { name: 'web' },
    spec,
    ...(status !== undefined && { status }),
  };
}

const hold = (over: Partial<Hold> = {}): Hold => ({
  kind: 'pause',
  what: 'all',
  by: 'kim',
  reason: 'sale',
  at: '2026-01-04T00:00:00Z',
  ...over,
});

describe('countersOf', () => {
  it.each<{ name: string; breaker: KubeObject | undefined; target: object | undefined; counters: object | undefined }>([
    { name: 'as recorded', breaker: breaker({ holds: [] }, STATUS), target: PROOF, counters: STATUS },
    {
      name: 'as recorded, where they name another change',
      breaker: breaker({}, OTHER),
      target: PROOF,
      counters: OTHER,
    },
    {
      name: 'as recorded, where the write they name is too old to be kept',
      breaker: breaker({}, { ...STATUS, operations: [] }),
      target: { lastChangeText: JSON.stringify(LONG_AGO), lastChange: LONG_AGO },
      counters: { ...STATUS, operations: [] },
    },
    { name: 'new, without record and annotation', breaker: undefined, target: {}, counters: NEW_COUNTERS },
    { name: 'new, without record and target', breaker: undefined, target: undefined, counters: NEW_COUNTERS },
    { name: 'new, with a record that only holds', breaker: breaker({ holds: [] }), target: {}, counters: NEW_COUNTERS },
    {
      name: 'unreadable, with an annotation that proves a write at a time nobody knows',
      breaker: undefined,
      target: { lastChangeText: '{' },
      counters: undefined,
    },
  ])('are $name', ({ breaker: record, target, counters }) => {
    expect(countersOf(record, target, NOW)).toEqual(counters);
  });

  it.each([
    ['the record is gone', undefined],
    ['the record is empty', breaker({ holds: [] }, {})],
    ['somebody made it again', breaker({ holds: [] })],
    ['somebody wrote counters that know of no write', breaker({ holds: [] }, NEW_COUNTERS)],
    ['somebody wrote another shape into it', breaker({ holds: [] }, { ...STATUS, reverts: 'two' })],
    ['somebody took the write out of the counters', breaker({ holds: [] }, { ...STATUS, operations: [] })],
  ])('are restored from the annotation when %s: cooldown from the write, budget spent (P7)', (_name, record) => {
    const counters = countersOf(record, PROOF, NOW);
    expect(counters?.spentUntil).toBeGreaterThan(NOW);
    expect(counters?.lastChangeId).toBe('web-1.0');
    expect(counters?.operations.map(({ at }) => at)).toEqual([NOW - 30_000]);
  });

  const OPEN: Counters = { ...STATUS, breaker: { state: 'open', failures: 3, until: NOW + 60_000, opens: 1 } };
  it.each<{ edit: string; sealedAs: Counters; now: Partial<Counters>; is: 'believed' | 'spent' }>([
    { edit: 'nothing', sealedAs: OPEN, now: {}, is: 'believed' },
    { edit: 'the breaker, closed', sealedAs: OPEN, now: { breaker: NEW_COUNTERS.breaker }, is: 'spent' },
    { edit: 'an operation, made older', sealedAs: STATUS, now: { operations: [{ ...OPERATION, at: 1 }] }, is: 'spent' },
    { edit: 'the lost hour, ended', sealedAs: { ...STATUS, spentUntil: NOW + 1 }, now: { spentUntil: 1 }, is: 'spent' },
    { edit: 'the row of reverts, ended', sealedAs: STATUS, now: { reverts: 0 }, is: 'spent' },
    { edit: 'the seal of a version to come', sealedAs: STATUS, now: { seal: 'v9:0', reverts: 0 }, is: 'believed' },
  ])('are $is where somebody edited $edit (P7)', ({ sealedAs, now, is }) => {
    const written = breaker({ holds: [] }, { ...sealed(sealedAs), ...now });
    expect(isBreakerTouched(written, PROOF, NOW)).toBe(is === 'spent');
    const counters = countersOf(written, PROOF, NOW);
    expect((counters?.spentUntil ?? 0) > NOW + 1).toBe(is === 'spent');
    expect(counters?.operations.map(({ at }) => at)).toEqual([NOW - 30_000]);
  });
});

describe('holdsOf', () => {
  const mine = hold({ reason: 'mine' });
  const cluster = hold({ kind: 'stop', reason: 'cluster' });
  const here = hold({ reason: 'here', namespace: 'shop' });
  const there = hold({ reason: 'there', namespace: 'other' });
  it.each<{ name: string; own: KubeObject | undefined; fleet: KubeObject | undefined; reasons: string[] | undefined }>([
    { name: 'none without records', own: undefined, fleet: undefined, reasons: [] },
    {
      name: "the service's own, its namespace's and the cluster's",
      own: breaker({ holds: [mine] }),
      fleet: breaker({ holds: [cluster, here, there] }),
      reasons: ['mine', 'cluster', 'here'],
    },
    { name: 'none in a record without spec', own: breaker(undefined, STATUS), fleet: breaker({}), reasons: [] },
    {
      name: 'unknown when the own record cannot be read',
      own: breaker({ holds: [{ kind: 'nap' }] }),
      fleet: undefined,
      reasons: undefined,
    },
    {
      name: "unknown when the fleet's cannot be read",
      own: undefined,
      fleet: breaker({ holds: 'all' }),
      reasons: undefined,
    },
  ])('are $name', ({ own, fleet, reasons }) => {
    expect(holdsOf(own, fleet, 'shop')?.map(({ reason }) => reason)).toEqual(reasons);
  });
});

describe('operationsLeft', () => {
  const write = (minutesAgo: number, undo = false) => ({
    at: NOW - minutesAgo * 60_000,
    decision: 'd',
    changeId: `c${minutesAgo}`,
    direction: 'up' as const,
    optional: false,
    undo,
    by: 'agent' as const,
  });
  it.each<{ name: string; counters: Partial<Counters>; left: number }>([
    { name: 'all of them', counters: {}, left: 10 },
    { name: 'those of this hour count', counters: { operations: [write(59), write(61)] }, left: 9 },
    { name: 'an undo takes none', counters: { operations: [write(5, true)] }, left: 10 },
    { name: 'none of a lost hour', counters: { spentUntil: NOW + 1 }, left: 0 },
    { name: 'all again after it', counters: { spentUntil: NOW }, left: 10 },
    {
      name: 'never fewer than none',
      counters: { operations: Array.from({ length: 12 }, (_, i) => write(i)) },
      left: 0,
    },
  ])('$name', ({ counters, left }) => {
    expect(operationsLeft({ ...NEW_COUNTERS, ...counters }, SAFETY_DEFAULTS, NOW)).toBe(left);
  });
});
