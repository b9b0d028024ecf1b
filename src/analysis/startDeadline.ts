import type { Change } from '../schema/change.ts';
import type { Pod, Workload } from '../schema/workload.ts';

const SHORTEST_MS = 60_000;
/** Assumed before any pod of the Deployment was seen to start. */
const USUAL_START_MS = 120_000;
/** Kubernetes' own default of both maxSurge (rounded up) and maxUnavailable (rounded down). */
const DEFAULT_SHARE = 0.25;

/** max(60 s, 3 x the usual start) for each wave of pods that has to start. */
export function deadlineMs(workload: Workload, change: Change, usualStartMs: number): number {
  return Math.max(SHORTEST_MS, 3 * usualStartMs) * waves(workload, change);
}

/** Median start time of this Deployment's pods, in ms; 120 s before any was seen. */
export function usualStartMs(pods: readonly Pod[]): number {
  const starts = pods
    .map((pod) => (pod.startedAt === undefined || pod.readyAt === undefined ? -1 : pod.readyAt - pod.startedAt))
    .filter((ms) => ms >= 0)
    .sort((a, b) => a - b);
  const middle = Math.floor(starts.length / 2);
  const upper = starts[middle];
  if (upper === undefined) return USUAL_START_MS;
  return starts.length % 2 === 1 ? upper : (upper + (starts[middle - 1] ?? upper)) / 2;
}

function waves(workload: Workload, change: Change): number {
  if (change.kind === 'scale') return 1;
  const share = DEFAULT_SHARE * workload.replicas;
  const batch = workload.rolloutBatch ?? Math.ceil(share) + Math.floor(share);
  return Math.max(1, Math.ceil(workload.replicas / Math.max(1, batch)));
}
