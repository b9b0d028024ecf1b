import type { KubeObject } from '../schema/kube.ts';
import type { UsageSample } from '../schema/samples.ts';
import { conditionsOf, podSpec, runningContainers, total } from './shapes.ts';

export type SizedResource = 'cpu' | 'memory';

/** Whole numbers of one unit: millicores, or bytes. */
interface PodUse {
  readonly used: number;
  readonly requested: number;
}

interface PodGroups {
  readonly counted: readonly PodUse[];
  /** Requests of pods without a sample. */
  readonly missing: readonly number[];
  /** Requests of pods that do not carry load yet. */
  readonly unready: readonly number[];
}

export interface HpaAnswer {
  readonly replicas: number;
  /** Whole per cent of the request, cut as the controller cuts it. */
  readonly utilization: number;
  /** Of one pod, in millicores or bytes. */
  readonly averageUse: number;
}

const TOLERANCE = 0.1;
const CPU_INITIALIZATION_MS = 300_000;
const INITIAL_READINESS_MS = 30_000;

/**
 * The replica calculator of the HorizontalPodAutoscaler for a utilization target, by kubernetes.io, "Horizontal Pod
 * Autoscaling", algorithm details, with the cluster's default flags. A `problem` is in the controller's words.
 */
export function hpaReplicas(
  pods: readonly KubeObject[],
  samples: readonly UsageSample[],
  aim: { readonly resource: SizedResource; readonly target: number; readonly current: number; readonly now: number },
): HpaAnswer | { readonly problem: string } {
  const { resource, target, current } = aim;
  if (samples.length === 0) {
    return { problem: `unable to get metrics for resource ${resource}: no metrics returned from resource metrics API` };
  }
  const silent = pods.find((pod) => total(podSpec(pod), 'requests', resource) === undefined);
  if (silent !== undefined) {
    return { problem: `missing request for ${resource} in a container of Pod ${silent.metadata.name}` };
  }
  const { counted, missing, unready } = groupsOf(pods, samples, resource, aim.now);
  if (counted.length === 0) {
    return { problem: 'did not receive metrics for targeted pods (pods might be unready)' };
  }
  const used = sum(counted.map((pod) => pod.used));
  const requested = sum(counted.map((pod) => pod.requested));
  if (requested === 0) return { problem: 'no metrics returned matched known pods' };
  const utilization = percent(used, requested);
  const answer = (replicas: number): HpaAnswer => ({
    replicas,
    utilization,
    averageUse: Math.floor(used / counted.length),
  });

  const ratio = utilization / target;
  const starting = ratio > 1 ? unready : [];
  if (missing.length === 0 && starting.length === 0) {
    return answer(isWithin(ratio) ? current : Math.ceil(ratio * counted.length));
  }
  // Against the direction: full going down, idle going up.
  const assumed = ratio < 1 ? sum(missing.map((request) => Math.floor((request * Math.max(100, target)) / 100))) : 0;
  // On target exactly there is no direction, and pods without a sample stay out.
  const beside = ratio === 1 ? [] : [...missing, ...starting];
  const all = percent(used + assumed, requested + sum(beside)) / target;
  const turned = (ratio < 1 && all > 1) || (ratio > 1 && all < 1);
  const replicas = Math.ceil(all * (counted.length + beside.length));
  const wrongWay = (all < 1 && replicas > current) || (all > 1 && replicas < current);
  return answer(isWithin(all) || turned || wrongWay ? current : replicas);
}

/** Terminating and failed pods count nowhere. */
function groupsOf(
  pods: readonly KubeObject[],
  samples: readonly UsageSample[],
  resource: SizedResource,
  now: number,
): PodGroups {
  const counted: PodUse[] = [];
  const missing: number[] = [];
  const unready: number[] = [];
  for (const pod of pods) {
    const phase = phaseOf(pod);
    if (pod.metadata.deletionTimestamp !== undefined || phase === 'Failed') continue;
    const inBase = total(podSpec(pod), 'requests', resource) ?? 0;
    const requested = resource === 'cpu' ? Math.round(inBase * 1000) : inBase;
    const own = samples.filter((sample) => sample.pod === pod.metadata.name && isPlain(sample[resource]));
    if (phase === 'Pending') unready.push(requested);
    else if (own.length < runningContainers(podSpec(pod)).length) missing.push(requested);
    else if (resource === 'cpu' && isStarting(pod, own, now)) unready.push(requested);
    else counted.push({ used: Math.round(sum(own.map((sample) => sample[resource]))), requested });
  }
  return { counted, missing, unready };
}

/**
 * Whose CPU says nothing yet: in its first five minutes a pod that is not ready, or has not been for a whole window of
 * its sample; later a pod that has not become ready since its first half minute.
 */
function isStarting(pod: KubeObject, samples: readonly UsageSample[], now: number): boolean {
  const startedAt = Date.parse((pod.status as { startTime?: string } | undefined)?.startTime ?? '');
  const ready = conditionsOf(pod).find(({ type }) => type === 'Ready');
  if (ready === undefined || Number.isNaN(startedAt)) return true;
  const since = Date.parse(ready.lastTransitionTime ?? '');
  const isReady = ready.status !== 'False';
  if (startedAt + CPU_INITIALIZATION_MS > now) {
    return !isReady || samples.some((sample) => sample.at < since + sample.windowMs);
  }
  return !isReady && startedAt + INITIAL_READINESS_MS > since;
}

const phaseOf = (pod: KubeObject): string | undefined => (pod.status as { phase?: string } | undefined)?.phase;
/** No metrics API can carry anything else. */
const isPlain = (value: number): boolean => Number.isFinite(value) && value >= 0;
const isWithin = (ratio: number): boolean => 1 - TOLERANCE <= ratio && ratio <= 1 + TOLERANCE;
const percent = (used: number, requested: number): number => Math.floor((used * 100) / requested);
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
