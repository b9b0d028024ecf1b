import { describe, expect, it } from 'vitest';
import type { Point } from './downsampled.ts';
import { forecastOf } from './forecast.ts';

const END = Date.parse('2026-01-05T10:00:00Z');
const STEP_MS = 15_000;
/** Samples of the last ten minutes, oldest first; `n` counts them. */
const past = (value: (n: number) => number | null, count = 40): Point[] =>
  Array.from({ length: count }, (_, n) => [END - (count - 1 - n) * STEP_MS, value(n)]);
const limit = { value: 80, text: '80%' };
const told = (value: number): string => `${Math.round(value)}%`;

describe('where a signal is going', () => {
  it('is the line of the last ten minutes, ten minutes on, and says when it is over the limit', () => {
    // Half a percent a sample: two a minute, from 70 now to 90.
    const forecast = forecastOf(
      past((n) => 50.5 + n * 0.5),
      limit,
      told,
    );
    expect(forecast?.points.map(([at, value]) => [at - END, Math.round(value)])).toEqual([
      [0, 70],
      [600_000, 90],
    ]);
    expect(forecast?.text).toBe(
      'If the last ten minutes go on: 90% at 10:10, over 80% from about 10:05. No rule uses this.',
    );
  });

  it('never falls below nothing', () => {
    expect(
      forecastOf(
        past((n) => 40 - n),
        undefined,
        told,
      )?.points[1]?.[1],
    ).toBe(0);
  });

  it.each<[string, readonly Point[]]>([
    ['nothing was measured', []],
    ['it stands still', past(() => 50)],
    ['it moves without a trend', past((n) => 50 + (n % 2) * 20)],
    ['a sample is missing', past((n) => (n === 20 ? null : n))],
    ['the newest is missing', past((n) => (n === 39 ? null : n))],
    ['there are three minutes only', past((n) => n, 13)],
  ])('is not drawn where %s', (_, points) => {
    expect(forecastOf(points, limit, told)).toBeUndefined();
  });
});
