/** What a sample says of itself beyond its value. */
interface Provenance {
  /** Time of the newest measurement in it. */
  readonly at: number;
  /** How often the source measures; 0: unknown. */
  readonly windowMs: number;
  /** The time before `at` that the value is made from, where that is not the interval. */
  readonly overMs?: number;
  /** Absent: the source of the whole reading. */
  readonly source?: string;
}

/** One container's use at one time. CPU in millicores, memory (working set) in bytes. NaN and negatives are passed on as they came. */
export interface UsageSample extends Provenance {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly cpu: number;
  readonly memory: number;
}

/** One value of a metric of a Deployment, in the metric's own base unit (seconds, fraction, requests per second). */
export interface ObjectSample extends Provenance {
  readonly namespace: string;
  readonly deployment: string;
  readonly metric: string;
  readonly value: number;
  /** Requests that the value is made from, where the source counted them. */
  readonly requests?: number;
}

/** A query that failed touches only what it asked for. `message` is the source's words, shortened: untrusted text. */
export interface MetricFailure {
  readonly what: 'usage' | 'object';
  readonly namespace?: string;
  /** Of this Deployment alone. */
  readonly deployment?: string;
  readonly metric?: string;
  readonly message: string;
}

export interface MetricsReading {
  readonly source: string;
  readonly usage: readonly UsageSample[];
  readonly objects: readonly ObjectSample[];
  readonly failures: readonly MetricFailure[];
}
