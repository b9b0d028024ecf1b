import type { Finding } from '../../schema/verdict.ts';
import type { DisruptionBudget } from '../../schema/workload.ts';
import type { ChangeFacts } from '../facts.ts';
import { forbid, noData } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G2: replica writes pass PodDisruptionBudgets by, so every matching one is honoured here. */
export const disruptionBudgetsMustHold: Rule<ChangeFacts> = (facts) => {
  const { workload, scale, restart, direction } = facts;
  if (workload === undefined) return noData('G2', 'forbid', { workload });
  if (restart) return workload.disruptionBudgets.flatMap((b) => judge(b, workload.replicas, workload.ready, 'now'));
  if (direction !== 'down' || scale === undefined) return [];
  return workload.disruptionBudgets.flatMap((b) => judge(b, scale.to, scale.to, `at ${scale.to} replicas`));
};

/** `expected` pods are wanted and `healthy` of them ready: is one disruption still allowed? */
function judge(budget: DisruptionBudget, expected: number, healthy: number, when: string): readonly Finding[] {
  const needed = neededHealthy(budget, expected);
  const written = budget.minAvailable ?? budget.maxUnavailable;
  if (needed === undefined) {
    return [
      forbid('G2', 'NoData', `PodDisruptionBudget ${budget.name} could not be read, so the worst is assumed`, {
        input: `PodDisruptionBudget ${budget.name}`,
      }),
    ];
  }
  if (healthy - needed >= 1) return [];
  const message = `PodDisruptionBudget ${budget.name} allows no disruption ${when}: ${healthy} ready, ${needed} needed`;
  return [forbid('G2', 'DisruptionBudget', message, { budget: budget.name, written, healthy, needed })];
}

function neededHealthy({ minAvailable, maxUnavailable }: DisruptionBudget, expected: number): number | undefined {
  if ((minAvailable === undefined) === (maxUnavailable === undefined)) return undefined;
  const count = amount(minAvailable ?? maxUnavailable ?? '', expected);
  if (count === undefined) return undefined;
  return minAvailable === undefined ? Math.max(0, expected - count) : count;
}

/** Whole numbers as they are; percentages of the expected pods, rounded up as the disruption controller does. */
function amount(text: string, expected: number): number | undefined {
  const match = /^(\d{1,6})(%?)$/.exec(text);
  if (match === null) return undefined;
  const value = Number(match[1]);
  return match[2] === '%' ? Math.ceil((value * expected) / 100) : value;
}
