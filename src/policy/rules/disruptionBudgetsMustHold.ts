import type { DisruptionBudget } from '../../schema/workload.ts';
import { type ChangeRule, type Findings, forbid, noData } from '../rule.ts';

/** G2: replica writes pass PodDisruptionBudgets by, so every matching one is honoured here. */
export const disruptionBudgetsMustHold: ChangeRule = ({ workload, scale, disruptive, repairs }) => {
  // What replaces pods that are not ready disrupts nothing.
  if (!disruptive || repairs !== undefined) return [];
  const expected = scale?.to ?? workload.replicas;
  const healthy = scale?.to ?? workload.ready;
  return workload.disruptionBudgets.flatMap((budget) => judge(budget, expected, healthy));
};

/** `expected` pods are wanted and `healthy` of them ready: is one disruption still allowed? */
function judge(budget: DisruptionBudget, expected: number, healthy: number): Findings {
  const { name, minAvailable, maxUnavailable } = budget;
  const count = amount(minAvailable ?? maxUnavailable, expected);
  if (count === undefined) return noData('forbid', { [`PodDisruptionBudget ${name}`]: undefined });
  const needed = minAvailable === undefined ? Math.max(0, expected - count) : count;
  if (healthy - needed >= 1) return [];
  const message = `PodDisruptionBudget ${name} allows no disruption with ${healthy} of ${expected} ready: it needs ${needed}`;
  return [forbid('DisruptionBudget', message, { budget: name, minAvailable, maxUnavailable, healthy, needed })];
}

/** Whole numbers as they are; percentages of the expected pods, rounded up as the disruption controller does. */
function amount(text: string | undefined, expected: number): number | undefined {
  const [, digits, sign] = /^(\d{1,6})(%?)$/.exec(text ?? '') ?? [];
  if (digits === undefined) return undefined;
  return sign === '%' ? Math.ceil((Number(digits) * expected) / 100) : Number(digits);
}
