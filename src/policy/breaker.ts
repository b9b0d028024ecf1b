import { type BreakerState, CLOSED } from '../schema/counters.ts';

const FIRST_OPEN_MS = 60_000;
const LONGEST_OPEN_MS = 3_600_000;
/** So that services that failed together do not try again together. */
const JITTER = 0.1;

export interface Failure {
  readonly now: number;
  /** In [0, 1). */
  readonly jitter: number;
  /** `safety.breakerFailures` of the blueprint. */
  readonly breakerFailures: number;
}

/** Half-open is an open breaker whose time has come: it lets one smallest step through. */
export function breakerAt({ state, until }: BreakerState, now: number): 'closed' | 'open' | 'halfOpen' {
  if (state === 'closed') return 'closed';
  return until !== undefined && now >= until ? 'halfOpen' : 'open';
}

/** A pass closes; a failed trial opens for twice as long; a late failure while open, and what is neither, change nothing. */
export function afterOutcome(breaker: BreakerState, outcome: string, failure: Failure): BreakerState {
  if (outcome === 'pass') return CLOSED;
  const state = breakerAt(breaker, failure.now);
  if (outcome !== 'fail' || state === 'open') return breaker;
  const failures = Math.min(1000, breaker.failures + 1);
  const opens = state === 'halfOpen' || failures >= failure.breakerFailures;
  return opens ? opened({ ...breaker, failures }, failure) : { ...breaker, failures };
}

/** Open for 60 s x 2^k, at most an hour, up to a tenth longer by the jitter. */
export function opened(
  { failures, opens }: BreakerState,
  { now, jitter }: Pick<Failure, 'now' | 'jitter'>,
): BreakerState {
  const length = Math.min(LONGEST_OPEN_MS, Math.round(FIRST_OPEN_MS * 2 ** opens * (1 + JITTER * jitter)));
  return { state: 'open', failures, until: now + length, opens: Math.min(30, opens + 1) };
}

/** No breaker is open for longer than it can be opened for, whatever stands in the record; an end that is not there is no end that has come. */
export const within = (breaker: BreakerState, now: number): BreakerState =>
  breaker.state === 'closed'
    ? breaker
    : { ...breaker, until: Math.min(breaker.until ?? Infinity, now + LONGEST_OPEN_MS * (1 + JITTER)) };
