import { KINDS, type KubeObject } from '../schema/kube.ts';
import { instant, type Objects } from './objects.ts';
import { quotaRefusal } from './quota.ts';
import { type Condition, conditionsOf, isTrue, podSpec, type ReplicaStatus, replicaSetSpec } from './shapes.ts';

export interface ReplicaSetDeps {
  readonly objects: Objects;
  readonly now: () => number;
  /** A pod was made: the scheduler and kubelet take it from here. */
  readonly started: (pod: KubeObject) => void;
  readonly ended: (pod: KubeObject) => void;
  readonly event: (object: KubeObject, type: 'Normal' | 'Warning', reason: string, note: string) => void;
}

const MANAGER = 'kube-controller-manager';

/** Makes or removes pods until there are as many as the ReplicaSet says, and writes its status. */
export function syncReplicaSet(deps: ReplicaSetDeps, set: KubeObject): void {
  const { objects } = deps;
  const wanted = replicaSetSpec(set).replicas;
  const pods = objects.owned(KINDS.Pod, set.metadata.uid ?? '');
  let failure: string | undefined;
  for (let missing = wanted - pods.length; missing > 0 && failure === undefined; missing -= 1) {
    failure = makePod(deps, set);
  }
  if (pods.length > wanted) {
    const leaving = [...pods].sort(leavesFirst).slice(0, pods.length - wanted);
    for (const pod of leaving) {
      objects.drop(KINDS.Pod, pod);
      deps.ended(pod);
    }
  }
  writeStatus(deps, set, failure);
}

function makePod(deps: ReplicaSetDeps, set: KubeObject): string | undefined {
  const { objects } = deps;
  const { template } = replicaSetSpec(set);
  const name = objects.freeName(KINDS.Pod, set.metadata.namespace, `${set.metadata.name}-`);
  const namespace = set.metadata.namespace ?? '';
  const refusal = quotaRefusal(objects, namespace, name, template.spec);
  if (refusal !== undefined) {
    // Said once, not in each try: the tries end only when something makes room.
    const known = conditionsOf(set).some((condition) => condition.type === 'ReplicaFailure');
    if (!known) deps.event(set, 'Warning', 'FailedCreate', `Error creating: ${refusal}`);
    return refusal;
  }
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      ...(template.metadata.labels === undefined ? {} : { labels: template.metadata.labels }),
      ...(template.metadata.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      ownerReferences: [ownerReference(set)],
    },
    spec: template.spec,
    status: { phase: 'Pending' },
  };
  deps.started(objects.add(KINDS.Pod, pod, MANAGER));
  return undefined;
}

export const ownerReference = (owner: KubeObject) => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
});

/** Pods that serve least go first: without a node, not ready, then the newest. */
function leavesFirst(a: KubeObject, b: KubeObject): number {
  const worth = (pod: KubeObject): number =>
    (podSpec(pod).nodeName === undefined ? 0 : 1) + (isTrue(pod, 'Ready') ? 2 : 0);
  const made = (pod: KubeObject): string => pod.metadata.creationTimestamp ?? '';
  if (worth(a) !== worth(b)) return worth(a) - worth(b);
  if (made(a) !== made(b)) return made(a) < made(b) ? 1 : -1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

function writeStatus({ objects, now }: ReplicaSetDeps, set: KubeObject, failure: string | undefined): void {
  const pods = objects.owned(KINDS.Pod, set.metadata.uid ?? '');
  const ready = pods.filter((pod) => isTrue(pod, 'Ready')).length;
  const current = objects.get(KINDS.ReplicaSet, set.metadata.namespace, set.metadata.name);
  if (current === undefined) return;
  const old = conditionsOf(current).find((condition) => condition.type === 'ReplicaFailure');
  // The pod's made-up name changes with each attempt; the failure has not changed by that.
  const since = old?.lastTransitionTime ?? instant(now());
  const condition: Condition | undefined =
    failure === undefined
      ? undefined
      : {
          type: 'ReplicaFailure',
          status: 'True',
          reason: 'FailedCreate',
          message: old?.message ?? failure,
          lastTransitionTime: since,
        };
  const status: ReplicaStatus = {
    replicas: pods.length,
    ...(pods.length === 0 ? {} : { fullyLabeledReplicas: pods.length }),
    ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
    ...(current.metadata.generation === undefined ? {} : { observedGeneration: current.metadata.generation }),
    ...(condition === undefined ? {} : { conditions: [condition] }),
  };
  objects.change(KINDS.ReplicaSet, { ...current, status }, MANAGER, 'status');
}
