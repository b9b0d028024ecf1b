import type { Signal } from '../schema/assessment.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import type { MetricsReading, ObjectSample } from '../schema/samples.ts';
import type { Workload } from '../schema/workload.ts';
import { isMeasure, tooFew } from './count.ts';
import { ageOf, intervalOf, USUAL_INTERVAL_MS } from './freshness.ts';
import { percent, plural, span } from './words.ts';

type ObjectiveName = Exclude<Signal['name'], 'cpu'>;

interface Objective {
  readonly name: ObjectiveName;
  readonly metric: string;
  /** Turns the metric's base unit into the signal's. */
  readonly factor: number;
  /** Above it the value cannot be true, in the signal's unit. */
  readonly most: number;
  readonly tooMuch: (value: number) => string;
  readonly target?: number;
}

const HOUR_MS = 3_600_000;

/**
 * Latency, errors and throughput as signals. An objective that the blueprint declares always has one, in whatever state;
 * of the others only a fresh value appears, as information: it argues for nothing.
 */
export function objectiveSignals(
  workload: Workload,
  reading: MetricsReading,
  blueprint: Blueprint,
  now: number,
): readonly Signal[] {
  const signals: Signal[] = [];
  for (const objective of objectivesOf(blueprint)) {
    const signal = signalOf(objective, workload, reading, blueprint.safety.freshnessMs, now);
    if (objective.target !== undefined || signal.state === 'fresh') signals.push(signal);
  }
  const rate = signals.find(({ name, state }) => name === 'requests_per_second' && state === 'fresh')?.value;
  return signals.map((signal) => ofEnoughRequests(signal, rate));
}

/** The window of quantiles and rates in common queries, where a source does not say which it used. */
const WINDOW_MS = 5 * 60_000;

/** p99 of 12 s out of six requests (Azure/ARO-HCP 6455): what few requests say argues for nothing. An unknown number does. */
function ofEnoughRequests(signal: Signal, rate: number | undefined): Signal {
  const windowMs = (signal.requests === undefined ? undefined : signal.overMs) ?? WINDOW_MS;
  const requests = signal.requests ?? (rate === undefined ? undefined : (rate * windowMs) / 1000);
  if (signal.says !== 'up' || !tooFew(requests)) return signal;
  const detail = `${plural(Math.floor(requests ?? 0), 'request')} in ${span(windowMs)}, too few to tell`;
  return { ...signal, says: 'hold', detail };
}

function objectivesOf({ metrics, performance }: Blueprint): readonly Objective[] {
  const { latencyP95Ms, errorRate } = performance;
  return [
    {
      name: 'latency_p95',
      metric: metrics.latencyP95,
      factor: 1000,
      most: HOUR_MS,
      tooMuch: () => 'a p95 of more than an hour is implausible',
      ...(latencyP95Ms === undefined ? {} : { target: latencyP95Ms }),
    },
    {
      name: 'error_rate',
      metric: metrics.errorRate,
      factor: 1,
      most: 1,
      tooMuch: (value) => `${percent(value)} errors are more than all requests`,
      ...(errorRate === undefined ? {} : { target: errorRate }),
    },
    {
      name: 'requests_per_second',
      metric: metrics.requestsPerSecond,
      factor: 1,
      most: Number.MAX_VALUE,
      tooMuch: () => 'not a number of requests',
    },
  ];
}

function signalOf(
  objective: Objective,
  workload: Workload,
  reading: MetricsReading,
  freshnessMs: number,
  now: number,
): Signal {
  const { name, metric, target } = objective;
  const sample = newestOf(reading.objects, workload, metric);
  const base = {
    name,
    says: 'nothing' as const,
    intervalMs: sample === undefined ? USUAL_INTERVAL_MS : intervalOf(sample.windowMs),
    source: sample?.source ?? reading.source,
    ...(target === undefined ? {} : { target, upAbove: target }),
    ...(sample?.overMs === undefined ? {} : { overMs: sample.overMs }),
    ...(sample?.requests === undefined ? {} : { requests: sample.requests }),
  };
  if (sample === undefined) {
    return { ...base, state: 'missing', detail: failureOf(reading, metric) ?? `no sample of ${metric}` };
  }
  const seen = { ...base, sampleAt: sample.at };
  const value = sample.value * objective.factor;
  if (!isMeasure(value)) {
    const why = sample.requests === 0 ? `: no requests in ${span(sample.overMs ?? base.intervalMs)}` : '';
    return { ...seen, state: 'implausible', detail: `${metric} is ${sample.value}${why}` };
  }
  if (value > objective.most) return { ...seen, state: 'implausible', detail: objective.tooMuch(value) };
  const age = ageOf(sample.at, now, freshnessMs, base.intervalMs);
  if (age.state !== 'fresh') {
    return { ...seen, state: age.state, value, ...(age.detail === undefined ? {} : { detail: age.detail }) };
  }
  if (target === undefined) return { ...seen, state: 'fresh', value };
  return { ...seen, state: 'fresh', value, says: value > target ? 'up' : 'hold' };
}

function newestOf(samples: readonly ObjectSample[], workload: Workload, metric: string): ObjectSample | undefined {
  let newest: ObjectSample | undefined;
  for (const sample of samples) {
    if (sample.metric !== metric || sample.deployment !== workload.name || sample.namespace !== workload.namespace) {
      continue;
    }
    if (newest === undefined || sample.at > newest.at) newest = sample;
  }
  return newest;
}

function failureOf(reading: MetricsReading, metric: string): string | undefined {
  const failure = reading.failures.find((one) => one.what === 'object' && (one.metric ?? metric) === metric);
  return failure === undefined ? undefined : `not to be had: ${failure.message}`;
}
