import type { MetricsReading } from '../schema/samples.ts';

/** What to read: the services of one pass, so that a source can group its queries (never one request per service). */
export interface MetricTarget {
  readonly namespace: string;
  readonly deployment: string;
  /** Custom metric names wanted of it, such as `http_latency_p95_seconds`. */
  readonly metrics: readonly string[];
}

export interface MetricsSource {
  /** Never rejects: what could not be read is in `failures`. */
  read(targets: readonly MetricTarget[], signal: AbortSignal): Promise<MetricsReading>;
}
