import { describe, expect, it } from 'vitest';
import type { Assessment, Signal } from '../schema/assessment.ts';
import { evidenceLines, show } from './evidence.ts';

const cpu: Signal = {
  name: 'cpu',
  state: 'fresh',
  value: 0.853,
  target: 0.7,
  upAbove: 0.8,
  downBelow: 0.4,
  sampleAt: Date.UTC(2026, 0, 5),
  intervalMs: 15_000,
  source: 'metrics.k8s.io',
  covered: 2,
  ready: 2,
  says: 'up',
};
const assessment = (signals: readonly Signal[], anomaly?: string): Assessment => ({
  at: 0,
  signals,
  breach: [],
  pressure: [],
  distress: [],
  history: {},
  candidates: [],
  recommendation: { direction: 'up', replicas: 3, reason: 'cpu', started: true },
  ...(anomaly ? { anomaly } : {}),
});

describe('evidence', () => {
  it('names value, limits, coverage and time of a fresh signal', () => {
    expect(evidenceLines(assessment([cpu]))[0]).toBe(
      'cpu 85.3% (target 70%, up above 80%, down below 40%), 2 of 2 pods, sampled 2026-01-05T00:00:00.000Z, says up',
    );
  });

  it('names the requests behind a value, and the time it is taken over', () => {
    const few: Signal = { ...cpu, name: 'latency_p95', value: 12_083, requests: 6.4, overMs: 60_000, says: 'hold' };
    expect(evidenceLines(assessment([few]))[0]).toContain(', 6 requests over 60 s, sampled');
  });

  it('says what is missing instead of a number', () => {
    const gone: Signal = {
      name: 'latency_p95',
      state: 'missing',
      detail: 'no sample',
      intervalMs: 15_000,
      source: 's',
      says: 'nothing',
    };
    expect(evidenceLines(assessment([gone]))[0]).toBe('latency_p95: missing, no sample (s)');
  });

  it('shows no value of a stale signal, however healthy it looks', () => {
    expect(evidenceLines(assessment([{ ...cpu, state: 'stale', detail: 'sample is 90 s old' }]))[0]).not.toContain(
      '85',
    );
  });

  it('ends with what the analysis alone would do, and the anomaly before it', () => {
    expect(evidenceLines(assessment([], 'slow without load')).slice(-2)).toEqual([
      'anomaly: slow without load',
      'analysis alone: up (3 replicas): cpu',
    ]);
  });

  it.each([
    ['cpu', 0.801, '80.1%'],
    ['latency_p95', 200.1, '200.1 ms'],
    ['error_rate', 0.011, '1.1%'],
    ['requests_per_second', 12, '12/s'],
  ] as const)('shows %s %d as %s: a crossed limit stays crossed', (name, value, text) => {
    expect(show(name, value)).toBe(text);
  });
});
