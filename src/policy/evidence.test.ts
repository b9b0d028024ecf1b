import { describe, expect, it } from 'vitest';
import type { Signal } from '../schema/assessment.ts';
import { BY_ANN, type CalmOverrides, calmInput, idleInput, NOON, RESTART, said, signal } from '../testing/gateInput.ts';
import { decide } from './decide.ts';

const hot = (...others: Signal[]) => ({ assessment: { signals: others } });
const cpu = (overrides: Partial<Signal> = {}): Signal =>
  signal('cpu', { says: 'up', covered: 2, ready: 2, ...overrides });
const idle = (overrides: Partial<Signal> = {}): Signal =>
  signal('cpu', { value: 0.2, says: 'down', covered: 6, ready: 6, ...overrides });
const low = [signal('latency_p95', { value: 60, says: 'down' }), signal('error_rate', { says: 'down' })];
const up = (overrides: CalmOverrides) => decide(calmInput(overrides)).verdict;
const down = (...signals: Signal[]) => decide(idleInput({ assessment: { signals } })).verdict;

describe('G3 evidence must be fresh', () => {
  it.each([
    { when: 'the sample is 45 s old', sample: { sampleAt: NOON - 45_000 }, expected: [] },
    { when: 'it is 45.001 s old', sample: { sampleAt: NOON - 45_001 }, expected: ['wait StaleEvidence'] },
    {
      when: 'it is 90 s old, from a source of 30 s',
      sample: { sampleAt: NOON - 90_000, intervalMs: 30_000 },
      expected: [],
    },
    { when: 'it is 5 s ahead', sample: { sampleAt: NOON + 5_000 }, expected: [] },
    { when: 'it is 5.001 s ahead', sample: { sampleAt: NOON + 5_001 }, expected: ['wait FutureEvidence'] },
    { when: 'its time is no number', sample: { sampleAt: Number.NaN }, expected: ['wait StaleEvidence'] },
    { when: 'the analysis calls it stale', sample: { state: 'stale' as const }, expected: ['wait StaleEvidence'] },
  ])('holds a down for $expected when $when (GATE-G3-1)', ({ sample, expected }) => {
    expect(said(down(idle(sample), ...low), 'G3')).toEqual(expected);
    expect(said(down(idle(), signal('latency_p95', { says: 'down', ...sample }), signal('error_rate')), 'G3')).toEqual(
      expected,
    );
  });

  it.each([
    {
      when: 'the one that argues is stale',
      signals: [cpu({ sampleAt: NOON - 60_000 }), ...low],
      expected: ['wait StaleEvidence'],
    },
    {
      when: 'a fresh latency breach argues beside it',
      signals: [cpu({ state: 'stale' }), signal('latency_p95', { says: 'up' })],
      expected: [],
    },
    {
      when: 'one that argues for nothing is stale',
      signals: [cpu(), signal('latency_p95', { state: 'stale' })],
      expected: [],
    },
  ])('says $expected of an up when $when (GATE-G3-2)', ({ signals, expected }) => {
    expect(said(up(hot(...signals)), 'G3')).toEqual(expected);
  });

  it("leaves a person's up, and one with ready below min, to their own reasons (GATE-G3-2)", () => {
    const stale = hot(cpu({ state: 'stale' }));
    expect(said(up({ ...stale, request: BY_ANN }), 'G3')).toEqual([]);
    expect(said(up({ ...stale, workload: { ready: 1 } }), 'G3')).toEqual([]);
    expect(said(up({ assessment: null, workload: { ready: 1 } }), 'G3')).toEqual([]);
  });

  it('holds a restart on old numbers, and what has no analysis at all (GATE-G3-3)', () => {
    expect(said(up({ ...hot(cpu({ state: 'stale' }), ...low), request: RESTART }), 'G3')).toEqual([
      'wait StaleEvidence',
    ]);
    expect(said(up({ assessment: null }), 'G3')).toEqual(['wait NoData']);
    expect(said(decide(idleInput({ assessment: null })).verdict, 'G3')).toEqual(['wait NoData']);
  });
});

describe('G4 evidence must cover the pods', () => {
  it.each([
    { when: '80% of the ready pods are covered', sample: { covered: 8, ready: 10 }, expected: [] },
    { when: 'fewer are', sample: { covered: 7, ready: 9 }, expected: ['wait TooFewSamples'] },
    { when: 'the missing pods could turn it round', sample: { flips: true }, expected: ['wait DirectionFlips'] },
    { when: 'coverage is no number', sample: { covered: Number.NaN, ready: 2 }, expected: ['wait TooFewSamples'] },
    { when: 'no pod is ready', sample: { covered: 0, ready: 0 }, expected: [] },
  ])('says $expected of a down and an up when $when (GATE-G4-1)', ({ sample, expected }) => {
    expect(said(down(idle(sample), ...low), 'G4')).toEqual(expected);
    expect(said(up(hot(cpu(sample), ...low)), 'G4')).toEqual(expected);
  });

  it('waits where it is not said how many are covered, unless there is no value either (GATE-G4-1)', () => {
    const bare = signal('cpu', { value: 0.2, says: 'down' });
    expect(said(down(bare, ...low), 'G4')).toEqual(['wait NoData']);
    expect(said(up(hot({ ...bare, says: 'up' }, ...low)), 'G4')).toEqual(['wait NoData']);
    const { value: _none, ...empty } = signal('cpu', { state: 'missing' });
    expect(said(down(empty, ...low), 'G4')).toEqual([]);
  });

  it('lets an up through on another signal (GATE-G4-2)', () => {
    expect(said(up(hot(cpu({ covered: 0, ready: 2 }), signal('latency_p95', { says: 'up' }))), 'G4')).toEqual([]);
    expect(said(up({ ...hot(cpu({ flips: true })), request: BY_ANN }), 'G4')).toEqual([]);
  });
});

describe('G5 no data must not count as zero', () => {
  it.each<{ when: string; signals: Signal[]; expected: string[] }>([
    { when: 'CPU is missing', signals: [idle({ state: 'missing' }), ...low], expected: ['wait NoData'] },
    {
      when: 'a declared objective is not there at all',
      signals: [idle(), signal('latency_p95')],
      expected: ['wait NoData'],
    },
    { when: 'a fresh signal has no value', signals: [signalWithoutValue(), ...low], expected: ['wait NoData'] },
    { when: 'CPU is NaN', signals: [idle({ value: Number.NaN }), ...low], expected: ['wait ImplausibleData'] },
    {
      when: 'CPU is infinite',
      signals: [idle({ value: Number.POSITIVE_INFINITY }), ...low],
      expected: ['wait ImplausibleData'],
    },
    { when: 'CPU is negative', signals: [idle({ value: -0.1 }), ...low], expected: ['wait ImplausibleData'] },
    {
      when: 'p95 is over an hour',
      signals: [idle(), signal('latency_p95', { value: 3_600_001 }), signal('error_rate')],
      expected: ['wait ImplausibleData'],
    },
    {
      when: 'errors are over 100%',
      signals: [idle(), signal('latency_p95'), signal('error_rate', { value: 1.01 })],
      expected: ['wait ImplausibleData'],
    },
    {
      when: 'CPU and errors are zero',
      signals: [idle({ value: 0 }), signal('latency_p95'), signal('error_rate', { value: 0 })],
      expected: [],
    },
    { when: 'all is there', signals: [idle(), ...low], expected: [] },
  ])('holds what disrupts for $expected when $when (GATE-G5-1)', ({ signals, expected }) => {
    expect(said(down(...signals), 'G5')).toEqual(expected);
    expect(said(up({ ...hot(...signals), request: RESTART }), 'G5')).toEqual(expected);
  });

  it('says what the source said, and how old the sample is (GATE-G5-1)', () => {
    const words = (...signals: Signal[]) => down(...signals).findings.map(({ message }) => message);
    expect(words(idle({ state: 'missing', detail: 'container mesh has no request' }), ...low)).toContain(
      'cpu has no value: container mesh has no request',
    );
    expect(words(idle({ state: 'missing' }), ...low)).toContain('cpu has no value');
    expect(words(idle({ sampleAt: NOON - 300_000 }), ...low)).toContain(
      'the newest sample of cpu is 5 min old, at most 45 s is allowed',
    );
  });

  it('needs no objective that the blueprint does not declare, and holds no up (GATE-G5-2)', () => {
    const alone = idleInput({ blueprint: { performance: {} }, assessment: { signals: [idle()] } });
    expect(said(decide(alone).verdict, 'G5')).toEqual([]);
    expect(said(up(hot(cpu({ state: 'missing' }), signal('latency_p95', { says: 'up' }))), 'G5')).toEqual([]);
  });
});

function signalWithoutValue(): Signal {
  const { value: _, ...rest } = idle();
  return rest;
}

describe('G6 distress must not look idle', () => {
  it.each([
    { distress: [], expected: [] },
    { distress: ['p95 170 ms is over 80% of 200 ms'], expected: ['wait Distress'] },
  ])('with $distress a down hears $expected, a person too (GATE-G6-1)', ({ distress, expected }) => {
    expect(said(decide(idleInput({ assessment: { distress } })).verdict, 'G6')).toEqual(expected);
    expect(said(decide(idleInput({ assessment: { distress }, request: BY_ANN })).verdict, 'G6')).toEqual(expected);
  });

  it('says nothing of an up or a restart, and the worst without an analysis (GATE-G6-1)', () => {
    const assessment = { distress: ['an OOM kill 2 min ago'] };
    expect(said(up({ assessment }), 'G6')).toEqual([]);
    expect(said(up({ assessment, request: RESTART }), 'G6')).toEqual([]);
    expect(said(decide(idleInput({ assessment: null })).verdict, 'G6')).toEqual(['wait NoData']);
  });
});

describe('G21 evidence must agree', () => {
  it.each<{ when: string; overrides: CalmOverrides; expected: string[] }>([
    { when: 'CPU says up', overrides: {}, expected: [] },
    { when: 'no signal says up', overrides: hot(cpu({ says: 'hold' }), ...low), expected: ['forbid NoEvidence'] },
    {
      when: 'the one that says up is stale',
      overrides: hot(cpu({ sampleAt: NOON - 60_000 }), ...low),
      expected: ['forbid NoEvidence'],
    },
    {
      when: 'only an undeclared objective says up',
      overrides: {
        blueprint: { performance: {} },
        ...hot(cpu({ says: 'hold' }), signal('latency_p95', { says: 'up' })),
      },
      expected: ['forbid NoEvidence'],
    },
    { when: 'no signal says up but ready is below min', overrides: { ...hot(), workload: { ready: 1 } }, expected: [] },
    { when: 'a person asks', overrides: { ...hot(), request: BY_ANN }, expected: [] },
    { when: 'there is no analysis', overrides: { assessment: null }, expected: ['forbid NoData'] },
    { when: 'it is a restart', overrides: { ...hot(), request: RESTART }, expected: [] },
  ])("says $expected of an agent's up when $when (GATE-G21-1)", ({ overrides, expected }) => {
    expect(said(up(overrides), 'G21')).toEqual(expected);
  });

  it.each<{ when: string; overrides: CalmOverrides; agent: string[]; person: string[] }>([
    { when: 'all is low', overrides: {}, agent: [], person: [] },
    {
      when: 'a signal says up',
      overrides: { assessment: { signals: [idle(), signal('latency_p95', { says: 'up' }), signal('error_rate')] } },
      agent: ['forbid SignalSaysUp'],
      person: ['forbid SignalSaysUp'],
    },
    {
      when: 'nothing says down',
      overrides: { assessment: { signals: [idle({ says: 'hold' }), signal('latency_p95'), signal('error_rate')] } },
      agent: ['forbid NoEvidence'],
      person: [],
    },
    {
      when: 'an objective is missed',
      overrides: { assessment: { breach: ['ready'] } },
      agent: ['forbid ObjectiveMissed'],
      person: ['forbid ObjectiveMissed'],
    },
  ])(
    'says $agent to an agent and $person to a person of a down when $when (GATE-G21-2)',
    ({ overrides, agent, person }) => {
      expect(said(decide(idleInput(overrides)).verdict, 'G21')).toEqual(agent);
      expect(said(decide(idleInput({ ...overrides, request: BY_ANN })).verdict, 'G21')).toEqual(person);
    },
  );
});
