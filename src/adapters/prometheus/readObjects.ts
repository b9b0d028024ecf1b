import type { MetricTarget, WantedSignal } from '../../ports/metrics.ts';
import type { ObjectSample } from '../../schema/samples.ts';
import { formatDuration } from '../../schema/units.ts';
import type { Series } from './answer.ts';
import { quantileOf } from './histogram.ts';
import { COUNTERS, HISTOGRAMS, PART, STATUS_LABELS } from './queries.ts';
import { intervalOf, type Measured, newestValue, type Services } from './services.ts';

export const SOURCE = 'prometheus';

export interface Wanted {
  readonly target: MetricTarget;
  readonly signal: WantedSignal;
}

/** A sample, or the words for why there is none although there are series. */
export type Found = { readonly sample: ObjectSample } | { readonly missing: string };

const sampleOf = (
  { target, signal }: Wanted,
  value: number,
  rest: Pick<ObjectSample, 'at' | 'windowMs' | 'overMs' | 'requests'>,
): Found => ({
  sample: {
    namespace: target.namespace,
    deployment: target.deployment,
    metric: signal.metric,
    value,
    source: SOURCE,
    ...rest,
  },
});

/** Series that bear a signal's own name, by Deployment. */
export class Named {
  readonly #values = new Map<string, number>();
  readonly #windowMs: number;

  constructor(answer: readonly Series[], windowMs: number) {
    this.#windowMs = windowMs;
    for (const one of answer) {
      const { namespace, deployment, [PART]: part } = one.labels;
      this.#values.set(`${namespace}/${deployment} ${part}`, newestValue(one));
    }
  }

  of(wanted: Wanted): Found | undefined {
    const { target, signal } = wanted;
    const part = (name: string): number | undefined =>
      this.#values.get(`${target.namespace}/${target.deployment} ${signal.metric} ${name}`);
    const [value, at] = [part('value'), part('at')];
    if (value === undefined || at === undefined) return undefined;
    return sampleOf(wanted, value, { at: at * 1000, windowMs: intervalOf(this.#windowMs, part('count') ?? 0) });
  }
}

/** By service, the first of the common histograms that it has. */
export class Latencies {
  readonly #found: readonly (readonly [string, Map<MetricTarget, Measured | 'rare'>])[];
  readonly #windowMs: number;

  constructor(services: Services, answer: readonly Series[], windowMs: number) {
    this.#windowMs = windowMs;
    this.#found = HISTOGRAMS.map((name) => [name, services.measured(answer, name, windowMs)] as const);
  }

  of(wanted: Wanted): Found | undefined {
    const { limit = 0 } = wanted.signal;
    for (const [name, byTarget] of this.#found) {
      const measured = byTarget.get(wanted.target);
      if (measured === undefined) continue;
      if (measured === 'rare') return rare(name, this.#windowMs);
      const buckets = bucketsOf(measured.series);
      const { value, isAtLeast } = quantileOf(0.95, buckets);
      if (isAtLeast && value < limit) {
        return {
          missing: `p95 lies above the last bucket of ${name}, ${value} s, which is below the objective; give it buckets up to ${limit} s and more`,
        };
      }
      const requests =
        ((buckets.find(({ le }) => le === Number.POSITIVE_INFINITY)?.count ?? 0) * this.#windowMs) / 1000;
      return sampleOf(wanted, value, { ...timesOf(measured, this.#windowMs), requests });
    }
    return undefined;
  }
}

function bucketsOf(series: readonly Series[]): { le: number; count: number }[] {
  const counts = new Map<number, number>();
  for (const one of series) {
    const text = one.labels['le'] ?? '';
    const le = text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
    if (text === '' || Number.isNaN(le)) continue;
    counts.set(le, (counts.get(le) ?? 0) + newestValue(one));
  }
  return [...counts].map(([le, count]) => ({ le, count }));
}

/** By service, requests by status of the first of the common counters that it has. */
export class Traffic {
  readonly #found: readonly (readonly [string, Map<MetricTarget, Measured | 'rare'>])[];
  readonly #windowMs: number;

  constructor(services: Services, answer: readonly Series[], windowMs: number) {
    this.#windowMs = windowMs;
    this.#found = COUNTERS.map((name) => [name, services.measured(answer, name, windowMs)] as const);
  }

  of(wanted: Wanted): Found | undefined {
    return wanted.signal.signal === 'requests_per_second' ? this.#rate(wanted) : this.#errors(wanted);
  }

  #rate(wanted: Wanted): Found | undefined {
    for (const [name, byTarget] of this.#found) {
      const measured = byTarget.get(wanted.target);
      if (measured === undefined) continue;
      if (measured === 'rare') return rare(name, this.#windowMs);
      const value = measured.series.reduce((sum, one) => sum + newestValue(one), 0);
      return sampleOf(wanted, value, timesOf(measured, this.#windowMs));
    }
    return undefined;
  }

  /** No label for the status is not the same as no errors. */
  #errors(wanted: Wanted): Found | undefined {
    let unlabelled: string | undefined;
    for (const [name, byTarget] of this.#found) {
      const measured = byTarget.get(wanted.target);
      if (measured === undefined) continue;
      if (measured === 'rare') return rare(name, this.#windowMs);
      const counted = measured.series.flatMap((one) => {
        const status = statusOf(one);
        return status === undefined ? [] : [{ rate: newestValue(one), isError: status.startsWith('5') }];
      });
      if (counted.length === 0) {
        unlabelled ??= name;
        continue;
      }
      const all = counted.reduce((sum, { rate }) => sum + rate, 0);
      const failed = counted.reduce((sum, { rate, isError }) => sum + (isError ? rate : 0), 0);
      const requests = (all * this.#windowMs) / 1000;
      return sampleOf(wanted, all > 0 ? failed / all : Number.NaN, { ...timesOf(measured, this.#windowMs), requests });
    }
    if (unlabelled === undefined) return undefined;
    return {
      missing: `${unlabelled} has no label ${STATUS_LABELS.join(', ')} that holds an HTTP status; write spec.metrics.queries.error_rate`,
    };
  }
}

/** A rate needs two samples. */
export const rare = (name: string, windowMs: number): { readonly missing: string } => ({
  missing: `${name} was sampled once in ${formatDuration(windowMs)}: set FAIRLEAD_PROMETHEUS_WINDOW to four times its scrape interval`,
});

const statusOf = ({ labels }: Series): string | undefined =>
  STATUS_LABELS.map((label) => labels[label]).find((text) => text !== undefined && /^[1-5](\d\d|xx)$/i.test(text));

const timesOf = (
  { at, intervalMs }: Measured,
  windowMs: number,
): Pick<ObjectSample, 'at' | 'windowMs' | 'overMs'> & { overMs: number } => ({
  at,
  windowMs: intervalMs,
  overMs: windowMs,
});
