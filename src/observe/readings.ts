import type { Clock } from '../ports/clock.ts';
import type { MetricsSource, MetricTarget, WantedSignal } from '../ports/metrics.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import type { MetricsReading } from '../schema/samples.ts';
import type { Workload } from '../schema/workload.ts';

/** A pass goes on without metrics rather than wait longer; the rules then answer for the worst case. */
const DEADLINE_MS = 15_000;

/** A deadline that is noticed so much later was not the source's: this process stood still. */
const FROZEN_MS = 2_000;

export const NO_READING: MetricsReading = { source: 'none', usage: [], objects: [], failures: [] };

/** The numbers that a blueprint has a use for: those of its objectives and checks, and the traffic that judges them. */
export function metricTargetOf(blueprint: Blueprint, podNames?: () => readonly string[]): MetricTarget {
  const { target } = blueprint;
  const signals = wantedOf(blueprint);
  return {
    namespace: target.namespace,
    deployment: target.name,
    metrics: signals.flatMap(({ metric, query }) => (query === undefined ? [metric] : [])),
    signals,
    ...(podNames && { podNames }),
  };
}

function wantedOf({ metrics, performance, verification }: Blueprint): readonly WantedSignal[] {
  const checks = verification.enabled ? verification.checks : [];
  const limits = (signal: 'latency_p95' | 'error_rate'): number[] =>
    checks.filter((check) => check.signal === signal).map(({ value }) => value);
  const { latencyP95Ms, errorRate } = performance;
  const latencies = [...(latencyP95Ms === undefined ? [] : [latencyP95Ms]), ...limits('latency_p95')];
  const errors = [...(errorRate === undefined ? [] : [errorRate]), ...limits('error_rate')];
  const { latencyP95, errorRate: ratio, requestsPerSecond } = metrics.queries ?? {};
  const own = (query: string | undefined) => query !== undefined && { query };
  const latency = { signal: 'latency_p95', metric: metrics.latencyP95, ...own(latencyP95) } as const;
  const failed = { signal: 'error_rate', metric: metrics.errorRate, ...own(ratio) } as const;
  const traffic = {
    signal: 'requests_per_second',
    metric: metrics.requestsPerSecond,
    ...own(requestsPerSecond),
  } as const;
  return [
    ...(latencies.length > 0 ? [{ ...latency, limit: Math.max(...latencies) / 1000 }] : []),
    ...(errors.length > 0 ? [failed] : []),
    ...(latencies.length > 0 || errors.length > 0 ? [traffic] : []),
  ];
}

/**
 * One grouped read for all services. Never rejects and never waits for ever: what could not be had is a failure. Undefined
 * when this process was cut short, by its own end or because it was frozen: that says nothing of source and cluster.
 */
export async function readMetrics(
  source: MetricsSource,
  targets: readonly MetricTarget[],
  clock: Clock,
  signal: AbortSignal,
): Promise<MetricsReading | undefined> {
  if (targets.length === 0) return NO_READING;
  const from = clock.now();
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  signal.addEventListener('abort', abort, { once: true });
  const late = clock.sleep(DEADLINE_MS, stop.signal).then(() => failed(`no answer within ${DEADLINE_MS / 1000} s`));
  const read = source.read(targets, stop.signal).catch((error: unknown) => failed(wordsOf(error)));
  const reading = await Promise.race([read, late]);
  stop.abort();
  signal.removeEventListener('abort', abort);
  return signal.aborted || clock.now() - from > DEADLINE_MS + FROZEN_MS ? undefined : reading;
}

const failed = (message: string): MetricsReading => ({
  ...NO_READING,
  failures: [
    { what: 'usage', message },
    { what: 'object', message },
  ],
});

/** Splits one reading by service. A failed query touches only what it asked for; one without a namespace touches all. */
export class ReadingIndex {
  readonly #reading: MetricsReading;
  readonly #usage: ReadonlyMap<string, readonly MetricsReading['usage'][number][]>;
  readonly #objects: ReadonlyMap<string, readonly MetricsReading['objects'][number][]>;
  /** Of single services, and of more than one. */
  readonly #own: ReadonlyMap<string, readonly MetricsReading['failures'][number][]>;
  readonly #common: readonly MetricsReading['failures'][number][];

  constructor(reading: MetricsReading) {
    this.#reading = reading;
    this.#usage = grouped(reading.usage, (sample) => `${sample.namespace}/${sample.pod}`);
    this.#objects = grouped(reading.objects, (sample) => `${sample.namespace}/${sample.deployment}`);
    const isOwn = ({ deployment }: MetricsReading['failures'][number]): boolean => deployment !== undefined;
    this.#own = grouped(reading.failures.filter(isOwn), (failure) => `${failure.namespace}/${failure.deployment}`);
    this.#common = reading.failures.filter((failure) => !isOwn(failure));
  }

  /** The samples of this service's own pods, by name as found by owner reference, and of its Deployment. */
  of(workload: Workload, blueprint: Blueprint): MetricsReading {
    const { namespace, name } = workload;
    const wanted = new Set(wantedOf(blueprint).map(({ metric }) => metric));
    return {
      source: this.#reading.source,
      usage: workload.pods.flatMap((pod) => this.#usage.get(`${namespace}/${pod.name}`) ?? []),
      objects: (this.#objects.get(`${namespace}/${name}`) ?? []).filter((sample) => wanted.has(sample.metric)),
      failures: [...(this.#own.get(`${namespace}/${name}`) ?? []), ...this.#common].filter(
        (failure) =>
          (failure.namespace === undefined || failure.namespace === namespace) &&
          (failure.metric === undefined || wanted.has(failure.metric)),
      ),
    };
  }
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
