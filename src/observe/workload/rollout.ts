import type { KubeObject } from '../../schema/kube.ts';
import type { Pod, Rollout } from '../../schema/workload.ts';
import { at, conditionOf, numberAt, textAt } from '../narrow.ts';
import type { Tracked } from '../tracker.ts';
import type { OwnedReplicaSets } from './replicaSets.ts';
import { revisionOf } from './replicaSets.ts';

/** Troubles of a new pod that its template is to blame for; no room on the nodes is not one. */
const FAILING: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'CreateContainerConfigError',
]);

export interface Watched {
  readonly tracked: Tracked | undefined;
  readonly now: number;
  /** This look is a pass: it counts among the passes that a rollout has failed for. */
  readonly isPass: boolean;
}

/**
 * The rollout as it stands, with the times that this process's own watch saw. One that was under way at the last look
 * and is not any more completed now, at the latest: the look that finds it over is already inside the lock.
 */
export function rolloutOf(
  deployment: KubeObject,
  sets: OwnedReplicaSets,
  pods: readonly Pod[],
  { tracked, now, isPass }: Watched,
): Rollout {
  const underWay = isRollingOut(deployment, sets);
  const fresh = underWay ? pods.filter((pod) => pod.current && !pod.terminating) : [];
  const newPodsReady = fresh.filter((pod) => pod.ready).length;
  const newPodsFailing = fresh.filter((pod) => FAILING.has(pod.trouble ?? '')).length;
  const isFailing = newPodsReady === 0 && newPodsFailing > 0;
  const ended = tracked?.rolling === true ? now : tracked?.rolloutCompletedAt;
  return {
    underWay,
    paused: at(deployment, 'spec', 'paused') === true,
    ...(!underWay && ended !== undefined && { completedAt: ended }),
    newPods: fresh.length,
    newPodsReady,
    newPodsFailing,
    failingPasses: isFailing ? (tracked?.failingPasses ?? 0) + (isPass ? 1 : 0) : 0,
    ...(tracked?.rolloutStartedAt !== undefined && { startedAt: tracked.rolloutStartedAt }),
  };
}

/**
 * Whether pods of an older template are still being replaced. A change of replicas is no rollout, and the Progressing
 * condition says nothing about one. Known without having watched: other ReplicaSets in use, a template that has no
 * ReplicaSet yet, or a revision after the first whose pods are not all there (strategy Recreate, or the last pods of a
 * rolling update).
 */
function isRollingOut(deployment: KubeObject, sets: OwnedReplicaSets): boolean {
  if (sets.othersInUse.length > 0) return true;
  if (sets.current === undefined) return sets.all.length > 0;
  const progressing = conditionOf(deployment, 'Progressing');
  const unfinished = progressing !== undefined && textAt(progressing, 'reason') !== 'NewReplicaSetAvailable';
  return revisionOf(deployment) > 1 && unfinished && !isComplete(deployment);
}

function isComplete(deployment: KubeObject): boolean {
  const wanted = numberAt(deployment, 'spec', 'replicas') ?? 1;
  return (
    (numberAt(deployment, 'status', 'updatedReplicas') ?? 0) >= wanted &&
    (numberAt(deployment, 'status', 'readyReplicas') ?? 0) >= wanted
  );
}
