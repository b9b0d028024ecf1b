export interface Bucket {
  /** Upper bound; Infinity for the last. */
  readonly le: number;
  /** Of everything up to it. */
  readonly count: number;
}

/**
 * The quantile of a classic histogram, by a straight line within its bucket, as Prometheus has it. NaN where nothing was
 * counted or the last bucket is missing. What lies above the highest bound is at least that bound: `isAtLeast`.
 */
export function quantileOf(
  q: number,
  given: readonly Bucket[],
): { readonly value: number; readonly isAtLeast: boolean } {
  const none = { value: Number.NaN, isAtLeast: false };
  const buckets = [...given].sort((a, b) => a.le - b.le);
  const all = buckets.at(-1);
  if (all === undefined || all.le !== Number.POSITIVE_INFINITY || !(all.count > 0)) return none;
  const rank = q * all.count;
  let below = { le: 0, count: 0 };
  for (const { le, count } of buckets) {
    // Rates of neighbours may be out of step by rounding: counts never fall.
    const upTo = Math.max(count, below.count);
    if (upTo >= rank && upTo > 0) {
      if (le === Number.POSITIVE_INFINITY) return buckets.length < 2 ? none : { value: below.le, isAtLeast: true };
      if (le <= 0 || upTo === below.count) return { value: le, isAtLeast: false };
      return { value: below.le + ((le - below.le) * (rank - below.count)) / (upTo - below.count), isAtLeast: false };
    }
    below = { le, count: upTo };
  }
  return none;
}
