import { describe, expect, it } from 'vitest';
import type { FleetFacts, FleetHealth, FleetOperation } from '../../schema/fleet.ts';
import {
  BY_ANN,
  type CalmOverrides,
  calmFleet,
  calmInput,
  idleInput,
  NOON,
  RESTART,
  said,
  saidUntil,
  undoInput,
} from '../../testing/gateInput.ts';
import { decide } from '../decide.ts';

const MINUTE = 60_000;

/** A disruptive write of the service `shop/<name>`, `ago` ms before {@link NOON}. */
const write = (name: string, ago: number, overrides: Partial<FleetOperation> = {}): FleetOperation => ({
  at: NOON - ago,
  service: `shop/${name}`,
  decision: `${name}-${ago}`,
  changeId: `${name}-${ago}.1`,
  disruptive: true,
  inFlight: false,
  ...overrides,
});
const writes = (count: number, ago: number, overrides: Partial<FleetOperation> = {}): FleetOperation[] =>
  Array.from({ length: count }, (_, index) => write(`other-${index}`, ago + index, overrides));

const having = (operations: readonly FleetOperation[], fleet: Partial<FleetFacts> = {}): CalmOverrides => ({
  fleet: calmFleet({ counters: { operations: [...operations] }, ...fleet }),
});
const down = (overrides: CalmOverrides): ReturnType<typeof decide>['verdict'] => decide(idleInput(overrides)).verdict;
const healthy = calmFleet().health;
const ill = (health: Partial<FleetHealth>, services = 10): CalmOverrides => {
  if (healthy === undefined) throw new TypeError('the calm fleet has no health');
  return { fleet: calmFleet({ services, health: { ...healthy, ...health } }) };
};

describe('G12 the budget of the fleet must be left', () => {
  it.each([
    ['two in flight', writes(2, 20 * MINUTE, { inFlight: true }), []],
    ['three in flight', writes(3, 20 * MINUTE, { inFlight: true }), ['wait FleetBusy']],
    ['three ups in flight that drew on the capacity', writes(3, MINUTE, { inFlight: true, disruptive: false }), []],
    ['nineteen in the hour', writes(19, 30 * MINUTE), []],
    ['twenty in the hour', writes(20, 30 * MINUTE), ['wait FleetBudgetSpent']],
    ['twenty, one of them exactly an hour old', [...writes(19, 30 * MINUTE), write('old', 60 * MINUTE)], []],
  ])('lets a scale-down wait by what is taken: %s (GATE-G12-7)', (_case, operations, expected) => {
    expect(said(down(having(operations)), 'G12')).toEqual(expected);
  });

  it('waits for the one of the twenty that leaves the hour first (GATE-G12-7)', () => {
    const verdict = down(having([...writes(19, 30 * MINUTE), write('old', 59 * MINUTE)]));
    expect(saidUntil(verdict, 'FleetBudgetSpent')).toBe(NOON + MINUTE);
  });

  it.each([
    ['three others of ten services', writes(3, 5 * MINUTE), 10, ['wait FleetDisrupted']],
    ['two others of ten services', writes(2, 5 * MINUTE), 10, []],
    ['three others, ten minutes ago', writes(3, 10 * MINUTE), 10, []],
    ['three others of forty services', writes(3, 5 * MINUTE), 40, []],
    ['four others of forty-nine services', writes(4, 5 * MINUTE), 49, ['wait FleetDisrupted']],
    ['three, of which this service is one', [write('web', 9 * MINUTE), ...writes(2, 5 * MINUTE)], 10, []],
    ['one other, three times', [write('a', 3), write('a', 2), write('a', 1)], 10, []],
  ])('spreads disruption over time: %s (GATE-G12-8)', (_case, operations, services, expected) => {
    expect(said(down(having(operations, { services })), 'G12')).toEqual(expected);
  });

  it('waits until fewer than the limit are left of the ten minutes (GATE-G12-8)', () => {
    const verdict = down(having([write('a', 9 * MINUTE), write('b', 5 * MINUTE), write('c', MINUTE)]));
    expect(saidUntil(verdict, 'FleetDisrupted')).toBe(NOON + MINUTE);
  });

  it('counts the newest disruption of a service, whatever the order of the record (GATE-G12-8)', () => {
    const verdict = down(having([write('a', MINUTE), write('a', 9 * MINUTE), write('b', MINUTE), write('c', MINUTE)]));
    expect(saidUntil(verdict, 'FleetDisrupted')).toBe(NOON + 9 * MINUTE);
  });

  it.each([
    ['a scale-up', calmInput(having(writes(25, MINUTE, { inFlight: true }))), []],
    ['an undo', undoInput({}, having(writes(25, MINUTE, { inFlight: true }))), []],
    [
      "a person's restart",
      calmInput({ ...having(writes(3, 20 * MINUTE, { inFlight: true })), request: { ...RESTART, ...BY_ANN } }),
      ['wait FleetBusy'],
    ],
  ])('binds what takes capacity away and nothing else: %s (GATE-G12-7)', (_case, input, expected) => {
    expect(said(decide(input).verdict, 'G12')).toEqual(expected);
  });

  it.each([
    ['the record', true],
    ['everything', false],
  ])('waits where %s of the fleet cannot be read (GATE-7)', (_case, isKnown) => {
    const { fleet: _fleet, ...rest } = idleInput();
    const { counters: _counters, ...unreadable } = calmFleet();
    const { verdict } = decide({ ...rest, ...(isKnown && { fleet: unreadable }) });
    expect(verdict.findings.find(({ rule }) => rule === 'G12')?.values).toEqual({ input: 'fleet counters' });
    expect(verdict.wait?.codes).toContain('NoData');
  });
});

describe('G13 the fleet must be well', () => {
  it.each<[string, CalmOverrides, string[]]>([
    ['four of ten services unhealthy', ill({ unhealthy: 4 }), []],
    ['five of ten services unhealthy', ill({ unhealthy: 5 }), ['wait FleetHalt']],
    ['three unhealthy and two blind', ill({ unhealthy: 3, blind: 2 }), ['wait FleetHalt']],
    ['nineteen of a hundred', ill({ unhealthy: 19 }, 100), []],
    ['twenty of a hundred', ill({ blind: 20 }, 100), ['wait FleetHalt']],
    ['all of four services', ill({ unhealthy: 4 }, 4), []],
    ['two of three nodes not ready', ill({ nodes: { total: 3, notReady: 2 } }), []],
    ['three of six nodes not ready', ill({ nodes: { total: 6, notReady: 3 } }), ['wait FleetHalt']],
    ['four of nine nodes not ready', ill({ nodes: { total: 9, notReady: 4 } }), []],
    ['nine of twenty nodes not ready', ill({ nodes: { total: 20, notReady: 9 } }), ['wait FleetHalt']],
    ['all of 19 calls failing', ill({ api: { calls: 19, failures: 19 } }), []],
    ['one of 20 calls failing', ill({ api: { calls: 20, failures: 1 } }), []],
    ['two of 20 calls failing', ill({ api: { calls: 20, failures: 2 } }), ['wait FleetHalt']],
  ])('halts by what fails at once: %s (GATE-G13-1)', (_case, fleet, expected) => {
    expect(said(down(fleet), 'G13')).toEqual(expected);
  });

  it.each([
    ['just now', 0, NOON + 10 * MINUTE],
    ['9:59 ago', 10 * MINUTE - 1000, NOON + 1000],
    ['ten minutes ago', 10 * MINUTE, undefined],
  ])('stays halted for ten minutes after it was ill %s (GATE-G13-1)', (_case, ago, until) => {
    expect(saidUntil(down(ill({ illAt: NOON - ago })), 'FleetHalt')).toBe(until);
  });

  it('has no end to tell while it lasts (GATE-G13-1)', () => {
    const verdict = down(ill({ unhealthy: 5, illAt: NOON }));
    expect(verdict.wait).toEqual({ codes: ['FleetHalt'] });
  });

  it('lets scale-ups and undo through (GATE-G13-2)', () => {
    const fleet = ill({ unhealthy: 9, api: { calls: 100, failures: 100 } });
    expect(decide(calmInput(fleet)).permit).toBeDefined();
    expect(decide(undoInput({}, fleet)).permit).toBeDefined();
  });

  it.each([
    ['the nodes', unread('nodes'), 'nodes'],
    ['its health', unread('health'), 'fleet health'],
  ])('waits where %s cannot be read (GATE-7)', (_case, fleet, input) => {
    expect(down({ fleet }).findings.find(({ rule }) => rule === 'G13')?.values).toEqual({ input });
  });
});

function unread(part: 'nodes' | 'health'): FleetFacts {
  const { health, ...rest } = calmFleet();
  if (part === 'health' || health === undefined) return rest;
  const { nodes: _, ...known } = health;
  return { ...rest, health: known };
}
