import { KINDS, type KubeObject } from '../schema/kube.ts';
import { instant } from './objects.ts';
import type { ReplicaSetDeps } from './replicaSets.ts';
import { type Condition, conditionsOf, deploymentSpec, isTrue, type ReplicaStatus, replicaStatus } from './shapes.ts';

interface Counts {
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
  readonly desired: number;
}

/** Writes a Deployment's status from its ReplicaSets. Answers the instant (ms) at which a standing rollout times out. */
export function writeDeploymentStatus(
  deps: ReplicaSetDeps,
  deployment: KubeObject,
  sets: readonly KubeObject[],
  current: string,
): number | undefined {
  const { objects, now } = deps;
  const podsOf = (set: KubeObject) => objects.owned(KINDS.Pod, set.metadata.uid ?? '');
  const pods = sets.flatMap(podsOf);
  const counts: Counts = {
    replicas: pods.length,
    updated: sets.filter((set) => set.metadata.name === current).flatMap(podsOf).length,
    ready: pods.filter((pod) => isTrue(pod, 'Ready')).length,
    desired: deploymentSpec(deployment).replicas,
  };
  const progressing = progress(deployment, counts, current, now());
  const conditions = [available(deployment, counts, now()), progressing, ...failures(sets)].filter(
    (condition) => condition !== undefined,
  );
  const missing = Math.max(0, counts.desired - counts.ready);
  const status: ReplicaStatus = {
    observedGeneration: deployment.metadata.generation ?? 1,
    // The real API leaves out what is zero.
    ...(counts.replicas > 0 ? { replicas: counts.replicas } : {}),
    ...(counts.updated > 0 ? { updatedReplicas: counts.updated } : {}),
    ...(counts.ready > 0 ? { readyReplicas: counts.ready, availableReplicas: counts.ready } : {}),
    ...(missing > 0 ? { unavailableReplicas: missing } : {}),
    conditions,
  };
  objects.change(KINDS.Deployment, { ...deployment, status }, 'kube-controller-manager', 'status');
  const waits = progressing.status === 'True' && WAITING.has(progressing.reason ?? '');
  return waits ? deadline(deployment, progressing) : undefined;
}

const WAITING = new Set(['ReplicaSetUpdated', 'NewReplicaSetCreated', 'FoundNewReplicaSet']);

function available(deployment: KubeObject, counts: Counts, now: number): Condition {
  const spec = deploymentSpec(deployment);
  const { maxUnavailable = '25%' } = spec.strategy.rollingUpdate ?? {};
  const tolerated =
    typeof maxUnavailable === 'number'
      ? maxUnavailable
      : Math.floor((Number.parseInt(maxUnavailable, 10) * spec.replicas) / 100);
  const enough = counts.ready >= spec.replicas - (spec.strategy.type === 'Recreate' ? 0 : tolerated);
  return kept(conditionsOf(deployment), now, {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: enough ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
  });
}

/**
 * Progressing is about rollouts, never about replicas: once the present template's ReplicaSet was complete it stays so,
 * whatever happens to its pods afterwards.
 */
function progress(deployment: KubeObject, counts: Counts, current: string, now: number): Condition {
  const spec = deploymentSpec(deployment);
  const old = conditionsOf(deployment).find((condition) => condition.type === 'Progressing');
  const say = (status: 'True' | 'False' | 'Unknown', reason: string, message: string): Condition =>
    kept(conditionsOf(deployment), now, { type: 'Progressing', status, reason, message });
  if (spec.paused) return say('Unknown', 'DeploymentPaused', 'Deployment is paused');
  const { replicas, updated, ready, desired } = counts;
  const done = `ReplicaSet "${current}" has successfully progressed.`;
  const complete = replicas === desired && updated === desired && ready >= desired;
  const wasComplete = old?.reason === 'NewReplicaSetAvailable' && old.message === done && replicas === updated;
  if (complete || wasComplete) return say('True', 'NewReplicaSetAvailable', done);
  const message = `ReplicaSet "${current}" is progressing.`;
  const timedOut = `ReplicaSet "${current}" has timed out progressing.`;
  const before = replicaStatus(deployment);
  const moved = (before.updatedReplicas ?? 0) < updated || (before.readyReplicas ?? 0) < ready;
  const sameRollout = old?.message === message || old?.message === timedOut;
  if (sameRollout && !moved) {
    if (old.reason === 'ProgressDeadlineExceeded' || now >= deadline(deployment, old)) {
      return say('False', 'ProgressDeadlineExceeded', timedOut);
    }
    return old;
  }
  // A step forward restarts the clock of the deadline.
  return { ...say('True', 'ReplicaSetUpdated', message), lastUpdateTime: instant(now) };
}

function deadline(deployment: KubeObject, condition: Condition): number {
  return Date.parse(condition.lastUpdateTime ?? '') + deploymentSpec(deployment).progressDeadlineSeconds * 1000;
}

function failures(sets: readonly KubeObject[]): Condition[] {
  const failed = sets.flatMap(conditionsOf).find((condition) => condition.type === 'ReplicaFailure');
  return failed === undefined ? [] : [{ ...failed, lastUpdateTime: failed.lastTransitionTime ?? '' }];
}

/** A condition whose times move only when it changes. */
function kept(old: readonly Condition[], now: number, next: Condition): Condition {
  const before = old.find((condition) => condition.type === next.type);
  const time = instant(now);
  const since = before?.status === next.status ? (before.lastTransitionTime ?? time) : time;
  const same = before?.status === next.status && before.reason === next.reason && before.message === next.message;
  return { ...next, lastTransitionTime: since, lastUpdateTime: same ? (before.lastUpdateTime ?? time) : time };
}
