import type { KubeObject } from '../schema/kube.ts';
import type { MirroredKind, Mirrors } from './mirrors.ts';
import { controllerOf } from './workload/replicaSets.ts';
import type { WorkloadSources } from './workload/workload.ts';

/** The objects around a Deployment. */
export type Surroundings = Omit<WorkloadSources, 'deployment' | 'tracker' | 'now' | 'isPass'>;

/**
 * The surroundings of any Deployment, from the mirrors as they are now. ReplicaSets and pods are grouped by owner once a
 * pass, so that a namespace of many services costs no product of them.
 */
export function surroundingsOf(mirrors: Mirrors): (deployment: KubeObject) => Surroundings {
  const replicaSets = byController(mirrors.of('ReplicaSet').all());
  const pods = byController(mirrors.of('Pod').all());
  const nodes = mirrors.reach(['Node']).at === undefined ? undefined : [...mirrors.of('Node').all()];
  const namespaced = (kind: MirroredKind, { metadata }: KubeObject): readonly KubeObject[] => [
    ...mirrors.of(kind).inNamespace(metadata.namespace ?? ''),
  ];
  return (deployment) => {
    const own = replicaSets.get(deployment.metadata.uid ?? '') ?? [];
    return {
      replicaSets: own,
      pods: own.flatMap((set) => pods.get(set.metadata.uid ?? '') ?? []),
      budgets: namespaced('PodDisruptionBudget', deployment),
      hpas: namespaced('HorizontalPodAutoscaler', deployment),
      scaledObjects: namespaced('ScaledObject', deployment),
      vpas: namespaced('VerticalPodAutoscaler', deployment),
      quotas: namespaced('ResourceQuota', deployment),
      limitRanges: namespaced('LimitRange', deployment),
      nodes,
    };
  };
}

/** Names of a Deployment's pods by owner; grouped when first asked for, which most metrics sources never do. */
export function podNamesOf(mirrors: Mirrors): (deployment: KubeObject) => readonly string[] {
  let known: ((deployment: KubeObject) => Surroundings) | undefined;
  return (deployment) => {
    known ??= surroundingsOf(mirrors);
    return known(deployment).pods.map(({ metadata }) => metadata.name);
  };
}

function byController(objects: Iterable<KubeObject>): ReadonlyMap<string, readonly KubeObject[]> {
  const groups = new Map<string, KubeObject[]>();
  for (const object of objects) {
    const owner = controllerOf(object);
    if (owner === undefined) continue;
    const group = groups.get(owner);
    if (group === undefined) groups.set(owner, [object]);
    else group.push(object);
  }
  return groups;
}
