import type { KubeObject } from '../../schema/kube.ts';
import { podSpec } from '../shapes.ts';
import { humanAge } from './humanAge.ts';

interface ContainerStatus {
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string };
    readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
  };
  readonly lastState?: { readonly terminated?: { readonly finishedAt?: string } };
}

interface PodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly containerStatuses?: readonly ContainerStatus[];
}

/** The three columns that `kubectl get pods` shows of a pod's containers. */
export function podSummary(pod: KubeObject, now: number): { ready: string; status: string; restarts: string } {
  const status = (pod.status ?? {}) as PodStatus;
  const containers = status.containerStatuses ?? [];
  const ready = containers.filter((container) => container.ready === true).length;
  const restarts = containers.reduce((sum, container) => sum + (container.restartCount ?? 0), 0);
  const ended = containers.flatMap((container) => container.lastState?.terminated?.finishedAt ?? []).sort();
  const last = ended.at(-1);
  return {
    ready: `${ready}/${podSpec(pod).containers.length}`,
    status: pod.metadata.deletionTimestamp === undefined ? reasonOf(status) : 'Terminating',
    restarts: restarts === 0 || last === undefined ? String(restarts) : `${restarts} (${humanAge(last, now)} ago)`,
  };
}

/** What the first container that has trouble says, else the phase. */
function reasonOf({ phase = 'Pending', reason, containerStatuses = [] }: PodStatus): string {
  for (const { state } of containerStatuses) {
    const { waiting, terminated } = state ?? {};
    if (waiting?.reason) return waiting.reason;
    if (terminated !== undefined) return terminated.reason ?? `ExitCode:${terminated.exitCode ?? 0}`;
  }
  return reason ?? phase;
}
