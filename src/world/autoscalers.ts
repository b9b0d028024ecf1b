import { z } from 'zod';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { podsOf } from './deployments.ts';
import type { ClusterEvents } from './events.ts';
import { type HpaAnswer, hpaReplicas, type SizedResource } from './hpa.ts';
import { instant, type Objects } from './objects.ts';
import type { Scrapes } from './scrapes.ts';
import { type Condition, conditionsOf, deploymentSpec, zodFault } from './shapes.ts';

export interface AutoscalersDeps {
  readonly objects: Objects;
  readonly scrapes: Scrapes;
  readonly events: ClusterEvents;
  readonly now: () => number;
}

const MANAGER = 'kube-controller-manager';
const COMPONENT = 'horizontal-pod-autoscaler';
const STABILISATION_MS = 300_000;

const Metric = z.looseObject({
  type: z.string(),
  resource: z
    .looseObject({ name: z.string(), target: z.looseObject({ averageUtilization: z.number().min(1).nullish() }) })
    .nullish(),
});
type Metric = z.infer<typeof Metric>;

const Spec = z.looseObject({
  scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }),
  minReplicas: z.int().min(0).nullish(),
  maxReplicas: z.int().min(1),
  metrics: z.array(Metric).nullish(),
  behavior: z
    .looseObject({
      scaleDown: z.looseObject({ stabilizationWindowSeconds: z.int().min(0).max(3600).nullish() }).nullish(),
    })
    .nullish(),
});
type Spec = z.infer<typeof Spec>;

/** What the API server gives an autoscaler that names no metric. */
const BY_DEFAULT: readonly Metric[] = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];

/** What it goes by, in the order of the status. */
export function metricsOf<T>(metrics: readonly T[] | null | undefined): readonly (T | Metric)[] {
  return metrics === null || metrics === undefined || metrics.length === 0 ? BY_DEFAULT : metrics;
}

interface Status {
  readonly lastScaleTime?: string;
  readonly currentReplicas?: number;
  readonly desiredReplicas?: number;
  readonly currentMetrics?: readonly object[];
  readonly conditions?: readonly Condition[];
}

interface Recommendation {
  readonly at: number;
  readonly replicas: number;
}

interface Look {
  readonly hpa: KubeObject;
  readonly spec: Spec;
  readonly deployment: KubeObject;
  readonly current: number;
  readonly conditions: Conditions;
}

/**
 * The HorizontalPodAutoscaler controller with the cluster's default flags, for Deployments and utilization targets of CPU
 * and memory. Of `spec.behavior` it follows the downscale stabilization window; policies are kept and not followed.
 */
export class Autoscalers {
  readonly #deps: AutoscalersDeps;
  /** Recommendations of the stabilization window by uid, oldest first. */
  readonly #recommended = new Map<string, readonly Recommendation[]>();

  constructor(deps: AutoscalersDeps) {
    this.#deps = deps;
  }

  /** One look at each; called when there are new samples. */
  run(): void {
    const all = this.#deps.objects.list(KINDS.HorizontalPodAutoscaler);
    const uids = new Set(all.map(({ metadata }) => metadata.uid));
    for (const uid of this.#recommended.keys()) if (!uids.has(uid)) this.#recommended.delete(uid);
    for (const hpa of all) this.#reconcile(hpa);
  }

  #reconcile(hpa: KubeObject): void {
    const { objects, now } = this.#deps;
    const conditions = new Conditions(conditionsOf(hpa), now());
    const parsed = Spec.safeParse(hpa.spec);
    const found = parsed.success ? this.#target(hpa, parsed.data) : { problem: zodFault(parsed.error, 'spec') };
    if (!parsed.success || 'problem' in found) {
      const why = 'problem' in found ? found.problem : '';
      const message = `the HPA controller was unable to get the target's current scale: ${why}`;
      conditions.set('AbleToScale', 'False', 'FailedGetScale', message);
      this.#write(hpa, { conditions: conditions.all });
      this.#say(hpa, 'Warning', 'FailedGetScale', why);
      return;
    }
    conditions.set(
      'AbleToScale',
      'True',
      'SucceededGetScale',
      "the HPA controller was able to get the target's current scale",
    );
    const { deployment } = found;
    const current = deploymentSpec(deployment).replicas;
    const { desired, reason, metrics } = this.#desired({ hpa, spec: parsed.data, deployment, current, conditions });
    const moves = desired !== undefined && desired !== current;
    if (moves) {
      const spec = { ...deploymentSpec(deployment), replicas: desired };
      objects.change(KINDS.Deployment, { ...deployment, spec }, MANAGER, 'spec', 'scale');
      const message = `the HPA controller was able to update the target scale to ${desired}`;
      conditions.set('AbleToScale', 'True', 'SucceededRescale', message);
      this.#say(hpa, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
    }
    this.#write(hpa, {
      ...(moves ? { lastScaleTime: instant(now()) } : {}),
      currentReplicas: current,
      ...(desired === undefined ? {} : { desiredReplicas: desired }),
      currentMetrics: metrics,
      conditions: conditions.all,
    });
  }

  #target(hpa: KubeObject, { scaleTargetRef: { kind, name } }: Spec): { deployment: KubeObject } | { problem: string } {
    if (kind !== 'Deployment') return { problem: `the embedded cluster scales Deployments, not a ${kind}` };
    const deployment = this.#deps.objects.get(KINDS.Deployment, hpa.metadata.namespace, name);
    return deployment === undefined ? { problem: `deployments.apps "${name}" not found` } : { deployment };
  }

  /** No `desired`: no replica count can be computed, and nothing is done. */
  #desired(look: Look): { desired?: number; reason: string; metrics: readonly object[] } {
    const { spec, current, conditions, hpa } = look;
    const uid = hpa.metadata.uid ?? '';
    const min = spec.minReplicas ?? 1;
    if (!this.#recommended.has(uid)) this.#recommended.set(uid, [{ at: this.#deps.now(), replicas: current }]);
    if (current === 0 && min !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      conditions.set('ScalingActive', 'False', 'ScalingDisabled', message);
      return { desired: 0, reason: '', metrics: [] };
    }
    if (current > spec.maxReplicas) {
      return { desired: spec.maxReplicas, reason: 'Current number of replicas above Spec.MaxReplicas', metrics: [] };
    }
    if (current < min) {
      return { desired: min, reason: 'Current number of replicas below Spec.MinReplicas', metrics: [] };
    }
    const { replicas, reason, metrics } = this.#computed(look);
    if (replicas === undefined) return { reason, metrics };
    return { desired: this.#normalized(look, min, replicas), reason, metrics };
  }

  /** The most that any metric asks for. With a metric that cannot be had it never goes down. */
  #computed({ hpa, spec, deployment, current, conditions }: Look): {
    replicas?: number;
    reason: string;
    metrics: readonly object[];
  } {
    const asked = metricsOf(spec.metrics).map((metric) => ({ metric, answer: this.#answer(metric, deployment) }));
    const metrics = asked.map(({ metric, answer }) =>
      'problem' in answer ? { type: '' } : metricStatus(metric.resource?.name, answer),
    );
    const valid = asked.flatMap(({ metric, answer }) => ('problem' in answer ? [] : [{ metric, answer }]));
    const most = valid.reduce<(typeof valid)[number] | undefined>(
      (best, one) => (best === undefined || one.answer.replicas > best.answer.replicas ? one : best),
      undefined,
    );
    const failed = asked.flatMap(({ answer }) => ('problem' in answer ? [answer] : []))[0];
    if (most === undefined || (failed !== undefined && most.answer.replicas < current)) {
      const { code = '', problem = '' } = failed ?? {};
      const message = `the HPA was unable to compute the replica count: ${problem}`;
      conditions.set('ScalingActive', 'False', code, message);
      this.#say(hpa, 'Warning', code, problem);
      return { reason: '', metrics };
    }
    const name = `${most.metric.resource?.name} resource utilization (percentage of request)`;
    const message = `the HPA was able to successfully calculate a replica count from ${name}`;
    conditions.set('ScalingActive', 'True', 'ValidMetricFound', message);
    const { replicas } = most.answer;
    // The controller has no words for catching up with an earlier recommendation that was too far to go at once.
    const below = replicas < current ? 'All metrics below target' : '';
    return { replicas, reason: replicas > current ? `${name} above target` : below, metrics };
  }

  #answer(
    { type, resource }: Metric,
    deployment: KubeObject,
  ): HpaAnswer | { readonly code: string; readonly problem: string } {
    const { objects, scrapes, now } = this.#deps;
    const name = resource?.name;
    const target = resource?.target.averageUtilization;
    if (type !== 'Resource' || !isSized(name) || !target) {
      const problem = `the embedded cluster goes by the utilization of cpu or memory, not by this ${type} metric`;
      return { code: 'InvalidMetricSourceType', problem };
    }
    const pods = podsOf(objects, deployment);
    const names = new Set(pods.map((pod) => pod.metadata.name));
    const { namespace = '' } = deployment.metadata;
    const reading = scrapes.read([{ namespace, deployment: deployment.metadata.name, metrics: [] }]);
    const samples = reading.usage.filter((sample) => sample.namespace === namespace && names.has(sample.pod));
    const current = deploymentSpec(deployment).replicas;
    const answer = hpaReplicas(pods, samples, { resource: name, target, current, now: now() });
    if (!('problem' in answer)) return answer;
    return { code: 'FailedGetResourceMetric', problem: `failed to get ${name} utilization: ${answer.problem}` };
  }

  /** Within the window the highest recommendation, at most double (or four) at once, within the bounds. */
  #normalized({ hpa, spec, current, conditions }: Look, min: number, replicas: number): number {
    const now = this.#deps.now();
    const uid = hpa.metadata.uid ?? '';
    const seconds = spec.behavior?.scaleDown?.stabilizationWindowSeconds;
    const window = seconds === undefined || seconds === null ? STABILISATION_MS : seconds * 1000;
    const kept = (this.#recommended.get(uid) ?? []).filter(({ at }) => at >= now - window);
    this.#recommended.set(uid, [...kept, { at: now, replicas }]);
    const stable = Math.max(replicas, ...kept.map((one) => one.replicas));
    if (stable === replicas) {
      conditions.set('AbleToScale', 'True', 'ReadyForNewScale', 'recommended size matches current size');
    } else {
      const message = 'recent recommendations were higher than current one, applying the highest recent recommendation';
      conditions.set('AbleToScale', 'True', 'ScaleDownStabilized', message);
    }
    const step = Math.max(2 * current, 4);
    const limit = (to: number, reason: string, message: string): number => {
      conditions.set('ScalingLimited', 'True', reason, message);
      return to;
    };
    if (stable < min) {
      return limit(min, 'TooFewReplicas', 'the desired replica count is less than the minimum replica count');
    }
    if (spec.maxReplicas > step && stable > step) {
      const message = 'the desired replica count is increasing faster than the maximum scale rate';
      return limit(step, 'ScaleUpLimit', message);
    }
    if (stable > spec.maxReplicas) {
      const message = 'the desired replica count is more than the maximum replica count';
      return limit(spec.maxReplicas, 'TooManyReplicas', message);
    }
    const message = 'the desired count is within the acceptable range';
    conditions.set('ScalingLimited', 'False', 'DesiredWithinRange', message);
    return stable;
  }

  #write(hpa: KubeObject, status: Status): void {
    const draft = { ...hpa, status: { ...(hpa.status as Status | undefined), ...status } };
    this.#deps.objects.change(KINDS.HorizontalPodAutoscaler, draft, MANAGER, 'status');
  }

  #say(hpa: KubeObject, type: 'Normal' | 'Warning', reason: string, note: string): void {
    this.#deps.events.say(hpa, type, reason, note, COMPONENT);
  }
}

const isSized = (name: string | undefined): name is SizedResource => name === 'cpu' || name === 'memory';

function metricStatus(name: string | undefined, { utilization, averageUse }: HpaAnswer): object {
  const averageValue = name === 'cpu' && averageUse % 1000 !== 0 ? `${averageUse}m` : String(cores(averageUse));
  return { type: 'Resource', resource: { name, current: { averageUtilization: utilization, averageValue } } };
  function cores(use: number): number {
    return name === 'cpu' ? use / 1000 : use;
  }
}

/** Conditions whose time moves only when their status does. */
class Conditions {
  readonly #all: Map<string, Condition>;
  readonly #time: string;

  constructor(old: readonly Condition[], now: number) {
    this.#all = new Map(old.map((condition) => [condition.type, condition]));
    this.#time = instant(now);
  }

  get all(): readonly Condition[] {
    return [...this.#all.values()];
  }

  set(type: string, status: Condition['status'], reason: string, message: string): void {
    const old = this.#all.get(type);
    const since = old?.status === status ? (old.lastTransitionTime ?? this.#time) : this.#time;
    this.#all.set(type, { type, status, lastTransitionTime: since, reason, message });
  }
}
