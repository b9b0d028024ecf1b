import type { Risk } from '../schema/api/common.ts';
import type { ApprovalRequestSpec } from '../schema/records.ts';

/**
 * How much can go wrong with this change, by what it does and not by what anybody says of it. Friction grows with it:
 * low is one press; medium can be taken back for three seconds; high wants a comment; gravest wants the name typed, a
 * comment, and a second person.
 */
export function riskOf({
  operation,
  before,
  after,
}: Pick<ApprovalRequestSpec, 'operation' | 'before' | 'after'>): Risk {
  const [from, to] = [Number.parseInt(before, 10), Number.parseInt(after, 10)];
  switch (operation) {
    case 'scale_to_zero':
      return 'gravest';
    case 'scale_within_limits':
    case 'scale_beyond_limits':
      if (!(from >= 0 && to >= 0)) return 'high';
      if (to === 0) return 'gravest';
      if (to < from) return operation === 'scale_beyond_limits' ? 'high' : 'medium';
      // Half as many again is what a rollout of one service does on any day; more than twice is another service.
      return to <= from * 1.5 ? 'low' : to <= from * 2 ? 'medium' : 'high';
    case 'restart_pods':
    case 'adjust_resources_within_bounds':
      return 'medium';
    default:
      return 'high';
  }
}

export interface Friction {
  readonly comment: boolean;
  readonly typed: boolean;
  /** How many have to agree at least, whatever quorum the blueprint names. */
  readonly people: number;
  readonly delayMs: number;
}

export const FRICTION: Readonly<Record<Risk, Friction>> = {
  low: { comment: false, typed: false, people: 1, delayMs: 0 },
  medium: { comment: false, typed: false, people: 1, delayMs: 3_000 },
  high: { comment: true, typed: false, people: 1, delayMs: 0 },
  gravest: { comment: true, typed: true, people: 2, delayMs: 0 },
};
