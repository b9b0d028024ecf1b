import type { NoticeJob, NoticeKind } from '../../ports/noticeQueue.ts';
import type { RequestRecord } from '../views/records.ts';
import { instantMs } from '../views/told.ts';

/** When what is said about a request (ms). Absent: never. */
export interface Schedule {
  readonly notify: number;
  /** Half of the time went by: whoever else may decide is asked. Only where the request names more than one group. */
  readonly escalate?: number;
  /** A quarter of the time is left. */
  readonly remind: number;
  readonly expire: number;
}

export function scheduleOf({ createdAt, spec }: Pick<RequestRecord, 'createdAt' | 'spec'>): Schedule {
  const expire = instantMs(spec.decideBy);
  const span = Math.max(0, expire - createdAt);
  return {
    notify: createdAt,
    ...(spec.approvers.length > 1 && { escalate: createdAt + span / 2 }),
    remind: createdAt + span * 0.75,
    expire,
  };
}

/** Ids name the request by its UID too: one made again under the same name is another one, and people are told anew. */
export function jobOf(
  kind: NoticeKind,
  { namespace, name, object }: Pick<RequestRecord, 'namespace' | 'name' | 'object'>,
  dueAt: number,
  turn = '',
): NoticeJob {
  const uid = (object.metadata.uid ?? '').replaceAll(/[^A-Za-z0-9-]/g, '').slice(0, 36);
  return { id: `${kind}.${namespace}.${name}.${uid}${turn}`, kind, namespace, name, dueAt };
}

/** The jobs that should exist for a request that waits for people: those whose time has come, and those to come. */
export function jobsOf(request: RequestRecord, votes: number): NoticeJob[] {
  const { notify, escalate, remind, expire } = scheduleOf(request);
  return [
    jobOf('notify', request, notify),
    ...(escalate === undefined ? [] : [jobOf('escalate', request, escalate)]),
    jobOf('remind', request, remind),
    jobOf('expire', request, expire),
    // Each vote is a reason of its own to look.
    ...(votes === 0 ? [] : [jobOf('wake', request, request.createdAt, `.${votes}`)]),
  ];
}
