import type { ClusterResult } from './cluster.ts';

export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  /** Where a pod has several. */
  readonly container?: string;
  /** The last so many lines. */
  readonly lines: number;
}

/** As much of one answer as is ever read, in bytes. */
export const MOST_LOG_BYTES = 64 * 1024;

/**
 * What a container wrote. Untrusted text, of at most `MOST_LOG_BYTES`; every call has a timeout. `notFound`: no such pod;
 * `invalid`: it has not started.
 */
export interface PodLogs {
  read(request: LogRequest): Promise<ClusterResult<string>>;
}
