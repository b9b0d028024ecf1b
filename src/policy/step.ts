import type { Workload } from '../schema/workload.ts';

export interface StepFacts {
  /** Replicas now, and wanted in the end. */
  readonly from: number;
  readonly to: number;
  readonly person: boolean;
  /** An approver approved this very number: it is one step. */
  readonly approved: boolean;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Half-open breaker: the smallest step there is. */
  readonly smallest: boolean;
  /** A rollout is under way: at most half as many again. */
  readonly rollout: boolean;
}

/** How far a scale-up may go while a rollout is under way. */
export const ROLLOUT_UP = 1.5;

/**
 * Where one write may go on the way from `from` to `to` (G8): up at most doubling or by four, whichever is more; an
 * agent's down at most a quarter, a person's at most half, but always at least one. A step whose end lies inside the
 * blueprint's range never stops outside it: it goes on to the nearest bound, since no write may leave a value there.
 */
export function nextStep(facts: StepFacts): number {
  const { from, to, minReplicas, maxReplicas } = facts;
  if (to === from || facts.approved) return to;
  const step = to > from ? Math.min(to, from + upLimit(facts)) : Math.max(to, from - downLimit(facts));
  const inside = (value: number): boolean => value >= minReplicas && value <= maxReplicas;
  return inside(to) && !inside(step) ? Math.min(maxReplicas, Math.max(minReplicas, step)) : step;
}

function upLimit({ from, smallest, rollout }: StepFacts): number {
  if (smallest) return 1;
  const most = Math.max(from, 4);
  return rollout ? Math.max(1, Math.min(most, Math.floor(from * ROLLOUT_UP) - from)) : most;
}

function downLimit({ from, smallest, person }: StepFacts): number {
  if (smallest) return 1;
  return Math.max(1, person ? Math.floor(from / 2) : Math.ceil(from / 4));
}

/** After a rollout completed, while this process watched, it counts as under way for so long. */
const SETTLE_MS = 120_000;

/** Why the rollout lock holds, and until when if that is known (G7). */
export function rolloutLock(
  workload: Workload,
  now: number,
): { readonly why: 'under way' | 'paused' | 'completed'; readonly until?: number } | undefined {
  const { underWay, paused, completedAt } = workload.rollout;
  if (paused) return { why: 'paused' };
  if (underWay) return { why: 'under way' };
  if (completedAt !== undefined && now < completedAt + SETTLE_MS)
    return { why: 'completed', until: completedAt + SETTLE_MS };
  return undefined;
}
