/** Fresh ids and jitter: what cannot be derived is injected, so that a run with a seed repeats to the byte. */
export interface Ids {
  /** Ten characters of [a-z0-9]: fits a Kubernetes name after a prefix. */
  fresh(): string;
  /** A number in [0, 1). */
  random(): number;
}
