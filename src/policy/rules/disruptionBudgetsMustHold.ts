import { budgetRoom } from '../../schema/disruptionBudget.ts';
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
  const room = budgetRoom(budget, expected, healthy);
  if (room === undefined) return noData('forbid', { [`PodDisruptionBudget ${name}`]: undefined });
  const { needed, left } = room;
  if (left >= 1) return [];
  const message = `PodDisruptionBudget ${name} allows no disruption with ${healthy} of ${expected} ready: it needs ${needed}`;
  return [forbid('DisruptionBudget', message, { budget: name, minAvailable, maxUnavailable, healthy, needed })];
}
