/** One container's use at one time. CPU in millicores, memory (working set) in bytes. NaN and negatives are passed on as they came. */
export interface UsageSample {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly cpu: number;
  readonly memory: number;
  readonly at: number;
  readonly windowMs: number;
}

/** One value of a metric of a Deployment, in the metric's own base unit (seconds, fraction, requests per second). */
export interface ObjectSample {
  readonly namespace: string;
  readonly deployment: string;
  readonly metric: string;
  readonly value: number;
  readonly at: number;
  readonly windowMs: number;
}

/** A query that failed touches only what it asked for. `message` is the source's words, shortened: untrusted text. */
export interface MetricFailure {
  readonly what: 'usage' | 'object';
  readonly namespace?: string;
  readonly metric?: string;
  readonly message: string;
}

export interface MetricsReading {
  readonly source: string;
  readonly usage: readonly UsageSample[];
  readonly objects: readonly ObjectSample[];
  readonly failures: readonly MetricFailure[];
}
