import type { KubeObject } from '../../schema/kube.ts';
import type { DisruptionBudget } from '../../schema/workload.ts';
import { at, recordAt } from '../narrow.ts';
import { selects } from './selector.ts';

/** The PodDisruptionBudgets that select the Deployment's pods: those of its template, or any that run now. */
export function disruptionBudgetsOf(
  deployment: KubeObject,
  pods: readonly KubeObject[],
  budgets: readonly KubeObject[],
): readonly DisruptionBudget[] {
  const labels = [textOnly(recordAt(deployment, 'spec', 'template', 'metadata', 'labels')), ...distinctLabels(pods)];
  return budgets
    .filter((budget) => budget.metadata.namespace === deployment.metadata.namespace)
    .filter((budget) => labels.some((set) => selects(at(budget, 'spec', 'selector'), set)))
    .flatMap((budget): DisruptionBudget[] => {
      const minAvailable = countOf(at(budget, 'spec', 'minAvailable'));
      if (minAvailable !== undefined) return [{ name: budget.metadata.name, minAvailable }];
      const maxUnavailable = countOf(at(budget, 'spec', 'maxUnavailable'));
      // A budget that states neither demands nothing.
      return maxUnavailable === undefined ? [] : [{ name: budget.metadata.name, maxUnavailable }];
    });
}

/** `2`, or `50%`: as written. */
const countOf = (value: unknown): string | undefined =>
  typeof value === 'number' || typeof value === 'string' ? String(value) : undefined;

/** Pods of one template differ in no label that matters, so that a thousand pods are one or two sets. */
function distinctLabels(pods: readonly KubeObject[]): Record<string, string>[] {
  const sets = new Map<string, Record<string, string>>();
  for (const { metadata } of pods) sets.set(JSON.stringify(metadata.labels), metadata.labels ?? {});
  return [...sets.values()];
}

function textOnly(labels: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
