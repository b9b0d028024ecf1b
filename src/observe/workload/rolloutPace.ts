import type { KubeObject } from '../../schema/kube.ts';
import { at, numberAt } from '../narrow.ts';

/** Kubernetes' own default of both maxSurge and maxUnavailable. */
const DEFAULT = '25%';

export interface RolloutPace {
  /** Pods beyond `replicas`, and pods that may be missing meanwhile. */
  readonly surge: number;
  readonly maxUnavailable: number;
  /** Pods that it may replace at once; at least 1. */
  readonly rolloutBatch: number;
}

/** How a rolling update goes: maxSurge (percentages rounded up) and maxUnavailable (down). Recreate takes all away first. */
export function rolloutPaceOf(deployment: KubeObject): RolloutPace {
  const replicas = numberAt(deployment, 'spec', 'replicas') ?? 1;
  const strategy = at(deployment, 'spec', 'strategy');
  if (at(strategy, 'type') === 'Recreate') {
    return { surge: 0, maxUnavailable: replicas, rolloutBatch: Math.max(1, replicas) };
  }
  const surge = share(at(strategy, 'rollingUpdate', 'maxSurge') ?? DEFAULT, replicas, Math.ceil);
  const unavailable = share(at(strategy, 'rollingUpdate', 'maxUnavailable') ?? DEFAULT, replicas, Math.floor);
  // Both zero would stand still: the controller then takes one away.
  const maxUnavailable = surge === 0 && unavailable === 0 ? 1 : unavailable;
  return { surge, maxUnavailable, rolloutBatch: Math.max(1, surge + maxUnavailable) };
}

function share(written: unknown, replicas: number, round: (value: number) => number): number {
  if (typeof written === 'number') return written;
  const percent = /^(\d+)%$/.exec(String(written))?.[1];
  return percent === undefined ? 0 : round((Number(percent) * replicas) / 100);
}
