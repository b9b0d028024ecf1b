import type { DisruptionBudget } from './workload.ts';

/** Pods that must stay up, and how many more may go, by one PodDisruptionBudget. */
export interface BudgetRoom {
  readonly needed: number;
  readonly left: number;
}

/** `expected` pods are wanted and `healthy` of them ready. undefined: what the budget states cannot be read. */
export function budgetRoom(
  { minAvailable, maxUnavailable }: DisruptionBudget,
  expected: number,
  healthy: number,
): BudgetRoom | undefined {
  const count = amount(minAvailable ?? maxUnavailable, expected);
  if (count === undefined) return undefined;
  const needed = minAvailable === undefined ? Math.max(0, expected - count) : count;
  return { needed, left: healthy - needed };
}

/** Whole numbers as they are; percentages of the expected pods, rounded up as the disruption controller does. */
function amount(text: string | undefined, expected: number): number | undefined {
  const [, digits, sign] = /^(\d{1,6})(%?)$/.exec(text ?? '') ?? [];
  if (digits === undefined) return undefined;
  return sign === '%' ? Math.ceil((Number(digits) * expected) / 100) : Number(digits);
}
