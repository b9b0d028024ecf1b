import { type Blueprint, SAFETY_DEFAULTS } from '../schema/blueprint.ts';
import type { History, HistoryPoint } from '../schema/history.ts';
import type { MetricsReading, ObjectSample, UsageSample } from '../schema/samples.ts';
import type { Pod, Workload } from '../schema/workload.ts';

/** Builders for the tests of this folder: a calm service, and what differs from it. */

/** 2026-01-05T12:00:00Z. */
export const NOW = 1_767_614_400_000;
export const PASS_MS = 15_000;
const REQUEST = 500;

type BlueprintOverrides = Omit<Partial<Blueprint>, 'scaling'> & { readonly scaling?: Partial<Blueprint['scaling']> };

export function blueprintOf(overrides: BlueprintOverrides = {}): Blueprint {
  const { scaling, ...rest } = overrides;
  return {
    name: 'web',
    namespace: 'shop',
    version: '1.0.0',
    hash: 'a'.repeat(64),
    priority: 'medium',
    criticality: 'standard',
    target: { kind: 'Deployment', name: 'web', namespace: 'shop' },
    autonomy: 'autonomous',
    resources: {},
    performance: { latencyP95Ms: 200, errorRate: 0.01 },
    authority: { allowed: ['scale_within_limits', 'restart_pods'], requiresApproval: [], forbidden: [] },
    verification: {
      enabled: true,
      stabilizationMs: 60_000,
      checks: [],
      rollback: { enabled: true, automatic: true, onCriticalFailure: true },
    },
    approval: { quorum: 1, decideWithinMs: 1, executeWithinMs: 1, onApproval: 'once' },
    safety: SAFETY_DEFAULTS,
    freeze: [],
    logs: 'denied',
    metrics: { latencyP95: 'p95_seconds', errorRate: 'error_ratio', requestsPerSecond: 'requests' },
    ...rest,
    scaling: {
      minReplicas: 2,
      maxReplicas: 10,
      targetCpu: 0.7,
      upThreshold: 0.8,
      downThreshold: 0.4,
      tolerance: 0.1,
      ...scaling,
    },
  };
}

export const podOf = (index: number, overrides: Partial<Pod> = {}): Pod => ({
  name: `web-${index}`,
  ready: true,
  current: true,
  startedAt: NOW - 3_600_000,
  readyAt: NOW - 3_590_000,
  restarts: 0,
  terminating: false,
  ...overrides,
});

export const pods = (count: number, overrides: Partial<Pod> = {}, from = 0): Pod[] =>
  Array.from({ length: count }, (_, index) => podOf(from + index, overrides));

/** `replicas` ready pods, unless `pods` says otherwise. */
export function workloadOf(replicas: number, overrides: Partial<Workload> = {}): Workload {
  const list = overrides.pods ?? pods(replicas);
  return {
    at: NOW,
    uid: 'u1',
    namespace: 'shop',
    name: 'web',
    resourceVersion: '1',
    managed: true,
    deleting: false,
    createdAt: NOW - 86_400_000,
    replicas,
    ready: list.filter((pod) => pod.ready).length,
    updated: replicas,
    statusReplicas: replicas,
    generation: 1,
    observedGeneration: 1,
    restartedAt: null,
    hasAnnotations: true,
    hasTemplateAnnotations: true,
    image: 'web:1',
    rollout: { underWay: false, paused: false, newPods: 0, newPodsReady: 0, newPodsFailing: 0, failingPasses: 0 },
    owners: [],
    foreignChanges: [],
    disruptionBudgets: [],
    requests: { cpu: REQUEST, memory: 512, missing: [] },
    limits: { cpu: 2 * REQUEST, memory: 512 },
    ...overrides,
    pods: list,
  };
}

export const usageOf = (pod: string, cpu: number, overrides: Partial<UsageSample> = {}): UsageSample => ({
  namespace: 'shop',
  pod,
  container: 'app',
  cpu,
  memory: 256,
  at: NOW,
  windowMs: PASS_MS,
  ...overrides,
});

export const objectOf = (metric: string, value: number, overrides: Partial<ObjectSample> = {}): ObjectSample => ({
  namespace: 'shop',
  deployment: 'web',
  metric,
  value,
  at: NOW,
  windowMs: PASS_MS,
  ...overrides,
});

export interface Seen {
  /** Share of the request that every ready pod uses; undefined: no samples. */
  readonly cpu?: number | undefined;
  readonly p95Ms?: number | undefined;
  readonly errors?: number | undefined;
  readonly rps?: number | undefined;
  readonly at?: number;
}

/** The same use on every pod of the workload, and objectives that are met unless said otherwise. */
export function readingOf(workload: Workload, seen: Seen): MetricsReading {
  const { cpu, p95Ms = 60, errors = 0.001, rps, at = NOW } = seen;
  const objects = [objectOf('p95_seconds', p95Ms / 1000, { at }), objectOf('error_ratio', errors, { at })];
  if (rps !== undefined) objects.push(objectOf('requests', rps, { at }));
  const ready = workload.pods.filter((pod) => pod.ready);
  return {
    source: 'test',
    usage:
      cpu === undefined ? [] : ready.map((pod) => usageOf(pod.name, cpu * (workload.requests.cpu ?? REQUEST), { at })),
    objects,
    failures: [],
  };
}

export const pointOf = (at: number, overrides: Partial<HistoryPoint> = {}): HistoryPoint => ({
  at,
  ready: 2,
  replicas: 2,
  overAlarm: false,
  overTarget: false,
  usable: true,
  missed: [],
  ...overrides,
});

/** Passes of the last `ms` before now, oldest first, each with its own samples. */
export function past(ms: number, overrides: (at: number) => Partial<HistoryPoint> = () => ({})): History {
  const points: HistoryPoint[] = [];
  for (let at = NOW - ms; at < NOW; at += PASS_MS) {
    points.push(pointOf(at, { cpuAt: at, latencyAt: at, errorsAt: at, ...overrides(at) }));
  }
  return points;
}

/** One pass ago CPU was over its target. */
export const hotBefore = (): History => past(PASS_MS, () => ({ cpu: 0.84, overTarget: true, overAlarm: true }));

/** Ten quiet minutes without a gap, in which `desired` replicas were needed for `load`. */
export const quiet = (desired: number, load: number): History => past(600_000, () => ({ desired, load, cpu: 0.3 }));
