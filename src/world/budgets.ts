import { KINDS } from '../schema/kube.ts';
import { setsOf } from './deployments.ts';
import type { Objects } from './objects.ts';
import { deploymentSpec, isTrue } from './shapes.ts';

interface BudgetSpec {
  readonly minAvailable?: number | string;
  readonly maxUnavailable?: number | string;
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}

/** Writes what each PodDisruptionBudget of a namespace allows now. Percentages are of the wanted pods, rounded up. */
export function syncBudgets(objects: Objects, namespace: string): void {
  for (const budget of objects.list(KINDS.PodDisruptionBudget, namespace)) {
    const spec = (budget.spec ?? {}) as BudgetSpec;
    const labels = Object.entries(spec.selector?.matchLabels ?? {});
    const pods = objects
      .list(KINDS.Pod, namespace)
      .filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value));
    const expected = expectedPods(objects, namespace, labels);
    const share = (value: number | string): number =>
      typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * expected) / 100);
    const desired =
      spec.maxUnavailable === undefined
        ? share(spec.minAvailable ?? 1)
        : Math.max(0, expected - share(spec.maxUnavailable));
    const healthy = pods.filter((pod) => isTrue(pod, 'Ready')).length;
    const status = {
      currentHealthy: healthy,
      desiredHealthy: desired,
      disruptionsAllowed: Math.max(0, healthy - desired),
      expectedPods: expected,
      observedGeneration: budget.metadata.generation ?? 1,
    };
    objects.change(KINDS.PodDisruptionBudget, { ...budget, status }, 'kube-controller-manager', 'status');
  }
}

/** The replicas that the owners of the selected pods want. */
function expectedPods(objects: Objects, namespace: string, labels: readonly (readonly [string, string])[]): number {
  return objects
    .list(KINDS.Deployment, namespace)
    .filter((deployment) => {
      const own = deploymentSpec(deployment).template.metadata.labels ?? {};
      return setsOf(objects, deployment).length > 0 && labels.every(([key, value]) => own[key] === value);
    })
    .reduce((sum, deployment) => sum + deploymentSpec(deployment).replicas, 0);
}
