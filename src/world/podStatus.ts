import type { KubeObject } from '../schema/kube.ts';
import { instant } from './objects.ts';
import type { ContainerState, Ended, Stage } from './podLife.ts';
import { type Condition, type Container, conditionsOf, type PodSpec, podSpec } from './shapes.ts';

/** The status of a pod that has no node, with the scheduler's words. */
export function unscheduledStatus(pod: KubeObject, message: string, now: number): unknown {
  const old = conditionsOf(pod);
  const scheduled = condition(old, 'PodScheduled', false, now, 'Unschedulable', message);
  return { phase: 'Pending', conditions: [scheduled], qosClass: 'Burstable' };
}

/** The status of a pod on a node, shaped as a kubelet writes it. */
export function podStatus(pod: KubeObject, stage: Stage, boundAt: number, ip: string, now: number): unknown {
  const spec = podSpec(pod);
  const old = conditionsOf(pod);
  const { ready } = stage;
  const names = spec.containers.map((container) => container.name).join(' ');
  const why = ['ContainersNotReady', `containers with unready status: [${names}]`] as const;
  const started = stage.container.state === 'running' || stage.restarts > 0 || stage.ended !== undefined;
  return {
    phase: started ? 'Running' : 'Pending',
    conditions: [
      condition(old, 'PodReadyToStartContainers', true, now),
      condition(old, 'Initialized', true, now),
      condition(old, 'Ready', ready, now, ...why),
      condition(old, 'ContainersReady', ready, now, ...why),
      condition(old, 'PodScheduled', true, now),
    ],
    hostIP: '10.0.0.1',
    ...(started ? { podIP: ip, podIPs: [{ ip }] } : {}),
    startTime: instant(boundAt),
    ...(spec.initContainers === undefined
      ? {}
      : { initContainerStatuses: spec.initContainers.map((container) => initStatus(container, boundAt)) }),
    containerStatuses: spec.containers.map((container) => containerStatus(pod, container, stage, started)),
    qosClass: quality(spec),
  };
}

function containerStatus(pod: KubeObject, container: Container, stage: Stage, started: boolean): unknown {
  const { resources } = container;
  const live = stage.container.state === 'running';
  return {
    name: container.name,
    image: container.image,
    imageID: started ? `world://${container.image}` : '',
    ready: stage.ready,
    restartCount: stage.restarts,
    started: live,
    ...(resources.requests === undefined && resources.limits === undefined ? {} : { resources }),
    state: state(pod, container, stage.container),
    lastState: stage.ended === undefined ? {} : { terminated: terminated(stage.ended) },
    ...(started ? { containerID: `world://${pod.metadata.uid ?? ''}-${container.name}` } : {}),
  };
}

function state(pod: KubeObject, container: Container, current: ContainerState): unknown {
  switch (current.state) {
    case 'creating':
      return { waiting: { reason: 'ContainerCreating' } };
    case 'running':
      return { running: { startedAt: instant(current.since) } };
    case 'waiting':
      return { waiting: { reason: current.reason, message: waitingMessage(pod, container, current) } };
  }
}

export function waitingMessage(
  pod: KubeObject,
  container: Container,
  { reason, backOff }: { readonly reason: string; readonly backOff?: number },
): string {
  switch (reason) {
    case 'CrashLoopBackOff': {
      const { name, namespace, uid } = pod.metadata;
      const seconds = (backOff ?? 0) / 1000;
      const wait = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
      return `back-off ${wait} restarting failed container=${container.name} pod=${name}_${namespace ?? ''}(${uid ?? ''})`;
    }
    case 'ErrImagePull':
      return `rpc error: code = NotFound desc = failed to pull and unpack image "${container.image}": not found`;
    case 'ImagePullBackOff':
      return `Back-off pulling image "${container.image}"`;
    default:
      return 'configuration not found';
  }
}

const terminated = (ended: Ended): unknown => ({
  exitCode: ended.reason === 'OOMKilled' ? 137 : 1,
  reason: ended.reason,
  startedAt: instant(ended.at - 1000),
  finishedAt: instant(ended.at),
});

function initStatus(container: Container, boundAt: number): unknown {
  const at = instant(boundAt);
  const sidecar = container.restartPolicy === 'Always';
  return {
    name: container.name,
    image: container.image,
    imageID: `world://${container.image}`,
    ready: true,
    restartCount: 0,
    started: sidecar,
    state: sidecar
      ? { running: { startedAt: at } }
      : { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } },
    lastState: {},
  };
}

/** A condition whose transition time moves only when its status does. */
function condition(
  old: readonly Condition[],
  type: string,
  holds: boolean,
  now: number,
  reason?: string,
  message?: string,
): Condition {
  const status = holds ? 'True' : 'False';
  const before = old.find((candidate) => candidate.type === type);
  const since = before?.status === status ? before.lastTransitionTime : undefined;
  return {
    type,
    status,
    lastTransitionTime: since ?? instant(now),
    ...(holds || reason === undefined ? {} : { reason }),
    ...(holds || message === undefined ? {} : { message }),
  };
}

const quality = (spec: PodSpec): string =>
  spec.containers.some((c) => c.resources.requests !== undefined || c.resources.limits !== undefined)
    ? 'Burstable'
    : 'BestEffort';
