import type { MetricTarget } from '../ports/metrics.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { parseQuantity } from '../schema/quantity.ts';
import type { MetricFailure, MetricsReading, ObjectSample, UsageSample } from '../schema/samples.ts';
import { podsOf } from './deployments.ts';
import {
  type Load,
  type LoadParameters,
  type Measurement,
  measure,
  parametersFor,
  rateAt,
  replaced,
  workingSet,
} from './load.ts';
import { applyFault, type MetricsFault, type ServiceScrape } from './metricsFault.ts';
import type { Objects } from './objects.ts';
import { deploymentSpec, isTrue, type PodSpec, podSpec, runningContainers, total } from './shapes.ts';

export const SCRAPE_MS = 15_000;
const MI = 1024 * 1024;

export const LATENCY = 'http_latency_p95_seconds';
export const ERRORS = 'http_error_ratio';
export const REQUESTS = 'http_requests_per_second';
const SERVED = new Set([LATENCY, ERRORS, REQUESTS]);

export interface ScrapeDeps {
  readonly objects: Objects;
  readonly loads: ReadonlyMap<string, Load>;
  /** When a pod's container started (ms), by pod uid. */
  readonly startedAt: (uid: string) => number | undefined;
  /** Seconds of load time at an instant. */
  readonly second: (now: number) => number;
}

/** The metrics source of the world: every 15 seconds one look at every service, kept until the next. */
export class Scrapes {
  readonly #deps: ScrapeDeps;
  readonly #faults = new Set<
    MetricsFault & { readonly since: number; readonly before: ReadonlyMap<string, ServiceScrape> }
  >();
  #latest = new Map<string, ServiceScrape>();
  #at = 0;

  constructor(deps: ScrapeDeps) {
    this.#deps = deps;
  }

  scrape(now: number): void {
    this.#at = now;
    this.#latest = new Map();
    for (const [target, load] of this.#deps.loads) {
      const service = scrapeService(this.#deps, target, load, now);
      if (service !== undefined) this.#latest.set(target, service);
    }
  }

  /** Holds until the answered function is called. */
  addFault(fault: MetricsFault): () => void {
    const kept = { ...fault, since: this.#at, before: this.#latest };
    this.#faults.add(kept);
    return () => this.#faults.delete(kept);
  }

  /** Usage of all pods of the targets' namespaces, and the metrics asked for of all services there, as the APIs group them. */
  read(targets: readonly MetricTarget[]): MetricsReading {
    const namespaces = new Set(targets.map((target) => target.namespace));
    const wanted = new Set(targets.flatMap((t) => t.metrics.map((metric) => `${t.namespace} ${metric}`)));
    const usage: UsageSample[] = [];
    const objects: ObjectSample[] = [];
    const failures: MetricFailure[] = [...wanted].flatMap(unserved);
    for (const [target, scraped] of this.#latest) {
      const [namespace = ''] = target.split('/');
      if (!namespaces.has(namespace)) continue;
      const seen = this.#through(target, scraped);
      if ('failing' in seen) {
        failures.push(
          { what: 'usage', namespace, message: seen.failing },
          { what: 'object', namespace, message: seen.failing },
        );
        continue;
      }
      usage.push(...seen.usage);
      objects.push(...seen.objects.filter((sample) => wanted.has(`${namespace} ${sample.metric}`)));
    }
    return { source: 'world', usage, objects, failures };
  }

  #through(target: string, scraped: ServiceScrape): ServiceScrape | { readonly failing: string } {
    let seen = scraped;
    for (const fault of this.#faults) {
      if (fault.target !== '*' && fault.target !== target) continue;
      if (fault.failing !== undefined) return { failing: fault.failing };
      seen = applyFault(fault, fault.before.get(target), seen, Math.round((this.#at - fault.since) / SCRAPE_MS));
    }
    return seen;
  }
}

function unserved(wanted: string): MetricFailure[] {
  const [namespace = '', metric = ''] = wanted.split(' ');
  if (SERVED.has(metric)) return [];
  const message = `the server could not find the metric ${metric} for deployments.apps`;
  return [{ what: 'object', namespace, metric, message }];
}

interface Service {
  readonly pods: readonly KubeObject[];
  readonly parameters: LoadParameters;
  readonly measurement: Measurement;
  readonly template: PodSpec;
}

/** The service as the load model sees it now. */
export function measureService(deps: ScrapeDeps, target: string, load: Load, now: number): Service | undefined {
  const [namespace = '', name = ''] = target.split('/');
  const deployment = deps.objects.get(KINDS.Deployment, namespace, name);
  if (deployment === undefined) return undefined;
  const pods = podsOf(deps.objects, deployment);
  const ready = pods.filter((pod) => isTrue(pod, 'Ready'));
  const parameters = parametersFor(
    load,
    ready.map((pod) => podSpec(pod).containers[0]?.image ?? ''),
  );
  const template = deploymentSpec(deployment).template.spec;
  // The pods that serve decide what they may use; in a rollout the template says what they will be.
  const spec = ready[0] === undefined ? template : podSpec(ready[0]);
  const milli = (cores: number | undefined): number | undefined => (cores === undefined ? undefined : cores * 1000);
  const room = { request: milli(total(spec, 'requests', 'cpu')), limit: milli(total(spec, 'limits', 'cpu')) };
  const second = deps.second(now);
  const computed = disturbed(deps, load, measure(parameters, ready.length, second, room), now);
  const measurement = load.series === undefined ? computed : replaced(computed, load.series, second, room.request);
  return { pods, parameters, measurement, template: spec };
}

/** What noisy neighbours add. They themselves are measured undisturbed, so that two that disturb each other end. */
function disturbed(deps: ScrapeDeps, { couplings = [] }: Load, measured: Measurement, now: number): Measurement {
  let { p95Ms } = measured;
  for (const { aggressor, above_cpu_m, latency_ms } of couplings) {
    const { couplings: _, ...load } = deps.loads.get(aggressor) ?? { rps: 0 };
    const other = measureService(deps, aggressor, load, now)?.measurement;
    const used = (other?.ready ?? 0) * (other?.cpuPerPod ?? 0);
    if (used > above_cpu_m && p95Ms !== undefined) p95Ms += latency_ms;
  }
  return p95Ms === undefined ? measured : { ...measured, p95Ms };
}

function scrapeService(deps: ScrapeDeps, target: string, load: Load, now: number): ServiceScrape | undefined {
  const service = measureService(deps, target, load, now);
  if (service === undefined) return undefined;
  const [namespace = '', deployment = ''] = target.split('/');
  const { measurement, parameters } = service;
  const stamp = { at: now, windowMs: SCRAPE_MS };
  const usage = service.pods.flatMap((pod) => {
    const started = deps.startedAt(pod.metadata.uid ?? '');
    if (started === undefined) return [];
    const idle = parameters.cpu_m_fixed_per_pod ?? parameters.cpu_m_idle ?? 0;
    const cpu = isTrue(pod, 'Ready') ? (measurement.cpuPerPod ?? 0) : idle;
    const given = load.series?.memory_mi;
    const memory =
      (given === undefined ? workingSet(parameters, (now - started) / 1000) : rateAt(given, deps.second(now))) * MI;
    return podUsage(podSpec(pod), cpu, memory).map((used) => ({
      namespace,
      pod: pod.metadata.name,
      ...used,
      ...stamp,
    }));
  });
  const values: readonly (readonly [string, number | undefined])[] = [
    [LATENCY, measurement.p95Ms === undefined ? undefined : measurement.p95Ms / 1000],
    [ERRORS, measurement.errorPct / 100],
    [REQUESTS, measurement.rps],
  ];
  const objects = values.flatMap(([metric, value]) =>
    value === undefined ? [] : [{ namespace, deployment, metric, value, ...stamp }],
  );
  return { usage, objects, request: total(service.template, 'requests', 'cpu'), ready: measurement.ready };
}

/** A pod's use, shared among its running containers by their requests; the first takes all where none has a request. */
function podUsage(spec: PodSpec, cpu: number, memory: number): { container: string; cpu: number; memory: number }[] {
  const containers = runningContainers(spec);
  const main = spec.containers[0]?.name;
  const share = (resource: 'cpu' | 'memory', name: string, request: string | undefined): number => {
    const sum = containers.reduce((all, c) => all + (parseQuantity(c.resources.requests?.[resource] ?? '0') ?? 0), 0);
    if (sum === 0) return name === main ? 1 : 0;
    return (parseQuantity(request ?? '0') ?? 0) / sum;
  };
  return containers.map(({ name, resources }) => ({
    container: name,
    cpu: cpu * share('cpu', name, resources.requests?.['cpu']),
    memory: memory * share('memory', name, resources.requests?.['memory']),
  }));
}
