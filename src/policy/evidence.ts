import type { Signal } from '../schema/assessment.ts';
import { type ChangeFacts, usedSignals } from './facts.ts';
import { type Findings, noData, type Said } from './rule.ts';

const FUTURE_MS = 5_000;
const HOUR_MS = 3_600_000;
/** Below this share of the ready pods a mean stands for too few of them (G4). */
export const COVERAGE = 0.8;

/** How old a signal's newest sample may be. */
export const ageLimit = ({ blueprint }: ChangeFacts, signal: Signal): number =>
  Math.max(blueprint.safety.freshnessMs, 3 * signal.intervalMs);

/** G3. `undefined`: it is fresh, or there is no sample to be old. */
export function staleness(signal: Signal, facts: ChangeFacts): 'stale' | 'future' | undefined {
  if (signal.state === 'stale') return 'stale';
  if (signal.sampleAt === undefined) return signal.state === 'fresh' ? 'stale' : undefined;
  const age = facts.now - signal.sampleAt;
  if (age < -FUTURE_MS) return 'future';
  // Written so that an age that is no number is stale.
  return age <= ageLimit(facts, signal) ? undefined : 'stale';
}

/** G5: no data is not zero, and an impossible number is no number. */
export function emptiness({ name, state, value }: Signal): 'missing' | 'implausible' | undefined {
  if (state === 'missing' || state === 'implausible') return state;
  if (value === undefined) return state === 'fresh' ? 'missing' : undefined;
  const most = { latency_p95: HOUR_MS, error_rate: 1, cpu: Number.MAX_VALUE, requests_per_second: Number.MAX_VALUE };
  return typeof value === 'number' && value >= 0 && value <= most[name] ? undefined : 'implausible';
}

/** G4: too few pods stand behind it, or the missing ones could turn its direction. */
export function thinness(signal: Signal): 'flips' | 'uncovered' | 'unknown' | undefined {
  const { name, value, flips, covered, ready } = signal;
  if (flips === true) return 'flips';
  // A mean over pods has to say over how many; without a value G5 has said what is wrong.
  if (name === 'cpu' && value !== undefined && (covered === undefined || ready === undefined)) return 'unknown';
  return covered !== undefined && ready !== undefined && ready > 0 && !(covered / ready >= COVERAGE)
    ? 'uncovered'
    : undefined;
}

/** Observed, fresh, plausible and covered: fit to argue for a direction. */
export const isUsable = (signal: Signal, facts: ChangeFacts): boolean =>
  (staleness(signal, facts) ?? emptiness(signal) ?? thinness(signal)) === undefined;

/**
 * What is wrong with the signals a scale is decided on. Less capacity needs all of them; more needs one that argues for
 * it, and none where a person asks (who has reasons of their own) or too few pods are ready (the workload shows that).
 */
export function faultsOf(facts: ChangeFacts, judge: (signal: Signal) => Said | undefined): Findings {
  const { direction, person, readyBelowMin, input } = facts;
  if (direction === 'up' && (person || readyBelowMin)) return [];
  // With no ready pod empty metrics are explained, and the pods' own states are the evidence (G5).
  if (facts.repairs !== undefined && facts.workload.ready === 0) return [];
  if (input.assessment === undefined) return noData('wait', { assessment: undefined });
  const used = usedSignals(facts, input.assessment);
  const judged = direction === 'up' ? used.filter((signal) => signal.says === 'up') : used;
  const faults = judged.flatMap((signal) => judge(signal) ?? []);
  return direction === 'up' && faults.length < judged.length ? [] : faults;
}
