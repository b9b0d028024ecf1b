import type { Check } from '../schema/blueprint.ts';
import type { History, HistoryPoint } from '../schema/history.ts';
import type { Baseline } from '../schema/records.ts';
import { milliseconds, percent } from './words.ts';

/** One value of a check's signal, with its sample's own time. */
export interface CheckSample {
  readonly value: number;
  readonly at: number;
}

/** Newest last; the same timestamp again is the same sample. */
export function samplesOf(check: Check, points: History): readonly CheckSample[] {
  const samples: CheckSample[] = [];
  for (const point of points) {
    const sample = sampleIn(check, point);
    if (sample !== undefined && sample.at > (samples.at(-1)?.at ?? Number.NEGATIVE_INFINITY)) samples.push(sample);
  }
  return samples;
}

function sampleIn({ signal }: Check, point: HistoryPoint): CheckSample | undefined {
  switch (signal) {
    case 'latency_p95':
      return sample(point.latencyP95, point.latencyAt);
    case 'error_rate':
      return sample(point.errorRate, point.errorsAt);
    case 'cpu_utilization':
      return sample(point.cpu, point.cpuAt);
  }
}

const sample = (value: number | undefined, at: number | undefined): CheckSample | undefined =>
  value === undefined || at === undefined ? undefined : { value, at };

export function baselineValue({ signal }: Check, baseline: Baseline): number | undefined {
  switch (signal) {
    case 'latency_p95':
      return baseline.latencyP95;
    case 'error_rate':
      return baseline.errorRate;
    case 'cpu_utilization':
      return baseline.cpu;
  }
}

export function meets({ comparator, value: limit }: Check, value: number): boolean {
  switch (comparator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}

/** How much worse `value` is than `other`, as a ratio; 1 is equal, above 1 is worse, whichever way the check points. */
export function worse({ comparator }: Check, value: number, other: number): number {
  if (value === other) return 1;
  const [bad, good] = comparator.startsWith('<') ? [value, other] : [other, value];
  return good === 0 ? Number.POSITIVE_INFINITY : bad / good;
}

/** A value of the check's signal in its unit. */
export const valueWords = ({ signal }: Check, value: number): string =>
  signal === 'latency_p95' ? milliseconds(value) : percent(value);

/** Latency quantiles and rates come out of requests; CPU does not. */
export const countsRequests = ({ signal }: Check): boolean => signal !== 'cpu_utilization';
