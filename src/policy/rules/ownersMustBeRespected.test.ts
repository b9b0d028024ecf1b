import { describe, expect, it } from 'vitest';
import type { ForeignChange, Owner } from '../../schema/workload.ts';
import {
  BY_ANN,
  type CalmOverrides,
  calmInput,
  idleInput,
  NOON,
  OUR_DOWN,
  operation,
  RESTART,
  said,
  saidUntil,
  undoInput,
} from '../../testing/gateInput.ts';
import { decide } from '../decide.ts';

const MINUTE = 60_000;
const owner = (kind: Owner['kind'], field: Owner['field']): Owner => ({ kind, name: 'web', field });
const change = (minutesAgo: number, field: ForeignChange['field'] = 'replicas'): ForeignChange => ({
  field,
  at: NOON - minutesAgo * MINUTE,
  manager: 'kubectl-edit',
  from: '4',
  to: '2',
});
const calm = { pressure: [] };

describe('G1 owners must be respected', () => {
  it.each<{ when: string; overrides: CalmOverrides; expected: string[] }>([
    {
      when: 'an HPA steers replicas',
      overrides: { workload: { owners: [owner('HorizontalPodAutoscaler', 'replicas')] } },
      expected: ['forbid OwnedByOther'],
    },
    {
      when: 'KEDA steers replicas',
      overrides: { workload: { owners: [owner('ScaledObject', 'replicas')] } },
      expected: ['forbid OwnedByOther'],
    },
    {
      when: 'GitOps owns replicas',
      overrides: { workload: { owners: [owner('GitOps', 'replicas')] } },
      expected: ['forbid OwnedByOther'],
    },
    {
      when: 'a VPA steers resources only',
      overrides: { workload: { owners: [owner('VerticalPodAutoscaler', 'resources')] } },
      expected: [],
    },
    {
      when: 'GitOps owns the template only',
      overrides: { workload: { owners: [owner('GitOps', 'template')] } },
      expected: [],
    },
    {
      when: 'GitOps owns the template and it is a restart',
      overrides: { request: RESTART, workload: { owners: [owner('GitOps', 'template')] } },
      expected: ['forbid OwnedByOther'],
    },
    {
      when: 'an HPA is there and a person asks',
      overrides: { request: BY_ANN, workload: { owners: [owner('HorizontalPodAutoscaler', 'replicas')] } },
      expected: ['forbid OwnedByOther'],
    },
  ])('says $expected when $when (GATE-G1-1)', ({ overrides, expected }) => {
    const { verdict } = decide(calmInput(overrides));
    expect(said(verdict, 'G1')).toEqual(expected);
    if (expected.length > 0) expect(verdict.findings[0]?.values['owner']).toContain('web');
  });

  it.each<{ when: string; overrides: CalmOverrides; expected: string[] }>([
    {
      when: 'somebody changed it 14 min ago',
      overrides: { assessment: calm, workload: { foreignChanges: [change(14)] } },
      expected: ['wait ChangedByOther'],
    },
    {
      when: 'it was exactly 15 min ago',
      overrides: { assessment: calm, workload: { foreignChanges: [change(15)] } },
      expected: [],
    },
    {
      when: 'it was another field',
      overrides: { assessment: calm, workload: { foreignChanges: [change(1, 'template')] } },
      expected: [],
    },
    { when: 'an up is under pressure', overrides: { workload: { foreignChanges: [change(1)] } }, expected: [] },
    {
      when: 'ready is below min',
      overrides: { assessment: calm, workload: { ready: 1, foreignChanges: [change(1)] } },
      expected: [],
    },
    {
      when: 'the analysis is missing',
      overrides: { assessment: null, workload: { foreignChanges: [change(1)] } },
      expected: ['wait ChangedByOther'],
    },
    {
      when: 'a person asks',
      overrides: { request: BY_ANN, assessment: calm, workload: { foreignChanges: [change(1)] } },
      expected: ['wait ChangedByOther'],
    },
    {
      when: 'it is a restart under pressure',
      overrides: { request: RESTART, workload: { foreignChanges: [change(1, 'template')] } },
      expected: ['wait ChangedByOther'],
    },
  ])('says $expected when $when (GATE-G1-2)', ({ overrides, expected }) => {
    expect(said(decide(calmInput(overrides)).verdict, 'G1')).toEqual(expected);
  });

  it('holds a down back until 15 min after the newest change (GATE-G1-2)', () => {
    const { verdict } = decide(idleInput({ workload: { foreignChanges: [change(9), change(3)] } }));
    expect(saidUntil(verdict, 'ChangedByOther')).toBe(NOON + 12 * MINUTE);
  });

  it.each([
    { reverts: 2, person: false, ago: 59, expected: [] },
    { reverts: 3, person: false, ago: 59, expected: ['forbid RevertedAgainAndAgain'] },
    { reverts: 3, person: false, ago: 60, expected: [] },
    { reverts: 3, person: true, ago: 59, expected: [] },
  ])(
    'after $reverts reverts, our last write $ago min ago (person: $person), says $expected (GATE-G1-3)',
    ({ reverts, person, ago, expected }) => {
      const counters = { reverts, operations: [operation(ago * MINUTE)] };
      const input = calmInput({ counters, ...(person ? { request: BY_ANN } : {}) });
      expect(said(decide(input).verdict, 'G1')).toEqual(expected);
    },
  );

  it.each([
    {
      when: 'the value before stands there again',
      replicas: 3,
      lastChangeId: OUR_DOWN.id,
      expected: ['forbid RevertedAgainAndAgain'],
    },
    { when: 'what we wrote stands there', replicas: 2, lastChangeId: OUR_DOWN.id, expected: [] },
    { when: 'something third stands there', replicas: 4, lastChangeId: OUR_DOWN.id, expected: [] },
    { when: 'the annotation is an old one brought back', replicas: 3, lastChangeId: 'newer.1', expected: [] },
  ])('after two counted reverts says $expected when $when (GATE-G1-3)', ({ replicas, lastChangeId, expected }) => {
    const workload = { replicas, ready: replicas, lastChange: OUR_DOWN };
    const { verdict } = decide(
      calmInput({ workload, counters: { reverts: 2, lastChangeId, operations: [operation(10 * MINUTE)] } }),
    );
    expect(said(verdict, 'G1')).toEqual(expected);
  });

  // Our own write is two minutes old.
  it.each<{ when: string; overrides: CalmOverrides; expected: string[] }>([
    {
      when: 'the change is older than our write',
      overrides: { workload: { foreignChanges: [change(3)] } },
      expected: [],
    },
    {
      when: 'the change is younger',
      overrides: { workload: { foreignChanges: [change(1)] } },
      expected: ['wait ChangedByOther'],
    },
    {
      when: 'our record says when we wrote',
      overrides: {
        counters: { operations: [operation(10_000, { changeId: 'web-bbbbbbbbbb.1' })] },
        workload: { foreignChanges: [change(1)] },
      },
      expected: [],
    },
    {
      when: 'an HPA has come',
      overrides: { workload: { owners: [owner('HorizontalPodAutoscaler', 'replicas')] } },
      expected: ['forbid OwnedByOther'],
    },
    { when: 'three reverts are on record', overrides: { counters: { reverts: 3 } }, expected: [] },
  ])('to an undo says $expected when $when (GATE-G1-4)', ({ overrides, expected }) => {
    expect(said(decide(undoInput({}, overrides)).verdict, 'G1')).toEqual(expected);
  });
});
