import type { ClusterResult } from './cluster.ts';

export interface SecretText {
  readonly text: string;
  readonly resourceVersion: string;
}

/** One field of the one Secret that is ours: whoever has this port has no way to another. */
export interface OwnSecret {
  /** `namespace/name`, for messages. */
  readonly name: string;
  /** Undefined when the Secret, or the field, is not there. */
  read(): Promise<ClusterResult<SecretText | undefined>>;
  /** Compare-and-swap: a `conflict` when it is not the version that was read, or (without one) is there already. Keeps other fields. */
  write(text: string, resourceVersion: string | undefined): Promise<ClusterResult<void>>;
}
