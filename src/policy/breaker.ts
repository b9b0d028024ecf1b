import { type BreakerState, CLOSED } from '../schema/counters.ts';

const FIRST_OPEN_MS = 60_000;
const LONGEST_OPEN_MS = 3_600_000;
/** So that services that failed together do not try again together. */
const JITTER = 0.1;

/** Half-open is an open breaker whose time has come: it lets one smallest step through. */
export function breakerAt(breaker: BreakerState, now: number): 'closed' | 'open' | 'halfOpen' {
  if (breaker.state === 'closed') return 'closed';
  return breaker.until !== undefined && now >= breaker.until ? 'halfOpen' : 'open';
}

/** After one more failure. A failed trial opens again for twice as long; a late failure while open changes nothing. */
export function afterFailure(breaker: BreakerState, now: number, jitter: number, limit: number): BreakerState {
  switch (breakerAt(breaker, now)) {
    case 'open':
      return breaker;
    case 'halfOpen':
      return opened(breaker, now, jitter);
    case 'closed': {
      const failures = Math.min(1000, breaker.failures + 1);
      return failures >= limit ? opened({ ...breaker, failures }, now, jitter) : { ...breaker, failures };
    }
  }
}

/** Open for 60 s x 2^k, at most an hour, up to a tenth longer by `jitter` in [0, 1). */
export function opened(breaker: BreakerState, now: number, jitter: number): BreakerState {
  const base = FIRST_OPEN_MS * 2 ** breaker.opens;
  const length = Math.min(LONGEST_OPEN_MS, Math.round(base * (1 + JITTER * jitter)));
  return { state: 'open', failures: breaker.failures, until: now + length, opens: Math.min(30, breaker.opens + 1) };
}

export const afterPass = (): BreakerState => CLOSED;
