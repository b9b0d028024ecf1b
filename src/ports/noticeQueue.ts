import type { Result } from '../kernel/result.ts';
import type { QueueState } from '../schema/api/records.ts';

/** `notify`: a request waits. `remind`: it still does. `escalate`: the next group is asked. `expire`: nobody answered. `wake`: somebody did, look at it. */
export const NOTICE_KINDS = ['notify', 'remind', 'escalate', 'expire', 'wake'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** All that a job says: which request to look at, and what for. Whether anything is done is decided by the request, read anew. */
export interface NoticeTask {
  readonly kind: NoticeKind;
  readonly namespace: string;
  readonly name: string;
}

export interface NoticeJob extends NoticeTask {
  /** The same id is the same job: it is done once, as far as the queue remembers. Of [A-Za-z0-9._-]. */
  readonly id: string;
  /** Not before (ms). */
  readonly dueAt: number;
}

/** `early`: it is not due yet, whoever said so. `failed`: to be tried again, unless the same again cannot help. */
export type Handled =
  | { readonly kind: 'done' }
  | { readonly kind: 'early'; readonly at: number }
  | { readonly kind: 'failed'; readonly error: string; readonly again: boolean };

/** Never rejects. The same task may come twice, early, late, or from somebody who made it up. */
export type NoticeHandler = (task: NoticeTask) => Promise<Handled>;

/**
 * Reminds us of requests at their time: at least once, and with no authority over anything. Calls answer within seconds
 * whatever becomes of the server behind it, and never throw.
 */
export interface NoticeQueue {
  /** Begins to hand out jobs that are due, several at once. A failed one comes again later, and at last lies among the dead. */
  start(handler: NoticeHandler): void;
  /**
   * Puts in those jobs that it does not know. `done`: ids among them that were done already, by whatever process. An error:
   * it cannot be reached, and what stands in it is unknown.
   */
  ensure(jobs: readonly NoticeJob[]): Promise<Result<{ readonly done: readonly string[] }, string>>;
  state(): Promise<QueueState>;
  /** Tries a dead job anew. An error, for people: there is none of this id, or the queue cannot be reached. */
  retry(id: string): Promise<Result<void, string>>;
  /** Hands out no more. Jobs in hand get a few seconds. */
  close(): Promise<void>;
}

/** How often a job is tried, and how long after the first failure; doubles each time. */
export const NOTICE_TRIES = 6;
export const NOTICE_BACKOFF_MS = 5_000;
/** Dead jobs that are shown. */
export const MOST_DEAD = 100;
