/** Floating error must not buy a replica: 0.84 / 0.7 x 5 is 6.000000000000001 in binary and 6 on paper. */
const EPSILON = 1e-9;

/** Replicas that carry `amount`, rounded up; never negative, and a number for every finite input. */
export const replicasFor = (amount: number): number => Math.max(0, Math.ceil(amount - EPSILON));

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** A ratio inside the dead band around 1. The edge belongs to the band. */
export const isWithin = (ratio: number, tolerance: number): boolean => Math.abs(1 - ratio) <= tolerance + EPSILON;

/** A measurement that can be true at all: finite and not negative. */
export const isMeasure = (value: number): boolean => Number.isFinite(value) && value >= 0;

/** Below this many requests a quantile or a rate is a story about single requests. */
export const FEWEST_REQUESTS = 20;

export const tooFew = (requests: number | undefined): boolean => requests !== undefined && requests < FEWEST_REQUESTS;
