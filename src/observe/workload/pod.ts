import type { KubeObject } from '../../schema/kube.ts';
import type { Pod } from '../../schema/workload.ts';
import { at, conditionOf, instantAt, numberAt, textAt } from '../narrow.ts';
import { statusesOf, troubleOf } from './podTrouble.ts';

/** A pod as the rules see it. One that terminates is not ready, whatever its condition still says: no request reaches it. */
export function podFrom(object: KubeObject, current: boolean, now: number): Pod {
  const condition = conditionOf(object, 'Ready');
  const terminating = object.metadata.deletionTimestamp !== undefined;
  const ready = textAt(condition, 'status') === 'True' && !terminating;
  const trouble = terminating ? undefined : troubleOf(object, ready, now);
  const startedAt = instantAt(object, 'status', 'startTime');
  const readyAt = ready ? instantAt(condition, 'lastTransitionTime') : undefined;
  const lastRestart = lastRestartOf(object);
  return {
    name: object.metadata.name,
    ready,
    current,
    ...(startedAt !== undefined && { startedAt }),
    ...(readyAt !== undefined && { readyAt }),
    restarts: statusesOf(object).reduce<number>((sum, status) => sum + (numberAt(status, 'restartCount') ?? 0), 0),
    ...(lastRestart !== undefined && { lastRestart }),
    ...(trouble !== undefined && { trouble: trouble.trouble, troubleDetail: trouble.detail }),
    terminating,
  };
}

/** Evicted and finished pods stay on the list of their ReplicaSet for hours; they are no part of the workload any more. */
export function isOver(pod: KubeObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return phase === 'Failed' || phase === 'Succeeded';
}

/** The newest end of a container: one that has been started again, or one that failed and is about to be. */
function lastRestartOf(pod: KubeObject): { at: number; reason: string } | undefined {
  let newest: { at: number; reason: string } | undefined;
  for (const status of statusesOf(pod)) {
    const restarted = (numberAt(status, 'restartCount') ?? 0) > 0 ? at(status, 'lastState', 'terminated') : undefined;
    const failed =
      numberAt(status, 'state', 'terminated', 'exitCode') === 0 ? undefined : at(status, 'state', 'terminated');
    for (const ended of [restarted, failed]) {
      const finishedAt = instantAt(ended, 'finishedAt');
      if (finishedAt === undefined || (newest !== undefined && newest.at >= finishedAt)) continue;
      newest = { at: finishedAt, reason: textAt(ended, 'reason') ?? 'Error' };
    }
  }
  return newest;
}
