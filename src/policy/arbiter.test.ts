import { describe, expect, it } from 'vitest';
import type { Signal } from '../schema/assessment.ts';
import type { Claim } from '../schema/fleet.ts';
import type { GateInput } from '../schema/verdict.ts';
import {
  type CalmOverrides,
  calmBlueprint,
  calmFleet,
  calmInput,
  calmWorkload,
  hotAssessment,
  signal,
  undoInput,
} from '../testing/gateInput.ts';
import { aheadOf, claimOf, inOrderOfClaim, shareOf } from './arbiter.ts';

const ENTIRELY = 1_000_000;
const claim = (overrides: Partial<Claim> = {}): Claim => ({
  service: 'shop/other',
  priority: 'high',
  criticality: 'critical',
  missed: 0,
  asks: 1,
  each: { replicas: 1, cpu: 500, memory: 512 },
  pending: false,
  ...overrides,
});
/** Two services before shop/web in the alphabet. */
const AHEAD = [claim({ service: 'shop/api', asks: 2 }), claim({ service: 'shop/bff', asks: 2 })];
const having = (used: { replicas: number; cpu: number }, capacity: object, more: CalmOverrides = {}): GateInput =>
  calmInput({ ...more, global: { capacity }, fleet: calmFleet({ used: { ...used, memory: 0 }, claims: AHEAD }) });

describe('who comes first', () => {
  it('is nobody between equals, and the name alone between those who differ in it (GATE-G12-9)', () => {
    const [a, b] = [claim({ service: 'shop/a' }), claim({ service: 'shop/b' })];
    expect(inOrderOfClaim(a, a)).toBe(0);
    expect(inOrderOfClaim(a, b)).toBeLessThan(0);
    expect(inOrderOfClaim(b, a)).toBeGreaterThan(0);
  });

  it('is never the service itself, whatever it claimed before (GATE-G12-9)', () => {
    expect(aheadOf(claim(), [claim({ missed: 9 }), ...AHEAD]).map(({ service }) => service)).toEqual([
      'shop/api',
      'shop/bff',
    ]);
  });
});

describe('what a service claims', () => {
  const slow = (overrides: Partial<Signal>): Signal => signal('latency_p95', { target: 200, ...overrides });
  const none = (): Signal => {
    const { value: _, ...rest } = slow({});
    return rest;
  };
  it.each<{ when: string; breach: string[]; signals: Signal[]; ready?: number; missed: number }>([
    { when: 'nothing is missed', breach: [], signals: [slow({ value: 300 })], missed: 0 },
    { when: 'latency is 300 of 200 ms', breach: ['latency_p95'], signals: [slow({ value: 300 })], missed: 1.5 },
    {
      when: 'another signal stands before it',
      breach: ['latency_p95'],
      signals: [signal('cpu', { value: 9, target: 1 }), slow({ value: 300 })],
      missed: 1.5,
    },
    { when: 'one of two is worse', breach: ['latency_p95', 'ready'], signals: [slow({ value: 300 })], missed: 2 },
    { when: 'no pod is ready', breach: ['ready'], signals: [], ready: 0, missed: ENTIRELY },
    { when: 'the target is zero', breach: ['latency_p95'], signals: [slow({ value: 1, target: 0 })], missed: ENTIRELY },
    { when: 'the value is zero', breach: ['latency_p95'], signals: [slow({ value: 0 })], missed: 0 },
    { when: 'there is no value', breach: ['latency_p95'], signals: [none()], missed: ENTIRELY },
    { when: 'there is no such signal', breach: ['latency_p95'], signals: [], missed: ENTIRELY },
  ])('is $missed where $when (GATE-G12-9)', ({ breach, signals, ready = 1, missed }) => {
    const assessment = hotAssessment({ breach, signals } as Parameters<typeof hotAssessment>[0]);
    expect(claimOf(calmBlueprint(), calmWorkload({ ready }), assessment, 2)).toEqual({
      service: 'shop/web',
      priority: 'high',
      criticality: 'critical',
      missed,
      asks: 2,
      each: { replicas: 1, cpu: 500, memory: 536_870_912 },
      pending: false,
    });
  });

  it('is nothing missed without an analysis (GATE-7)', () => {
    expect(claimOf(calmBlueprint(), calmWorkload(), undefined, 1).missed).toBe(0);
  });
});

describe('what a service may take', () => {
  it.each<{ when: string; input: GateInput; asks: number }>([
    { when: 'it asks for no more', input: calmInput(), asks: 0 },
    { when: 'how much it asks for is no number', input: calmInput(), asks: Number.NaN },
    { when: 'an undo gives back what was', input: undoInput(), asks: 1 },
    { when: 'nothing governs it', input: calmInput({ blueprint: null }), asks: 1 },
    { when: 'it was not seen', input: calmInput({ workload: null }), asks: 1 },
  ])('is no question where $when (GATE-G12-9)', ({ input, asks }) => {
    expect(shareOf(input, asks)).toBeUndefined();
  });

  it('is all of it where nothing is limited, though nobody knows what is used (GATE-G12-9)', () => {
    const { used: _, ...fleet } = calmFleet();
    expect(shareOf(calmInput({ fleet }), 3)).toMatchObject({ fits: 3 });
  });

  it('cannot be told where one of two limits cannot (GATE-7)', () => {
    const input = having({ replicas: 0, cpu: Number.NaN }, { replicas: 20, cpu: 10_000 });
    expect(shareOf(input, 1)).toMatchObject({ fits: 0, unknown: true });
  });

  it.each([
    { left: 3, asks: 1, fits: 1, lostTo: undefined },
    { left: 3, asks: 2, fits: 0, lostTo: 'shop/api' },
    { left: 2, asks: 1, fits: 0, lostTo: 'shop/api' },
    { left: 5, asks: 1, fits: 1, lostTo: undefined },
    { left: 4, asks: 1, fits: 0, lostTo: 'shop/api' },
  ])(
    'is $fits of $asks where $left are left and two others ask for two each before it (GATE-G12-10)',
    ({ left, asks, fits, lostTo }) => {
      const share = shareOf(having({ replicas: 20 - left, cpu: 0 }, { replicas: 20 }), asks);
      expect([share?.fits, share?.lostTo?.service]).toEqual([fits, lostTo]);
    },
  );

  it('is measured in what a replica of each needs (GATE-G12-10)', () => {
    const input = having({ replicas: 0, cpu: 8500 }, { cpu: 10_000 });
    expect(shareOf(input, 2)).toMatchObject({ fits: 0, lostTo: { service: 'shop/api' } });
    expect(shareOf(input, 1)).toEqual({ own: expect.objectContaining({ service: 'shop/web' }), fits: 1 });
  });
});
