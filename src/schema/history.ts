/**
 * One pass's numbers for one service, kept in a bounded ring (24 h) in each process. Every value carries the time of its
 * own sample, so that a source that stands still is seen. Absent values were not to be had.
 */
export interface HistoryPoint {
  readonly at: number;
  /** Ready pods, spec.replicas, and the image of the pod template. */
  readonly ready: number;
  readonly replicas: number;
  readonly image?: string | undefined;
  readonly cpu?: number | undefined;
  readonly cpuAt?: number | undefined;
  /** ready x cpu. */
  readonly load?: number | undefined;
  readonly latencyP95?: number | undefined;
  readonly latencyAt?: number | undefined;
  readonly errorRate?: number | undefined;
  readonly errorsAt?: number | undefined;
  readonly requestsPerSecond?: number | undefined;
  /** Largest working set of the main container on any pod, in bytes. */
  readonly memory?: number | undefined;
  /** The longest time that a value above is averaged over, where the source says so. */
  readonly overMs?: number | undefined;
  /** What the formula asked for at that pass; absent during a rollout (surge pods are no capacity). */
  readonly desired?: number | undefined;
  /** CPU argued up at or over its alarm / over its target, for "two consecutive fresh samples". */
  readonly overAlarm: boolean;
  readonly overTarget: boolean;
  /** Every signal of the blueprint was fresh. */
  readonly usable: boolean;
  /** Names of objectives missed. */
  readonly missed: readonly string[];
}

export type History = readonly HistoryPoint[];
