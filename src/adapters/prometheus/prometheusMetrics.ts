import type { Result } from '../../kernel/result.ts';
import type { MetricsSource, MetricTarget, PastReading, PastSpan } from '../../ports/metrics.ts';
import type { MetricFailure, MetricsReading, ObjectSample, UsageSample } from '../../schema/samples.ts';
import type { Answer, Series } from './answer.ts';
import type { PrometheusClient } from './client.ts';
import { type Ask, askOwn } from './ownQuery.ts';
import {
  COUNTERS,
  HISTOGRAMS,
  isPromqlName,
  latencyQuery,
  namedQuery,
  PART,
  type Scope,
  trafficQuery,
  usageQuery,
} from './queries.ts';
import { Ranges } from './ranges.ts';
import { type Found, Latencies, Named, rare, SOURCE, Traffic, type Wanted } from './readObjects.ts';
import { usageSamples } from './readUsage.ts';
import { newestValue, Services } from './services.ts';

/** Own queries at one time: nobody's may take the server from everybody. */
const AT_ONCE = 4;
/** For all own queries of a pass together; the grouped ones have the client's limit, each. */
const OWN_MS = 5_000;

type Asked = Result<Answer, string> | undefined;

/**
 * Prometheus over its HTTP API. Four grouped questions a pass, whatever the number of services: use by container, series
 * that bear the signals' names, histograms of latency, counters of requests. Queries of blueprints are asked one by one,
 * and fail alone. Samples bear the time of the newest measurement in them. A partial answer gives no sums, rates or
 * quantiles; the use of each container in it counts, and what is missing is for the coverage to judge.
 */
export class PrometheusMetrics implements MetricsSource {
  readonly #client: PrometheusClient;
  readonly #windowMs: number;

  constructor(client: PrometheusClient, windowMs: number) {
    this.#client = client;
    this.#windowMs = windowMs;
  }

  read(targets: readonly MetricTarget[], signal: AbortSignal): Promise<MetricsReading> {
    return this.#read(targets, signal, (promql, stop) => this.#client.query(promql, stop));
  }

  /** The same questions, asked once for all steps. */
  async past(targets: readonly MetricTarget[], span: PastSpan, signal: AbortSignal): Promise<readonly PastReading[]> {
    const ranges = new Ranges(this.#client, span);
    const readings: PastReading[] = [];
    for (let at = span.from; at <= span.to; at += span.stepMs) {
      const reading = await this.#read(targets, signal, (promql, stop) => ranges.at(at, promql, stop));
      if (signal.aborted) return [];
      readings.push({ at, reading });
    }
    return readings;
  }

  async #read(targets: readonly MetricTarget[], signal: AbortSignal, ask: Ask): Promise<MetricsReading> {
    const wanted = targets.flatMap((target) => (target.signals ?? []).map((one): Wanted => ({ target, signal: one })));
    const [usage, objects, own] = await Promise.all([
      this.#usage(targets, signal, ask),
      this.#objects(
        targets,
        wanted.filter((one) => one.signal.query === undefined),
        signal,
        ask,
      ),
      this.#own(wanted, AbortSignal.any([signal, AbortSignal.timeout(OWN_MS)]), ask),
    ]);
    return {
      source: SOURCE,
      usage: usage.usage,
      objects: [...objects.objects, ...own.objects],
      failures: [...usage.failures, ...objects.failures, ...own.failures],
    };
  }

  #scope(targets: readonly MetricTarget[]): Scope {
    return { namespaces: [...new Set(targets.map(({ namespace }) => namespace))].sort(), windowMs: this.#windowMs };
  }

  async #usage(
    targets: readonly MetricTarget[],
    signal: AbortSignal,
    ask: Ask,
  ): Promise<{ readonly usage: readonly UsageSample[]; readonly failures: readonly MetricFailure[] }> {
    const answer = await ask(usageQuery(this.#scope(targets)), signal);
    if (!answer.ok) return { usage: [], failures: [{ what: 'usage', message: words(answer.error) }] };
    const { series, partial } = answer.value;
    const usage = usageSamples(series, this.#windowMs);
    const seen = new Set(usage.map(({ namespace }) => namespace));
    const empty = this.#scope(targets).namespaces.filter((namespace) => !seen.has(namespace));
    return {
      usage,
      failures: [
        ...(partial === undefined ? [] : [{ what: 'usage' as const, message: words(`a partial answer: ${partial}`) }]),
        ...empty.map((namespace) => ({
          what: 'usage' as const,
          namespace,
          message: words(this.#noUse(series, namespace)),
        })),
      ],
    };
  }

  #noUse(series: readonly Series[], namespace: string): string {
    const count = series.find(({ labels }) => labels[PART] === 'count' && labels['namespace'] === namespace);
    const name = 'container_cpu_usage_seconds_total';
    if (count !== undefined && newestValue(count) < 2) return rare(name, this.#windowMs).missing;
    return `no series ${name}{namespace="${namespace}",pod,container}`;
  }

  async #objects(
    targets: readonly MetricTarget[],
    wanted: readonly Wanted[],
    signal: AbortSignal,
    ask: Ask,
  ): Promise<{ readonly objects: readonly ObjectSample[]; readonly failures: readonly MetricFailure[] }> {
    if (wanted.length === 0) return { objects: [], failures: [] };
    const scope = this.#scope(targets);
    const names = [...new Set(wanted.map((one) => one.signal.metric))].filter(isPromqlName).sort();
    const latency = wanted.some((one) => one.signal.signal === 'latency_p95');
    const traffic = wanted.some((one) => one.signal.signal !== 'latency_p95');
    const [named, latencies, counters] = await Promise.all([
      names.length > 0 ? ask(namedQuery(names, scope), signal) : undefined,
      latency ? ask(latencyQuery(scope), signal) : undefined,
      traffic ? ask(trafficQuery(scope), signal) : undefined,
    ]);
    const services = new Services(targets);
    const byName = new Named(whole(named), this.#windowMs);
    const byHistogram = new Latencies(services, whole(latencies), this.#windowMs);
    const byCounter = new Traffic(services, whole(counters), this.#windowMs);
    const objects: ObjectSample[] = [];
    const failures: MetricFailure[] = [];
    for (const one of wanted) {
      const isLatency = one.signal.signal === 'latency_p95';
      const found = byName.of(one) ?? (isLatency ? byHistogram : byCounter).of(one);
      if (found !== undefined && 'sample' in found) objects.push(found.sample);
      else failures.push(failureOf(one, missingWords(one, found, [named, isLatency ? latencies : counters])));
    }
    return { objects, failures };
  }

  async #own(
    all: readonly Wanted[],
    signal: AbortSignal,
    ask: Ask,
  ): Promise<{ readonly objects: readonly ObjectSample[]; readonly failures: readonly MetricFailure[] }> {
    const objects: ObjectSample[] = [];
    const failures: MetricFailure[] = [];
    const waiting = all.flatMap((one) => (one.signal.query === undefined ? [] : [{ one, query: one.signal.query }]));
    const askInTurn = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { one, query } = next;
        const answer = signal.aborted ? undefined : await askOwn(ask, query, signal);
        const { namespace, deployment } = one.target;
        const { metric } = one.signal;
        if (answer?.ok === true) objects.push({ namespace, deployment, metric, source: SOURCE, ...answer.value });
        else
          failures.push(
            failureOf(
              one,
              `spec.metrics.queries.${one.signal.signal}: ${answer?.error ?? 'no time was left to ask it'}`,
            ),
          );
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, askInTurn));
    return { objects, failures };
  }
}

/** Sums of a part of the series are no sums. */
const whole = (asked: Asked): readonly Series[] =>
  asked?.ok === true && asked.value.partial === undefined ? asked.value.series : [];

const words = (message: string): string => `Prometheus: ${message}`;

const failureOf = ({ target, signal }: Wanted, message: string): MetricFailure => ({
  what: 'object',
  namespace: target.namespace,
  deployment: target.deployment,
  metric: signal.metric,
  message: words(message),
});

function missingWords({ signal }: Wanted, found: Found | undefined, asked: readonly Asked[]): string {
  if (found !== undefined && 'missing' in found) return found.missing;
  for (const answer of asked) {
    if (answer?.ok === false) return answer.error;
    if (answer?.ok === true && answer.value.partial !== undefined)
      return `a partial answer, which is none: ${answer.value.partial}`;
  }
  const common =
    signal.signal === 'latency_p95' ? `histogram ${HISTOGRAMS.join(' or ')}` : `counter ${COUNTERS.join(' or ')}`;
  return `no series ${signal.metric}{namespace,deployment}, and no ${common} with the labels namespace and deployment or pod`;
}
