import type { Blueprint } from '../schema/blueprint.ts';
import type { MetricsReading, UsageSample } from '../schema/samples.ts';
import type { Pod, Workload } from '../schema/workload.ts';
import { isMeasure } from './count.ts';
import { ageOf, intervalOf, USUAL_INTERVAL_MS } from './freshness.ts';
import { type HpaAnswer, hpaReplicas, type PodUse } from './hpa.ts';
import { plural } from './words.ts';

/** CPU used above this share of the limit is no measurement: the kernel does not let it happen. */
const OVER_LIMIT = 1.1;
/** Use that counts as "at its limit": throttling starts before the last percent. */
const AT_LIMIT = 0.95;
const MOST_CORES = 1000;
/** A pod's first minutes: work done before it was ready says nothing about the load it carries (the HPA's own default). */
const START_PERIOD_MS = 120_000;
/** Direction needs samples from this share of the ready pods (G4). */
const COVERAGE = 0.8;

/** CPU of the service's ready pods, and what the HPA's formula makes of it. */
export interface Utilisation {
  readonly state: 'fresh' | 'stale' | 'missing' | 'implausible';
  readonly detail?: string;
  /** Used / requested over the pods that count; absent unless fresh. */
  readonly value?: number;
  readonly sampleAt?: number;
  readonly intervalMs: number;
  /** The widest time that the use is averaged over, where the source says so. */
  readonly overMs?: number;
  /** Ready pods, and how many of them have a fresh sample. */
  readonly ready: number;
  readonly covered: number;
  /** Samples from at least 80% of the ready pods. */
  readonly isCovered: boolean;
  /** Pods that carry load x value. */
  readonly load?: number;
  readonly formula?: HpaAnswer;
  readonly isAtLimit: boolean;
  /** No value because a container has no CPU request: no fault of the source. */
  readonly isUnrequested: boolean;
  /** Working set per ready pod with a sample, in bytes. */
  readonly memory?: number;
}

interface PodSample {
  used: number;
  memory: number;
  at: number;
  windowMs: number;
  /** What the use is averaged over. */
  overMs: number;
}

interface Sorted {
  readonly counted: PodUse[];
  readonly missing: number[];
  readonly starting: number[];
  readonly warming: number;
  readonly covered: number;
  readonly memory: number;
  /** Newest time and widest window of the fresh samples, or of the old ones when none is fresh. */
  readonly newest?: number;
  readonly intervalMs: number;
  readonly overMs: number;
  readonly staleDetail?: string;
}

export function utilisation(
  workload: Workload,
  reading: MetricsReading,
  blueprint: Blueprint,
  now: number,
): Utilisation {
  const ready = workload.pods.filter(carries);
  const base = { ready: ready.length, covered: 0, isCovered: false, isAtLimit: false, isUnrequested: false };
  const none = (state: 'missing' | 'implausible', detail: string, intervalMs = USUAL_INTERVAL_MS): Utilisation => ({
    ...base,
    state,
    detail,
    intervalMs,
  });

  const requested = workload.requests.cpu;
  if (requested === undefined || !(requested > 0)) {
    return { ...none('missing', withoutRequest(workload)), isUnrequested: true };
  }
  if (ready.length === 0) return none('missing', 'no pod is ready');

  const samples = perPod(ready, reading.usage, workload.namespace);
  if (typeof samples === 'string') return none('implausible', samples);
  const sorted = sortPods(workload, ready, samples, requested, blueprint.safety.freshnessMs, now);
  const seen = {
    ...base,
    covered: sorted.covered,
    intervalMs: sorted.intervalMs,
    ...(sorted.overMs > sorted.intervalMs ? { overMs: sorted.overMs } : {}),
    ...(sorted.newest === undefined ? {} : { sampleAt: sorted.newest }),
  };
  if (sorted.covered === 0) {
    return sorted.staleDetail === undefined
      ? { ...seen, state: 'missing', detail: failureOf(reading) ?? `no sample of ${plural(ready.length, 'ready pod')}` }
      : { ...seen, state: 'stale', detail: sorted.staleDetail };
  }
  if (sorted.counted.length === 0) {
    return { ...seen, state: 'missing', detail: 'ready for less than one window of the samples' };
  }

  const used = sorted.counted.reduce((total, pod) => total + pod.used, 0);
  const excess = impossible(used, sorted.counted.length, workload.limits.cpu);
  if (excess !== undefined) return { ...seen, state: 'implausible', detail: excess };

  const value = used / (requested * sorted.counted.length);
  const { targetCpu: target, tolerance } = blueprint.scaling;
  const formula = hpaReplicas(sorted, { current: workload.replicas, target, tolerance });
  const isCovered = sorted.covered >= COVERAGE * ready.length;
  const limit = workload.limits.cpu;
  return {
    ...seen,
    state: 'fresh',
    ...(isCovered
      ? {}
      : { detail: `samples of ${sorted.covered} of ${ready.length} ready pods, at least 80% are needed` }),
    value,
    isCovered,
    load: (ready.length - sorted.warming) * value,
    ...(formula === undefined ? {} : { formula }),
    isAtLimit: limit !== undefined && limit > 0 && used >= AT_LIMIT * limit * sorted.counted.length,
    ...(Number.isFinite(sorted.memory) ? { memory: sorted.memory / sorted.covered } : {}),
  };
}

/** Memory is shown and decides nothing: a value that cannot be one spoils its sum, not the CPU beside it. */
const measured = (memory: number): number => (isMeasure(memory) ? memory : Number.NaN);

const carries = (pod: Pod): boolean => pod.ready && !pod.terminating;

/** Sums containers per ready pod, by pod name; the words for it when one of them cannot be a measurement. */
function perPod(
  ready: readonly Pod[],
  usage: readonly UsageSample[],
  namespace: string,
): Map<string, PodSample> | string {
  const names = new Set(ready.map((pod) => pod.name));
  const sums = new Map<string, PodSample>();
  for (const sample of usage) {
    if (sample.namespace !== namespace || !names.has(sample.pod)) continue;
    if (!isMeasure(sample.cpu)) {
      return `CPU ${sample.cpu} of container ${sample.container} in pod ${sample.pod} is no measurement`;
    }
    const sum = sums.get(sample.pod);
    if (sum === undefined) {
      const { cpu: used, at } = sample;
      const windowMs = intervalOf(sample.windowMs);
      sums.set(sample.pod, { used, memory: measured(sample.memory), at, windowMs, overMs: sample.overMs ?? windowMs });
    } else {
      sum.used += sample.cpu;
      sum.memory += measured(sample.memory);
      // A pod's sum is as old as its oldest part.
      sum.at = Math.min(sum.at, sample.at);
      sum.windowMs = Math.max(sum.windowMs, intervalOf(sample.windowMs));
      sum.overMs = Math.max(sum.overMs, sample.overMs ?? intervalOf(sample.windowMs));
    }
  }
  return sums;
}

function sortPods(
  workload: Workload,
  ready: readonly Pod[],
  samples: ReadonlyMap<string, PodSample>,
  requested: number,
  freshnessMs: number,
  now: number,
): Sorted {
  const counted: PodUse[] = [];
  const missing: number[] = [];
  let warming = 0;
  let memory = 0;
  let newest: number | undefined;
  let newestOld: number | undefined;
  let intervalMs = 0;
  let overMs = 0;
  let staleDetail: string | undefined;
  for (const pod of ready) {
    const sample = samples.get(pod.name);
    if (sample === undefined) {
      missing.push(requested);
      continue;
    }
    intervalMs = Math.max(intervalMs, sample.windowMs);
    overMs = Math.max(overMs, sample.overMs);
    const age = ageOf(sample.at, now, freshnessMs, sample.windowMs);
    if (age.state !== 'fresh') {
      staleDetail ??= age.detail;
      newestOld = Math.max(newestOld ?? sample.at, sample.at);
      missing.push(requested);
      continue;
    }
    newest = Math.max(newest ?? sample.at, sample.at);
    memory += sample.memory;
    if (isWarming(pod, sample, now)) warming += 1;
    else counted.push({ used: sample.used, requested });
  }
  // Surge pods of a rollout replace others and are no capacity to come: only pods that fill up spec.replicas count.
  const coming = Math.max(0, Math.min(workload.pods.filter(isComing).length, workload.replicas - ready.length));
  const sampleAt = newest ?? newestOld;
  return {
    counted,
    missing,
    starting: Array.from({ length: warming + coming }, () => requested),
    warming,
    covered: counted.length + warming,
    memory,
    ...(sampleAt === undefined ? {} : { newest: sampleAt }),
    intervalMs: intervalMs === 0 ? USUAL_INTERVAL_MS : intervalMs,
    overMs,
    ...(staleDetail === undefined ? {} : { staleDetail }),
  };
}

const isComing = (pod: Pod): boolean => !pod.ready && !pod.terminating;

function isWarming(pod: Pod, sample: PodSample, now: number): boolean {
  if (pod.startedAt === undefined || pod.startedAt + START_PERIOD_MS <= now) return false;
  return pod.readyAt !== undefined && sample.at < pod.readyAt + sample.overMs;
}

function withoutRequest(workload: Workload): string {
  const names = workload.requests.missing;
  return names.length === 0
    ? 'no CPU request is set: utilisation is a share of the request'
    : `no CPU request on ${names.length === 1 ? 'container' : 'containers'} ${names.join(', ')}`;
}

function impossible(used: number, pods: number, limit: number | undefined): string | undefined {
  if (used > MOST_CORES * 1000) return `${Math.round(used / 1000)} cores in use is implausible`;
  if (limit === undefined || !(limit > 0) || used <= OVER_LIMIT * limit * pods) return undefined;
  return `${Math.round(used)}m CPU in use by ${plural(pods, 'pod')} with a limit of ${limit}m each is implausible`;
}

function failureOf(reading: MetricsReading): string | undefined {
  const failure = reading.failures.find((one) => one.what === 'usage');
  return failure === undefined ? undefined : `not to be had: ${failure.message}`;
}
