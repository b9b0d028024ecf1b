/** The model endpoint's own breaker: separate from every service's, and never a reason not to act. */
export interface ModelBreaker {
  /** Consecutive failures while closed. */
  readonly failures: number;
  /** How often it opened in a row: the k of 60 s x 2^k. */
  readonly opens: number;
  /** Open until then; after it, one trial. Milliseconds. */
  readonly until?: number;
}

export const MODEL_BREAKER: ModelBreaker = { failures: 0, opens: 0 };

const TRIPS_AFTER = 3;
const FIRST_MS = 60_000;
const LONGEST_MS = 3_600_000;

export const modelBreakerAt = ({ until }: ModelBreaker, now: number): 'closed' | 'open' | 'halfOpen' =>
  until === undefined ? 'closed' : now < until ? 'open' : 'halfOpen';

export function modelFailed(breaker: ModelBreaker, now: number): ModelBreaker {
  const failures = breaker.failures + 1;
  if (breaker.until === undefined && failures < TRIPS_AFTER) return { ...breaker, failures };
  // A failure that comes in while it is open began before: it must not make the pause longer.
  if (modelBreakerAt(breaker, now) === 'open') return breaker;
  return { failures: 0, opens: breaker.opens + 1, until: now + Math.min(LONGEST_MS, FIRST_MS * 2 ** breaker.opens) };
}

/** One answer is proof enough; an answer that comes in late, while it is open, is too. */
export const modelAnswered = (): ModelBreaker => MODEL_BREAKER;
