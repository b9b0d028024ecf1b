import { describe, expect, it } from 'vitest';
import type { Signal } from '../schema/assessment.ts';
import type { FleetOperation } from '../schema/fleet.ts';
import type { GateInput, RuleId } from '../schema/verdict.ts';
import {
  BY_ANN,
  type CalmOverrides,
  calmFleet,
  calmInput,
  idleAssessment,
  idleInput,
  NOON,
  OUR_DOWN,
  operation,
  RESTART,
  said,
  saidUntil,
  scaleTo,
  signal,
  undoInput,
} from '../testing/gateInput.ts';
import { decide } from './decide.ts';

const MINUTE = 60_000;
const history = (overrides: Partial<ReturnType<typeof idleAssessment>['history']>): CalmOverrides => ({
  assessment: { history: { ...idleAssessment().history, ...overrides } },
});
const foreign = (ago: number) => ({
  foreignChanges: [{ field: 'replicas' as const, at: NOON - ago, manager: 'kubectl', from: '4', to: '2' }],
});
const write = (name: string, ago: number): FleetOperation => ({
  at: NOON - ago,
  service: `shop/${name}`,
  decision: name,
  changeId: `${name}-${ago}.1`,
  disruptive: true,
  inFlight: false,
});
const fleetOf = (...operations: FleetOperation[]): CalmOverrides => ({
  fleet: calmFleet({ counters: { operations } }),
});
const alternating = (...minutesAgo: number[]) =>
  minutesAgo.map((ago, i) => operation(ago * MINUTE, { direction: i % 2 === 0 ? 'up' : 'down' }));
const idle = (overrides: Partial<Signal> = {}): Signal =>
  signal('cpu', { value: 0.2, says: 'down', covered: 6, ready: 6, ...overrides });
const low = [signal('latency_p95', { value: 60, says: 'down' }), signal('error_rate', { says: 'down' })];

describe('what a rule says at its edge', () => {
  it.each<{ rule: RuleId; when: string; input: GateInput; says: string[] }>([
    {
      rule: 'G0',
      when: 'the condition of a restart is about the replicas there are',
      input: calmInput({
        request: RESTART,
        blueprint: {
          authority: {
            allowed: [],
            requiresApproval: [{ operation: 'restart_pods', condition: 'target_replicas > 5', approvers: ['sre'] }],
            forbidden: [],
          },
        },
      }),
      says: ['forbid NotGranted'],
    },
    {
      rule: 'G0',
      when: 'logs of what nothing governs are asked for',
      input: calmInput({ blueprint: null, request: { tool: 'get_logs', effect: 'read', args: {} } }),
      says: ['forbid NoBlueprint', 'forbid LogsNotAllowed'],
    },
    {
      rule: 'G1',
      when: "somebody's change is exactly as old as our write",
      input: undoInput({}, { workload: foreign(2 * MINUTE) }),
      says: [],
    },
    {
      rule: 'G1',
      when: 'an older write of another change is on record',
      input: undoInput(
        {},
        { counters: { lastChangeId: OUR_DOWN.id, operations: [operation(200_000)] }, workload: foreign(150_000) },
      ),
      says: [],
    },
    {
      rule: 'G1',
      when: 'the annotation is of another change, so when we wrote is not known',
      input: undoInput({}, { workload: { ...foreign(3 * MINUTE), lastChange: { ...OUR_DOWN, id: 'other.1' } } }),
      says: ['wait ChangedByOther'],
    },
    { rule: 'G1', when: 'nobody knows the reverts', input: calmInput({ counters: null }), says: ['wait NoData'] },
    ...['x3', '3x', '%', '1234567'].map((minAvailable) => ({
      rule: 'G2' as const,
      when: `a budget says ${minAvailable}`,
      input: idleInput({ workload: { disruptionBudgets: [{ name: 'web', minAvailable }] } }),
      says: ['forbid NoData'],
    })),
    {
      rule: 'G3',
      when: 'the number stays as it is',
      input: calmInput({ request: scaleTo(2), assessment: { signals: [idle({ state: 'stale' }), ...low] } }),
      says: [],
    },
    {
      rule: 'G4',
      when: 'pods are restarted, which moves in no direction',
      input: calmInput({ request: RESTART, assessment: { signals: [idle({ covered: 1 }), ...low] } }),
      says: [],
    },
    {
      rule: 'G5',
      when: 'the one signal that argues for more is impossible, which G21 refuses',
      input: calmInput({ assessment: { signals: [idle({ says: 'up', value: -1 }), ...low] } }),
      says: [],
    },
    {
      rule: 'G5',
      when: 'errors are exactly 100% and latency is exactly an hour',
      input: idleInput({
        assessment: {
          signals: [idle(), signal('latency_p95', { value: 3_600_000 }), signal('error_rate', { value: 1 })],
        },
      }),
      says: [],
    },
    {
      rule: 'G9',
      when: 'an up has no history at all',
      input: calmInput({ assessment: { history: {} } }),
      says: [],
    },
    { rule: 'G9', when: 'there is no analysis', input: idleInput({ assessment: null }), says: ['wait NoData'] },
    { rule: 'G10', when: 'an up has no history at all', input: calmInput({ assessment: { history: {} } }), says: [] },
    {
      rule: 'G10',
      when: 'the load is no number',
      input: idleInput(history({ highestLoad: Number.NaN })),
      says: ['forbid WouldOverload'],
    },
    {
      rule: 'G10',
      when: 'the load is below zero',
      input: idleInput(history({ highestLoad: -1 })),
      says: ['forbid WouldOverload'],
    },
    ...[
      { load: 1.59, says: [] },
      { load: 1.6, says: ['forbid UndoneBefore'] },
    ].map(({ load, says }) => ({
      rule: 'G10' as const,
      when: `a down was undone at a load of 2 and now it is ${load}`,
      input: idleInput({ ...history({ load }), counters: { undoneDown: { at: NOON - MINUTE, load: 2 } } }),
      says,
    })),
    {
      rule: 'G11',
      when: 'a restart follows an up at once',
      input: calmInput({ request: RESTART, counters: { operations: [operation(70_000)] } }),
      says: [],
    },
    {
      rule: 'G11',
      when: 'a down follows an up under pressure that is no breach',
      input: idleInput({ assessment: { pressure: ['cpu'] }, counters: { operations: [operation(100_000)] } }),
      says: ['wait Reversal'],
    },
    {
      rule: 'G11',
      when: 'two reversals came within 25 min of the first move',
      input: idleInput({ request: BY_ANN, counters: { operations: alternating(45, 35, 20) } }),
      says: [],
    },
    {
      rule: 'G11',
      when: 'four moves went one way',
      input: idleInput({
        request: BY_ANN,
        counters: { operations: [30, 25, 20, 15].map((ago) => operation(ago * MINUTE)) },
      }),
      says: [],
    },
    {
      rule: 'G11',
      when: 'the third reversal is exactly an hour old',
      input: idleInput({ request: BY_ANN, counters: { operations: alternating(100, 85, 75, 60) } }),
      says: [],
    },
    {
      rule: 'G12',
      when: 'three of four writes were downs',
      input: idleInput({
        counters: {
          operations: [10, 20, 30, 40].map((ago, i) => operation(ago * MINUTE, i > 0 ? { direction: 'down' } : {})),
        },
      }),
      says: [],
    },
    {
      rule: 'G12',
      when: 'five of six writes were optional',
      input: calmInput({
        request: RESTART,
        counters: { operations: [5, 10, 15, 20, 25, 30].map((ago, i) => operation(ago * MINUTE, { optional: i > 0 })) },
      }),
      says: [],
    },
    {
      rule: 'G12',
      when: 'one of three others was disrupted exactly ten minutes ago',
      input: idleInput(fleetOf(write('a', 10 * MINUTE), write('b', 5 * MINUTE), write('c', MINUTE))),
      says: [],
    },
    {
      rule: 'G12',
      when: 'room for what a smaller step needs ends exactly at the minimum',
      input: calmInput({
        request: scaleTo(4),
        workload: { replicas: 0, ready: 0 },
        assessment: { recommendation: { direction: 'up', replicas: 4, reason: 'cpu', started: true } },
        global: { capacity: { replicas: 20 } },
        fleet: calmFleet({ used: { replicas: 18, cpu: 0, memory: 0 } }),
      }),
      says: ['note CapacityShort'],
    },
    {
      rule: 'G13',
      when: 'the number stays as it is and nobody knows the fleet',
      input: withoutFleet(calmInput({ request: scaleTo(2) })),
      says: [],
    },
  ])('$rule says $says when $when (GATE-2)', ({ rule, input, says }) => {
    expect(said(decide(input).verdict, rule)).toEqual(says);
  });
});

it('waits for the oldest of the newest disruptions, whenever each service was first disrupted (GATE-G12-8)', () => {
  const a = [write('a', 9 * MINUTE), write('a', MINUTE)];
  const { verdict } = decide(idleInput(fleetOf(...a, write('b', 5 * MINUTE), write('c', 4 * MINUTE))));
  expect(saidUntil(verdict, 'FleetDisrupted')).toBe(NOON + 5 * MINUTE);
});

function withoutFleet(input: GateInput): GateInput {
  const { fleet: _, ...rest } = input;
  return rest;
}
