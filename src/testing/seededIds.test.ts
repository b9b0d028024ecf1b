import { describe, expect, it } from 'vitest';
import { seededIds } from './seededIds.ts';

describe('seeded ids', () => {
  it('repeat for the same seed and differ for another', () => {
    const take = (seed: number): string[] => {
      const ids = seededIds(seed);
      return Array.from({ length: 50 }, () => ids.fresh());
    };
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
    expect(new Set(take(7)).size).toBe(50);
    expect(take(7).every((id) => /^[a-z0-9]{10}$/.test(id))).toBe(true);
  });

  it('give numbers in [0, 1) spread over the range', () => {
    const ids = seededIds(1);
    const numbers = Array.from({ length: 2000 }, () => ids.random());
    expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true);
    expect(numbers.reduce((sum, n) => sum + n, 0) / numbers.length).toBeCloseTo(0.5, 1);
  });
});
