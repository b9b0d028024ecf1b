import type { Signal } from '../schema/assessment.ts';
import type { Safety } from '../schema/blueprint.ts';

const FUTURE_MS = 5_000;
const HOUR_MS = 3_600_000;

/** Why a signal's newest sample is too old or too new to decide on (G3). `undefined`: it is fresh, or there is no sample at all. */
export function staleness(signal: Signal, safety: Safety, now: number): 'stale' | 'future' | undefined {
  if (signal.state === 'stale') return 'stale';
  if (signal.sampleAt === undefined) return signal.state === 'fresh' ? 'stale' : undefined;
  const age = now - signal.sampleAt;
  if (age > Math.max(safety.freshnessMs, 3 * signal.intervalMs)) return 'stale';
  return age < -FUTURE_MS ? 'future' : undefined;
}

/** Why a signal says nothing (G5): no data is not zero, and an impossible number is no number. */
export function emptiness(signal: Signal): 'missing' | 'implausible' | undefined {
  if (signal.state === 'missing' || signal.state === 'implausible') return signal.state;
  const { value } = signal;
  if (value === undefined) return signal.state === 'fresh' ? 'missing' : undefined;
  if (!Number.isFinite(value) || value < 0) return 'implausible';
  if (signal.name === 'latency_p95' && value > HOUR_MS) return 'implausible';
  return signal.name === 'error_rate' && value > 1 ? 'implausible' : undefined;
}

/** Coverage below which a mean over pods stands for too few of them (G4). */
export const COVERAGE = 0.8;

/** Why too few pods stand behind a signal, or their absence could turn its direction (G4). */
export function thinness(signal: Signal): 'uncovered' | 'flips' | undefined {
  if (signal.flips === true) return 'flips';
  const { covered, ready } = signal;
  return covered !== undefined && ready !== undefined && covered < COVERAGE * ready ? 'uncovered' : undefined;
}

/** Observed, fresh, plausible and covered: fit to argue for a direction. */
export const isUsable = (signal: Signal, safety: Safety, now: number): boolean =>
  signal.state === 'fresh' &&
  staleness(signal, safety, now) === undefined &&
  emptiness(signal) === undefined &&
  thinness(signal) === undefined;
