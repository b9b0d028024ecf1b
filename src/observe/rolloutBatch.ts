import type { KubeObject } from '../schema/kube.ts';
import { at, numberAt } from './narrow.ts';

/** Kubernetes' own default of both maxSurge and maxUnavailable. */
const DEFAULT = '25%';

/** Pods that a rolling update may replace at once: maxSurge (percentages up) and maxUnavailable (down); at least 1. */
export function rolloutBatchOf(deployment: KubeObject): number {
  const replicas = numberAt(deployment, 'spec', 'replicas') ?? 1;
  const strategy = at(deployment, 'spec', 'strategy');
  if (at(strategy, 'type') === 'Recreate') return Math.max(1, replicas);
  const surge = share(at(strategy, 'rollingUpdate', 'maxSurge') ?? DEFAULT, replicas, Math.ceil);
  const unavailable = share(at(strategy, 'rollingUpdate', 'maxUnavailable') ?? DEFAULT, replicas, Math.floor);
  return Math.max(1, surge + unavailable);
}

function share(written: unknown, replicas: number, round: (value: number) => number): number {
  if (typeof written === 'number') return written;
  const percent = /^(\d+)%$/.exec(String(written))?.[1];
  return percent === undefined ? 0 : round((Number(percent) * replicas) / 100);
}
