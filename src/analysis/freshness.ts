import type { SignalState } from '../schema/assessment.ts';
import { span } from './words.ts';

/** Clocks of nodes and sources differ; more than this in the future is no clock skew but a wrong time. */
const FUTURE_MS = 5_000;
/** Assumed of a source that does not say how often it measures. */
export const USUAL_INTERVAL_MS = 15_000;

export interface Age {
  readonly state: Extract<SignalState, 'fresh' | 'stale'>;
  readonly detail?: string;
}

/** How old a sample may be: 45 s, or three intervals of a slow source. */
export const freshFor = (freshnessMs: number, intervalMs: number): number => Math.max(freshnessMs, 3 * intervalMs);

export const intervalOf = (windowMs: number): number =>
  Number.isFinite(windowMs) && windowMs > 0 ? windowMs : USUAL_INTERVAL_MS;

/**
 * Judges by the sample's own time alone: a timestamp that stands still grows old, an unchanged value does not (G3). A
 * time that is no number is old.
 */
export function ageOf(sampleAt: number, now: number, freshnessMs: number, intervalMs: number): Age {
  const age = now - sampleAt;
  const limit = freshFor(freshnessMs, intervalMs);
  if (age < -FUTURE_MS) return { state: 'stale', detail: `sample is ${span(-age)} in the future` };
  if (age <= limit) return { state: 'fresh' };
  return { state: 'stale', detail: `newest sample is ${span(age)} old, at most ${span(limit)} is fresh` };
}
