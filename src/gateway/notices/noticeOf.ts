import { riskOf } from '../../approvals/risk.ts';
import type { NoticeKind } from '../../ports/noticeQueue.ts';
import type { ApprovalNotice } from '../../ports/noticeSink.ts';
import type { RequestRecord, Standing } from '../views/records.ts';
import { instantMs, name } from '../views/told.ts';
import { scheduleOf } from './schedule.ts';

export type Due =
  | { readonly kind: 'say'; readonly notice: ApprovalNotice }
  /** Nothing is said, but whoever acts on requests is to look. */
  | { readonly kind: 'look' }
  | { readonly kind: 'early'; readonly at: number }
  /** Decided, gone, or never to be said. */
  | { readonly kind: 'nothing' };

export interface Occasion {
  readonly now: number;
  /** Start of links to pages, without a slash at its end. */
  readonly url: string | undefined;
}

/**
 * What is due about this request now, by what stands in it: pure. A job that came early, late, again or out of nothing
 * leads here, and to nothing that the request itself does not ask for.
 */
export function dueOf(job: NoticeKind, request: RequestRecord, standing: Standing, occasion: Occasion): Due {
  if (job === 'wake') return { kind: 'look' };
  const at = scheduleOf(request)[job];
  if (at === undefined) return { kind: 'nothing' };
  const { now } = occasion;
  // A request ends after its last instant, not at it.
  const due = job === 'expire' ? at + 1 : at;
  const isOver = standing.phase === 'Expired';
  if (standing.phase !== 'Pending' && !(isOver && job === 'expire')) return { kind: 'nothing' };
  if (now < due) return { kind: 'early', at: due };
  return { kind: 'say', notice: noticeOf(job, request, standing, occasion) };
}

function noticeOf(
  kind: ApprovalNotice['kind'],
  request: RequestRecord,
  { tally }: Standing,
  { now, url }: Occasion,
): ApprovalNotice {
  const { namespace, spec, object } = request;
  const page = `#/approvals/${encodeURIComponent(namespace)}/${encodeURIComponent(request.name)}`;
  return {
    key: `${namespace}/${request.name}/${object.metadata.uid ?? ''}/${kind}`,
    kind,
    at: now,
    namespace,
    request: name(request.name),
    service: name(spec.blueprint.name),
    target: name(`${spec.target.kind} ${spec.target.namespace}/${spec.target.name}`),
    operation: name(spec.operation),
    before: name(spec.before),
    after: name(spec.after),
    risk: riskOf(spec),
    requester: name(`${spec.requester.kind} ${spec.requester.name}`),
    groups: groupsOf(kind, spec.approvers).map(name),
    yes: tally.kind === 'rejected' ? 0 : tally.by.length,
    quorum: spec.quorum,
    decideBy: instantMs(spec.decideBy),
    ...(url !== undefined && { link: `${url}/${page}` }),
  };
}

/** The first group is asked first, all others at half of the time; any of them may decide at any time. */
function groupsOf(kind: ApprovalNotice['kind'], approvers: readonly string[]): readonly string[] {
  if (kind === 'notify') return approvers.slice(0, 1);
  return kind === 'escalate' ? approvers.slice(1) : approvers;
}
