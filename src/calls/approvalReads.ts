import { err, ok, type Result } from '../kernel/result.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { ClusterReader } from '../ports/cluster.ts';
import { KINDS } from '../schema/kube.ts';
import { ApprovalRequestSpec, ApprovalRequestStatus } from '../schema/records.ts';

const REQUESTS = 5;

/** The newest requests of a service. Their status is the executor's word; how votes are counted is not for an agent to do. */
export async function approvalsOf(view: ServiceView, reader: ClusterReader): Promise<Result<unknown, string>> {
  const listed = await reader.list(KINDS.ApprovalRequest, view.namespace);
  if (!listed.ok) return err(listed.error.message);
  const target = view.blueprint?.target.name ?? view.name;
  const asked = listed.value.items.flatMap(({ metadata, spec, status }) => {
    const read = ApprovalRequestSpec.safeParse(spec);
    if (!read.success || read.data.target.name !== target) return [];
    const now = ApprovalRequestStatus.safeParse(status);
    const { operation, before, after, approvers, quorum, decideBy } = read.data;
    return [
      {
        name: metadata.name,
        asked: metadata.creationTimestamp ?? '',
        what: `${operation}: ${before} to ${after}`,
        phase: now.success ? now.data.phase : 'Pending',
        answer: now.success ? now.data.message : '',
        approvers,
        needed: quorum,
        decide_by: decideBy,
      },
    ];
  });
  return ok(asked.toSorted((a, b) => (a.asked < b.asked ? -1 : 1)).slice(-REQUESTS));
}
