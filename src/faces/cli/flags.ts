import type { Format } from './io.ts';

/** Shared by every command that reaches a cluster. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Our own namespace. */
  readonly namespace: string;
}

/** Of those that print an answer. */
export interface AskingFlags extends ClusterFlags {
  readonly output: Format;
}
