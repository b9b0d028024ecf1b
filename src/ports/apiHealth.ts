/** How the API server did for this process in the last five minutes (rule G13). */
export interface ApiHealth {
  readonly calls: number;
  /** Timeouts, broken connections, 429 and 5xx. An expired token, a conflict or a refusal is an answer, not a failure. */
  readonly failures: number;
}

/** Never waits and never fails: it only counts. */
export type ApiHealthSource = () => ApiHealth;
