import { describe, expect, it } from 'vitest';
import type { Workload } from '../schema/workload.ts';
import {
  BY_ANN,
  type CalmOverrides,
  calmInput,
  idleInput,
  NOON,
  said,
  saidUntil,
  scaleTo,
} from '../testing/gateInput.ts';
import { decide } from './decide.ts';
import { nextStep, type StepFacts } from './step.ts';

const plain: StepFacts = {
  from: 2,
  to: 3,
  person: false,
  approved: false,
  range: { minReplicas: 1, maxReplicas: 1000 },
  smallest: false,
  rollout: false,
};

describe('G8 steps', () => {
  it.each<Partial<StepFacts> & { step: number }>([
    { from: 2, to: 6, step: 6 },
    { from: 2, to: 7, step: 6 },
    { from: 5, to: 30, step: 10 },
    { from: 10, to: 5, step: 7 },
    { from: 5, to: 1, step: 3 },
    { from: 4, to: 1, step: 3 },
    { from: 2, to: 1, step: 1 },
    { from: 10, to: 1, person: true, step: 5 },
    { from: 3, to: 1, person: true, step: 2 },
    { from: 1, to: 0, person: true, range: { minReplicas: 0, maxReplicas: 10 }, step: 0 },
    { from: 2, to: 15, approved: true, step: 15 },
    { from: 2, to: 15, approved: true, smallest: true, step: 15 },
    { from: 10, to: 0, approved: true, step: 0 },
    { from: 10, to: 20, smallest: true, step: 11 },
    { from: 10, to: 5, smallest: true, step: 9 },
    { from: 10, to: 30, rollout: true, step: 15 },
    { from: 1, to: 3, rollout: true, step: 2 },
    { from: 20, to: 8, range: { minReplicas: 2, maxReplicas: 10 }, step: 10 },
    { from: 0, to: 20, range: { minReplicas: 20, maxReplicas: 40 }, step: 20 },
    { from: 3, to: 3, step: 3 },
  ])('goes from $from to $to by $step (GATE-G8-1)', ({ step, ...facts }) => {
    expect(nextStep({ ...plain, ...facts })).toBe(step);
  });

  it.each<Partial<StepFacts> & { step: number }>([
    { from: 2, to: 10, pace: 4, step: 4 },
    { from: 2, to: 10, pace: 3, step: 3 },
    { from: 2, to: 10, pace: 8, step: 6 },
    { from: 2, to: 10, pace: 2, step: 6 },
    { from: 2, to: 10, pace: 1, step: 6 },
    { from: 2, to: 10, pace: 10, step: 6 },
    { from: 2, to: 10, pace: 99, step: 6 },
    { from: 8, to: 2, pace: 7, step: 7 },
    { from: 8, to: 2, pace: 3, step: 6 },
    { from: 8, to: 2, pace: 2, step: 6 },
    { from: 8, to: 2, pace: 9, step: 6 },
    { from: 8, to: 2, pace: Number.NaN, step: 6 },
    { from: 2, to: 15, approved: true, pace: 3, step: 15 },
    { from: 0, to: 20, range: { minReplicas: 20, maxReplicas: 40 }, pace: 5, step: 20 },
  ])('asked to stop at $pace it goes from $from to $step on the way to $to (GATE-G8-4)', ({ step, ...facts }) => {
    expect(nextStep({ ...plain, ...facts })).toBe(step);
  });

  const PACED = { by: 'web-pace', replicas: 7, notBefore: NOON + 60_000 };
  const calm = { pressure: [], breach: [] };
  const hold = { direction: 'hold' as const, replicas: 2, reason: 'calm', started: false };
  it.each<{ when: string; input: ReturnType<typeof calmInput>; says: string[]; step: number }>([
    {
      when: 'a down, later and smaller',
      input: idleInput({ request: { ...scaleTo(4), pace: { ...PACED, replicas: 5 } } }),
      says: ['note Stepwise', 'wait Paced'],
      step: 5,
    },
    {
      when: 'a down whose time has come',
      input: idleInput({ request: { ...scaleTo(4), pace: { by: 'web-pace', notBefore: NOON } } }),
      says: ['note OneStep'],
      step: 4,
    },
    {
      when: 'an up that nothing presses',
      input: calmInput({
        request: { ...scaleTo(8), ...BY_ANN, pace: { ...PACED, replicas: 3 } },
        assessment: { ...calm, recommendation: hold },
      }),
      says: ['note Stepwise', 'wait Paced'],
      step: 3,
    },
    {
      when: 'an up under pressure',
      input: calmInput({
        request: { ...scaleTo(8), pace: { ...PACED, replicas: 3 } },
        assessment: { pressure: ['cpu'], recommendation: hold },
      }),
      says: ['note Stepwise'],
      step: 6,
    },
    {
      when: 'an up under breach',
      input: calmInput({
        request: { ...scaleTo(8), pace: { ...PACED, replicas: 3 } },
        assessment: { pressure: [], breach: ['latency_p95'], recommendation: hold },
      }),
      says: ['note Stepwise'],
      step: 6,
    },
    {
      when: 'an up with too few ready',
      input: calmInput({
        request: { ...scaleTo(8), pace: { ...PACED, replicas: 3 } },
        workload: { ready: 1 },
        assessment: { ...calm, recommendation: hold },
      }),
      says: ['note Stepwise'],
      step: 6,
    },
    {
      when: 'the floor',
      input: calmInput({
        request: { ...scaleTo(8), pace: { ...PACED, replicas: 3 } },
        assessment: { ...calm, recommendation: { direction: 'up', replicas: 8, reason: 'load', started: true } },
      }),
      says: ['note Stepwise'],
      step: 6,
    },
  ])('of $when says $says (GATE-G8-4)', ({ input, says, step }) => {
    const { verdict } = decide(input);
    expect(said(verdict, 'G8')).toEqual(says);
    expect(verdict.step).toBe(step);
    expect(saidUntil(verdict, 'Paced')).toBe(says.includes('wait Paced') ? PACED.notBefore : undefined);
  });

  it('takes at least 19 steps from 500 to 1 (GATE-G8-2)', () => {
    let [replicas, steps] = [500, 0];
    for (; replicas > 1; steps += 1) replicas = nextStep({ ...plain, from: replicas, to: 1 });
    expect(steps).toBe(19);
  });

  it('gives the permit the step and judges the end value (GATE-G8-1)', () => {
    const { verdict, permit } = decide(calmInput({ request: scaleTo(8) }));
    expect(verdict).toMatchObject({ operation: 'scale_within_limits', step: 6 });
    expect(permit?.terms.change).toEqual({ kind: 'scale', from: 2, to: 6 });
    expect(said(verdict, 'G8')).toEqual(['note Stepwise']);
  });

  it.each([
    { replicas: 20, ceiling: 20, expected: [] },
    { replicas: 21, ceiling: 20, expected: ['forbid AboveCeiling'] },
    { replicas: 0, ceiling: undefined, expected: [] },
    { replicas: 10_000, ceiling: undefined, expected: [] },
    { replicas: 10_001, ceiling: undefined, expected: ['forbid ImpossibleReplicas'] },
    { replicas: 2.5, ceiling: undefined, expected: ['forbid ImpossibleReplicas'] },
    { replicas: -1, ceiling: undefined, expected: ['forbid ImpossibleReplicas'] },
    { replicas: Number.NaN, ceiling: undefined, expected: ['forbid ImpossibleReplicas'] },
  ])('$replicas under a ceiling of $ceiling says $expected (GATE-G8-3)', ({ replicas, ceiling, expected }) => {
    const global = { ceilings: ceiling === undefined ? {} : { maxReplicas: ceiling } };
    const { verdict, permit } = decide(calmInput({ request: scaleTo(replicas), global }));
    expect(said(verdict, 'G8').filter((words) => !words.startsWith('note'))).toEqual(expected);
    if (expected.length > 0) expect(permit).toBeUndefined();
  });

  it('does not know a ceiling it cannot read (GATE-G8-3)', () => {
    expect(said(decide(calmInput({ global: null })).verdict, 'G8')).toEqual(['forbid NoData']);
  });
});

describe('G7 the rollout must be over', () => {
  const breach = { breach: ['latency_p95'] };
  const rollout = (overrides: object): Partial<Workload> => ({
    replicas: 4,
    ready: 4,
    rollout: {
      underWay: false,
      paused: false,
      newPods: 0,
      newPodsReady: 0,
      newPodsFailing: 0,
      failingPasses: 0,
      ...overrides,
    },
  });
  const says = (workload: Partial<Workload>, overrides: CalmOverrides = {}): string[] =>
    said(decide(calmInput({ workload, request: scaleTo(5), ...overrides })).verdict, 'G7');

  it.each([
    { when: 'nothing rolls', given: {}, expected: [] },
    { when: 'one is under way', given: { underWay: true }, expected: ['wait Rollout'] },
    { when: 'it is paused', given: { paused: true }, expected: ['wait Rollout'] },
    { when: 'one completed 119.999 s ago', given: { completedAt: NOON - 119_999 }, expected: ['wait Rollout'] },
    { when: 'one completed 120 s ago', given: { completedAt: NOON - 120_000 }, expected: [] },
  ])('says $expected when $when (GATE-G7-1)', ({ given, expected }) => {
    expect(says(rollout(given))).toEqual(expected);
  });

  it('knows when it ends only after the rollout is complete (GATE-G7-1)', () => {
    const until = (given: object): number | undefined =>
      saidUntil(decide(calmInput({ workload: rollout(given), request: scaleTo(5) })).verdict, 'Rollout');
    expect(until({ completedAt: NOON - 20_000 })).toBe(NOON + 100_000);
    expect(until({ underWay: true })).toBeUndefined();
  });

  it.each([
    { from: 4, to: 6, step: 6, expected: [] },
    { from: 4, to: 9, step: 6, expected: [] },
    { from: 2, to: 3, step: 3, expected: [] },
    { from: 1, to: 2, step: 2, expected: ['wait Rollout'] },
  ])('under breach $from to $to goes to $step and says $expected (GATE-G7-2)', ({ from, to, step, expected }) => {
    const workload = { ...rollout({ underWay: true }), replicas: from, ready: from };
    const { verdict } = decide(calmInput({ workload, request: scaleTo(to), assessment: breach, blueprint: {} }));
    expect(said(verdict, 'G7')).toEqual(expected);
    expect(verdict.step).toBe(step);
  });

  it('lets pressure alone, a down under breach and a restart wait (GATE-G7-2)', () => {
    expect(says(rollout({ underWay: true }))).toEqual(['wait Rollout']);
    expect(says(rollout({ underWay: true }), { assessment: breach, request: scaleTo(3) })).toEqual(['wait Rollout']);
    expect(said(decide(idleInput({ workload: rollout({ underWay: true }), request: BY_ANN })).verdict, 'G7')).toEqual([
      'wait Rollout',
    ]);
  });
});
