import type { Signal } from '../schema/assessment.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import type { History } from '../schema/history.ts';
import type { Workload } from '../schema/workload.ts';
import { isCapacityBound, isMissed, missedWords } from './demand.ts';
import type { Utilisation } from './utilisation.ts';
import { percent, plural, span } from './words.ts';

/** A rollout this recent is the first suspect for an objective missed since. */
const SUSPECT_MS = 900_000;

/** A breach that more replicas would not mend, with its likely cause in words; `undefined` when there is none. */
export function anomaly(
  workload: Workload,
  blueprint: Blueprint,
  cpu: Utilisation,
  signals: readonly Signal[],
  breach: readonly string[],
  history: History,
  now: number,
): string | undefined {
  const { minReplicas, targetCpu } = blueprint.scaling;
  const missed = signals.filter(isMissed);
  // Old pods may still serve: a version that cannot start is an anomaly before it is a breach.
  if (failsToRollOut(workload)) return `${podTrouble(workload) ?? 'new pods fail'}. ${cause(workload, history, now)}`;
  if (breach.includes('ready') && workload.replicas >= minReplicas) {
    const trouble = podTrouble(workload);
    const pods = `${workload.ready} of ${plural(workload.replicas, 'pod')} ready`;
    if (trouble !== undefined) return `${pods}: ${trouble}. ${cause(workload, history, now)}`;
  }
  if (missed.length === 0 || cpu.value === undefined || isCapacityBound(cpu, targetCpu)) return undefined;
  const idle = `CPU is ${percent(cpu.value)} of its request (target ${percent(targetCpu)})`;
  const what = missed.map(missedWords).join(', ');
  return `${what}, but ${idle}: not a lack of capacity. ${cause(workload, history, now)}`;
}

/** Of the new pods none is ready and some crash or cannot start, seen in two passes (G7). */
export const failsToRollOut = ({ rollout }: Workload): boolean =>
  rollout.underWay && rollout.newPodsReady === 0 && rollout.newPodsFailing > 0 && rollout.failingPasses >= 2;

function cause(workload: Workload, history: History, now: number): string {
  const suspect = rolloutSuspect(workload, history, now);
  return suspect === undefined ? 'No rollout explains it: hold and call a person' : `${suspect}: roll back`;
}

export function rolloutSuspect(workload: Workload, history: History, now: number): string | undefined {
  const { rollout } = workload;
  if (rollout.newPodsFailing > 0) return `${plural(rollout.newPodsFailing, 'pod')} of the new version cannot start`;
  if (rollout.underWay) return 'A rollout is under way';
  const at = rollout.completedAt ?? imageChangedAt(workload, history);
  if (at === undefined || now - at > SUSPECT_MS) return undefined;
  return `A rollout was completed ${span(Math.max(0, now - at))} ago`;
}

/** When this process first saw the image that runs now, if it saw another one before. */
function imageChangedAt(workload: Workload, history: History): number | undefined {
  let since: number | undefined;
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const point = history[index];
    if (point === undefined) continue;
    if (point.image !== undefined && point.image !== workload.image) return since;
    since = point.at;
  }
  return undefined;
}

/** `2 CrashLoopBackOff, 1 Unschedulable (0/3 nodes ...), last restart OOMKilled`. */
export function podTrouble(workload: Workload): string | undefined {
  const counts = new Map<string, number>();
  let detail: string | undefined;
  let restart: string | undefined;
  for (const pod of workload.pods) {
    if (pod.ready || pod.terminating) continue;
    if (pod.trouble !== undefined) {
      counts.set(pod.trouble, (counts.get(pod.trouble) ?? 0) + 1);
      detail ??= pod.troubleDetail;
    }
    restart ??= pod.lastRestart?.reason;
  }
  const words = [...counts].map(([trouble, count]) => `${count} ${trouble}`);
  if (restart !== undefined) words.push(`last restart ${restart}`);
  if (workload.replicaFailure !== undefined) words.push(workload.replicaFailure);
  if (words.length === 0) return undefined;
  return words.join(', ') + (detail === undefined ? '' : ` (${detail})`);
}
