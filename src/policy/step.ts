import type { Blueprint } from '../schema/blueprint.ts';
import type { UndoFacts } from '../schema/request.ts';
import type { Workload } from '../schema/workload.ts';
import type { Share } from './arbiter.ts';

type Range = Pick<Blueprint['scaling'], 'minReplicas' | 'maxReplicas'>;

export interface StepFacts {
  /** Replicas now, and wanted in the end. */
  readonly from: number;
  readonly to: number;
  readonly person: boolean;
  /** An approver approved this very number: it is one step. */
  readonly approved: boolean;
  readonly range: Range;
  /** Half-open breaker: the smallest step there is. */
  readonly smallest: boolean;
  readonly rollout: boolean;
  /** Somebody asked that the step stops here. */
  readonly pace?: number | undefined;
  /** What all share may have room for fewer. */
  readonly share?: Pick<Share, 'fits'> | undefined;
}

/** How far a scale-up may go while a rollout is under way. */
export const ROLLOUT_UP = 1.5;
/** After a rollout completed, while this process watched, it counts as under way for so long. */
const SETTLE_MS = 120_000;

/**
 * Where one write may go on the way from `from` to `to` (G8): up at most doubling or by four, whichever is more; an
 * agent's down at most a quarter, a person's at most half, but always at least one. On the way to a number inside the
 * blueprint's range no write leaves a value outside it: such a step goes on to the nearest bound.
 */
export function nextStep(facts: StepFacts): number {
  const { from, to, person, approved, range, smallest, rollout, share, pace } = facts;
  if (approved) return to;
  const most = Math.max(from, 4);
  const measured = rollout ? Math.max(1, Math.min(most, Math.floor(from * ROLLOUT_UP) - from)) : most;
  const up = Math.min(share?.fits || to, smallest ? 1 : measured);
  const down = smallest ? 1 : Math.max(1, person ? Math.floor(from / 2) : Math.ceil(from / 4));
  // A pace that does not lie on the way is none.
  const end = pace !== undefined && (pace - from) * (pace - to) < 0 ? pace : to;
  const step = to > from ? Math.min(end, from + up) : Math.max(end, from - down);
  return clamp(to, range) === to ? clamp(step, range) : step;
}

/**
 * Replicas an undo goes back to: the value before, or the nearest bound where that lay outside the range and no allowance
 * names it. NaN when the value before is no number of replicas, which G17 refuses.
 */
export function undoReplicas({ before }: UndoFacts, { scaling }: Blueprint, allowance: unknown): number {
  const replicas = /^\d{1,5}$/.test(before) ? Number(before) : Number.NaN;
  return replicas === allowance ? replicas : clamp(replicas, scaling);
}

const clamp = (value: number, { minReplicas, maxReplicas }: Range): number =>
  Math.min(maxReplicas, Math.max(minReplicas, value));

/** Why the rollout lock holds, and until when if that is known (G7). */
export function rolloutLock(
  { rollout }: Workload,
  now: number,
): { readonly why: string; readonly until?: number } | undefined {
  if (rollout.paused) return { why: 'the rollout is paused' };
  if (rollout.underWay) return { why: 'a rollout is under way' };
  const until = (rollout.completedAt ?? Number.NEGATIVE_INFINITY) + SETTLE_MS;
  return now < until ? { why: 'a rollout completed less than 120 s ago', until } : undefined;
}
