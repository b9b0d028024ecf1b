import type { MetricsReading } from '../schema/samples.ts';

/** What to read: the services of one pass, so that a source can group its queries (never one request per service). */
export interface MetricTarget {
  readonly namespace: string;
  readonly deployment: string;
  /** Custom metric names wanted of it, such as `http_latency_p95_seconds`; without those that a query of its own gives. */
  readonly metrics: readonly string[];
  /** The same by what they mean, for a source that can find them under other names too. */
  readonly signals?: readonly WantedSignal[];
  /** Its pods now, by owner reference; absent where the caller does not know. */
  readonly podNames?: () => readonly string[];
}

export interface WantedSignal {
  readonly signal: 'latency_p95' | 'error_rate' | 'requests_per_second';
  /** The name that its sample bears. */
  readonly metric: string;
  /** PromQL of the blueprint, asked instead of anything else. */
  readonly query?: string;
  /** The largest value that anything is held against, in the metric's unit: what cannot be told from more is no measurement. */
  readonly limit?: number;
}

export interface MetricsSource {
  /** Never rejects: what could not be read is in `failures`. */
  read(targets: readonly MetricTarget[], signal: AbortSignal): Promise<MetricsReading>;
  /**
   * What `read` would have given at the end of each step of a time that has passed, oldest first; usage of all pods of the
   * targets' namespaces, also of those that are gone. Absent: the source keeps nothing. Never rejects.
   */
  past?(targets: readonly MetricTarget[], span: PastSpan, signal: AbortSignal): Promise<readonly PastReading[]>;
}

/** From `from` to `to`, both included (ms). */
export interface PastSpan {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

export interface PastReading {
  readonly at: number;
  readonly reading: MetricsReading;
}
