import type { Result } from '../kernel/result.ts';
import type { Kind, KubeObject } from '../schema/kube.ts';

/** Why a call to the cluster did not do what was asked. */
export const CLUSTER_ERRORS = {
  notFound: 'No such object, or the kind is not served.',
  conflict: '409: the resourceVersion is stale, or the name is taken (`AlreadyExists`).',
  preconditionFailed: 'A `test` of a JSON Patch did not hold (422 without causes).',
  invalid: 'Refused by validation (422 with causes, 400): the same again cannot help.',
  denied: 'Refused by admission (403 or 422 that names a policy or a webhook) or by RBAC (403).',
  gone: '410: the resourceVersion is too old; it is listed again.',
  unavailable: '429, 5xx, a connection refused or cut, a timeout. A write may have happened where that cannot be told.',
} as const;
export type ClusterErrorCode = keyof typeof CLUSTER_ERRORS;

export interface ClusterError {
  readonly code: ClusterErrorCode;
  /** The server's words, shortened to 500 characters. */
  readonly message: string;
  /** Of `unavailable`: a write may or may not have been applied (cut connection, timeout, 5xx after sending). */
  readonly uncertain: boolean;
  readonly retryAfterMs?: number;
}

export type ClusterResult<T> = Result<T, ClusterError>;

export interface KubeList {
  readonly items: KubeObject[];
  readonly resourceVersion: string;
}

export type WatchEvent =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: KubeObject }
  /** The stream ended: `gone` means list again; otherwise watch again from the last resourceVersion. */
  | { readonly type: 'ended'; readonly gone: boolean; readonly message: string };

/**
 * Reads. Objects are the API server's plain JSON (timestamps are strings, `kind` and `apiVersion` are set also on list
 * items); callers never change them. Every call has a timeout and answers with a typed error, never throws for one.
 */
export interface ClusterReader {
  /** `undefined` when there is no such object (or the kind is not served). */
  get(kind: Kind, namespace: string | undefined, name: string): Promise<ClusterResult<KubeObject | undefined>>;
  /** All objects of a kind, in one namespace or (namespace undefined) in all; pages are followed. A kind that is not served: an empty list. */
  list(kind: Kind, namespace?: string, labelSelector?: string): Promise<ClusterResult<KubeList>>;
  /** Events after `resourceVersion`, until `signal` aborts (then it returns) or an `ended` event was yielded. */
  watch(
    kind: Kind,
    namespace: string | undefined,
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent>;
  /** GET of an absolute API path such as a metrics API: the parsed JSON, or `undefined` on 404. */
  raw(path: string): Promise<ClusterResult<unknown>>;
  /**
   * The API server's own time (ms) by its newest answer and what has passed since, to a second or so; undefined: it has not
   * said yet. Costs no request. Absent where nobody could know.
   */
  serverNow?(): number | undefined;
}

/** Writes of our own records, Events and Leases. The adapter refuses every kind that is not `writable` in schema/kube.ts. */
export interface RecordWriter {
  create(kind: Kind, object: KubeObject): Promise<ClusterResult<KubeObject>>;
  /** PUT of the whole object: a compare-and-swap on metadata.resourceVersion. Leaves status alone for kinds with a status subresource. */
  replace(kind: Kind, object: KubeObject): Promise<ClusterResult<KubeObject>>;
  /** PUT of the status subresource: a compare-and-swap on metadata.resourceVersion. */
  replaceStatus(kind: Kind, object: KubeObject): Promise<ClusterResult<KubeObject>>;
  delete(kind: Kind, namespace: string, name: string): Promise<ClusterResult<void>>;
}
