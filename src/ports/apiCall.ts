/** One request to the API server as it went, also one that is sent again. */
export interface ApiCall {
  readonly method: string;
  /** Name of the server, with its port. */
  readonly host: string;
  /** HTTP status; absent where no answer came. */
  readonly status?: number;
  /** The server's own time when the answer was there, ms since the epoch, to the second; absent where it says none. */
  readonly servedAt?: number;
  /** Until the answer was whole; of a watch until its head. */
  readonly ms: number;
}

/** Never waits and never fails: it only counts. */
export type ApiCallListener = (call: ApiCall) => void;
