import { describe, expect, it } from 'vitest';
import type { Check } from '../schema/blueprint.ts';
import { meets, valueWords, worse } from './checks.ts';

const check = (comparator: Check['comparator'], signal: Check['signal'] = 'latency_p95'): Check => ({
  name: 'check',
  signal,
  comparator,
  value: 200,
  critical: true,
  rollbackTrigger: true,
});

describe('a check', () => {
  it.each([
    { comparator: '<', met: [true, false, false] },
    { comparator: '<=', met: [true, true, false] },
    { comparator: '>', met: [false, false, true] },
    { comparator: '>=', met: [false, true, true] },
  ] as const)('that wants $comparator 200 is met by 199, 200, 201: $met', ({ comparator, met }) => {
    expect([199, 200, 201].map((value) => meets(check(comparator), value))).toEqual(met);
  });

  it.each([
    { comparator: '<', value: 300, other: 200, ratio: 1.5 },
    { comparator: '<', value: 100, other: 200, ratio: 0.5 },
    { comparator: '>=', value: 100, other: 200, ratio: 2 },
    { comparator: '<', value: 0.1, other: 0, ratio: Number.POSITIVE_INFINITY },
    { comparator: '<', value: 0, other: 0, ratio: 1 },
  ] as const)(
    'that wants $comparator finds $value $ratio times as bad as $other',
    ({ comparator, value, other, ratio }) => {
      expect(worse(check(comparator), value, other)).toBe(ratio);
    },
  );

  it.each([
    { signal: 'latency_p95', value: 12_083, words: '12.1 s' },
    { signal: 'latency_p95', value: 125, words: '125 ms' },
    { signal: 'error_rate', value: 0.0005, words: '0.05%' },
    { signal: 'cpu_utilization', value: 0.853, words: '85.3%' },
  ] as const)('says $words for $value of $signal', ({ signal, value, words }) => {
    expect(valueWords(check('<', signal), value)).toBe(words);
  });
});
