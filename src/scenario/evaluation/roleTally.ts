import type { ModelRole } from '../../schema/modelRole.ts';

/** What a model did in one role: counts and sums alone, so that any number of decisions takes the same memory. */
export interface RoleTally {
  /** Decisions it was asked for. */
  asked: number;
  /** Of those, the ones whose last exchange failed or was not made: the endpoint's matter, not the form's. */
  unanswered: number;
  /** Ended with an answer that can be used, after corrections where some were needed. */
  usable: number;
  /** Usable ones that can be held against what the rules would do, and of those the right ones. */
  compared: number;
  right: number;
  /** Of the compared ones, those where the rules would hold, and of those the holds. */
  holdable: number;
  held: number;
  /** Calls that the gate refused. */
  refused: number;
  /** Compared ones that were not what the rules would do, by how the run ended beside that of the rules. */
  disagreed: number;
  helped: number;
  hurt: number;
  /** Longer than a pass: under pressure a real cluster would not have waited for them. */
  slow: number;
  exchanges: number;
  answers: number;
  /** Answers whose every call was in form at once. */
  inForm: number;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  /** In exchanges, of real time. */
  seconds: number;
  /** At the configured prices; 0 without them. */
  cost: number;
  /** Why the rules answered in its place, by the closed list of reasons a run gives up for. */
  readonly instead: Record<string, number>;
}

export const emptyTally = (): RoleTally => ({
  asked: 0,
  unanswered: 0,
  usable: 0,
  compared: 0,
  right: 0,
  holdable: 0,
  held: 0,
  refused: 0,
  disagreed: 0,
  helped: 0,
  hurt: 0,
  slow: 0,
  exchanges: 0,
  answers: 0,
  inForm: 0,
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  seconds: 0,
  cost: 0,
  instead: {},
});

export type RoleTallies = Map<ModelRole, RoleTally>;

export function tallyIn(tallies: RoleTallies, role: ModelRole): RoleTally {
  const known = tallies.get(role) ?? emptyTally();
  tallies.set(role, known);
  return known;
}

export function addTo(sum: RoleTally, more: RoleTally): void {
  for (const key of Object.keys(more) as (keyof RoleTally)[]) {
    if (key !== 'instead') sum[key] += more[key];
  }
  for (const [why, count] of Object.entries(more.instead)) sum.instead[why] = (sum.instead[why] ?? 0) + count;
}

/** Decisions that were answered to their end and are no fault of the endpoint. */
export const answered = ({ asked, unanswered }: RoleTally): number => asked - unanswered;
