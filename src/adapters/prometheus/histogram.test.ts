import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bucket, quantileOf } from './histogram.ts';

const buckets = (...pairs: readonly (readonly [number, number])[]): Bucket[] =>
  pairs.map(([le, count]) => ({ le, count }));
const INF = Number.POSITIVE_INFINITY;

describe('quantileOf', () => {
  it.each([
    ['in the middle of a bucket', buckets([0.1, 0], [0.2, 100], [INF, 100]), 0.195],
    ['in the first bucket, from zero', buckets([0.1, 100], [INF, 100]), 0.095],
    ['whatever the order of the buckets', buckets([INF, 100], [0.2, 100], [0.1, 0]), 0.195],
    ['with counts that fall by rounding', buckets([0.1, 100], [0.2, 99.999], [INF, 100]), 0.095],
  ])('draws a straight line %s', (_, given, expected) => {
    const { value, isAtLeast } = quantileOf(0.95, given);
    expect(value).toBeCloseTo(expected, 9);
    expect(isAtLeast).toBe(false);
  });

  it('says that what lies above the last bound is at least that', () => {
    expect(quantileOf(0.95, buckets([0.1, 50], [INF, 100]))).toEqual({ value: 0.1, isAtLeast: true });
  });

  it.each([
    ['no bucket', []],
    ['nothing counted', buckets([0.1, 0], [INF, 0])],
    ['no last bucket', buckets([0.1, 5])],
    ['a last bucket alone', buckets([INF, 5])],
    ['counts that are no numbers', buckets([0.1, Number.NaN], [INF, Number.NaN])],
  ])('has no value for %s', (_, given) => {
    expect(quantileOf(0.95, given).value).toBeNaN();
  });

  it('lies between the bounds, and grows with the share', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 2, maxLength: 12 }), (steps) => {
        let count = 0;
        const given = steps.map((step, index) => {
          count += step;
          return { le: index === steps.length - 1 ? INF : (index + 1) / 10, count };
        });
        fc.pre(count > 0);
        const [low, high] = [quantileOf(0.5, given).value, quantileOf(0.95, given).value];
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(steps.length / 10);
      }),
    );
  });
});
