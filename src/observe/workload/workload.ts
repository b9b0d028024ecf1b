import { type KubeObject, MANAGED_LABEL } from '../../schema/kube.ts';
import { RESTARTED_AT } from '../../schema/patch.ts';
import type { Workload } from '../../schema/workload.ts';
import { at, conditionOf, instantAt, isRecord, numberAt, shortened, textAt } from '../narrow.ts';
import { imagesOf, type Tracked } from '../tracker.ts';
import { disruptionBudgetsOf } from './disruptionBudgets.ts';
import { lastChangeOf } from './lastChange.ts';
import { type OwnerSources, ownersOf } from './owners.ts';
import { isOver, podFrom } from './pod.ts';
import { meanOf, resourcesOf } from './podResources.ts';
import { controllerOf, replicaSetsOf } from './replicaSets.ts';
import { containersOf, refOf, revisionsOf, templateHashOf } from './revisions.ts';
import { rolloutOf } from './rollout.ts';
import { rolloutPaceOf } from './rolloutPace.ts';
import { type RoomSources, roomOf } from './room.ts';

/** A Deployment with the objects around it. Lists may hold more than belongs to it: ownership is by owner reference. */
export interface WorkloadSources extends OwnerSources, RoomSources {
  readonly deployment: KubeObject;
  readonly replicaSets: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
  readonly budgets: readonly KubeObject[];
  readonly tracker: Tracked | undefined;
  /** When all this was so: the time of the oldest of the reads. */
  readonly now: number;
  /** This is the look of a pass, not one in between. */
  readonly isPass?: boolean;
}

/** Pure: Kubernetes objects to what the rules look at. */
export function workloadFrom(sources: WorkloadSources): Workload {
  const { deployment, now } = sources;
  const { metadata } = deployment;
  const tracked = sources.tracker?.uid === metadata.uid ? sources.tracker : undefined;
  const sets = replicaSetsOf(deployment, sources.replicaSets);
  const podObjects = ownedPods(sources.pods, sets.all);
  const pods = podObjects.map((pod) => podFrom(pod, controllerOf(pod) === sets.current?.metadata.uid, now));
  const template = at(deployment, 'spec', 'template');
  const readyNames = new Set(pods.filter((pod) => pod.ready).map((pod) => pod.name));
  // Ready pods carry what was injected at admission (sidecars, a LimitRange's defaults); the template does not.
  const specs = podObjects.filter((pod) => readyNames.has(pod.metadata.name)).map((pod) => pod.spec);
  const resources = meanOf((specs.length > 0 ? specs : [at(template, 'spec')]).map(resourcesOf));
  const lastChange = lastChangeOf(deployment);
  const replicaFailure = replicaFailureOf(deployment);
  return {
    at: now,
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    resourceVersion: metadata.resourceVersion ?? '',
    managed: metadata.labels?.[MANAGED_LABEL] === 'true',
    deleting: metadata.deletionTimestamp !== undefined,
    createdAt: instantAt(metadata, 'creationTimestamp') ?? 0,
    replicas: numberAt(deployment, 'spec', 'replicas') ?? 1,
    ready: readyNames.size,
    updated: numberAt(deployment, 'status', 'updatedReplicas') ?? 0,
    statusReplicas: numberAt(deployment, 'status', 'replicas') ?? 0,
    generation: metadata.generation ?? 0,
    observedGeneration: numberAt(deployment, 'status', 'observedGeneration') ?? 0,
    ...rolloutPaceOf(deployment),
    restartedAt: textAt(template, 'metadata', 'annotations', RESTARTED_AT) ?? null,
    ...(lastChange.text !== undefined && { lastChangeText: lastChange.text }),
    ...(lastChange.parsed !== undefined && { lastChange: lastChange.parsed }),
    hasAnnotations: metadata.annotations !== undefined,
    hasTemplateAnnotations: isRecord(at(template, 'metadata', 'annotations')),
    image: imagesOf(template),
    ...(replicaFailure !== undefined && { replicaFailure }),
    rollout: rolloutOf(deployment, sets, pods, { tracked, now, isPass: sources.isPass ?? false }),
    owners: ownersOf(deployment, sources),
    foreignChanges: tracked?.foreign ?? [],
    disruptionBudgets: disruptionBudgetsOf(deployment, podObjects, sources.budgets),
    pods,
    requests: resources.requests,
    limits: resources.limits,
    containers: containersOf(template, metadata.name),
    ...(sets.current !== undefined && templateHashOf(sets.current) !== '' && { current: refOf(sets.current) }),
    revisions: revisionsOf(sets, metadata.name, tracked),
    ...roomOf(sources),
  };
}

/** Deployment to ReplicaSet to Pod: a pod that only carries the labels belongs to somebody else. */
function ownedPods(pods: readonly KubeObject[], replicaSets: readonly KubeObject[]): readonly KubeObject[] {
  const owners = new Set(replicaSets.map((set) => set.metadata.uid));
  return pods.filter((pod) => {
    const owner = controllerOf(pod);
    return owner !== undefined && owners.has(owner) && !isOver(pod);
  });
}

function replicaFailureOf(deployment: KubeObject): string | undefined {
  const condition = conditionOf(deployment, 'ReplicaFailure');
  if (textAt(condition, 'status') !== 'True') return undefined;
  return shortened(textAt(condition, 'message') ?? textAt(condition, 'reason') ?? 'ReplicaFailure', 500);
}
