import { isAskedRightly, isOf } from '../approvals/askedRightly.ts';
import { movedSince } from '../approvals/moved.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import { approversOf } from '../policy/authority.ts';
import type { KubeObject } from '../schema/kube.ts';
import { type ApprovalRequestSpec, FINAL } from '../schema/records.ts';
import type { GatewayDeps } from './deps.ts';
import { judged, wishOf } from './views/judgedNow.ts';
import type { DecisionRecord } from './views/records.ts';

/** What a person is told where it is not so. */
export const NOT_ASKED =
  'nobody asked for this: it is not what its decision waits for, or what the gate asks of people';

/**
 * The request is what its Decision waits for and what the gate asks of people now. Anybody may have written it; a genuine
 * vote for a request with other approvers, another asker or another number is no vote for this.
 */
export function isAskedNow(
  deps: Pick<GatewayDeps, 'clock' | 'ownNamespace' | 'trust'>,
  { metadata }: KubeObject,
  spec: ApprovalRequestSpec,
  held: DecisionRecord,
  view: ServiceView,
): boolean {
  const { status } = held;
  const { blueprint, workload } = view;
  const askedAt = status?.history.findLast(({ phase }) => phase === 'AwaitingApproval')?.at;
  if (status === undefined || askedAt === undefined || FINAL.has(status.phase)) return false;
  if (blueprint === undefined || workload === undefined) return false;
  if (status.approval !== metadata.name || !isOf(spec, held)) return false;
  if (movedSince(spec, held.spec, { blueprint, workload }).length > 0) return false;
  const facts = { now: deps.clock.now(), ownNamespace: deps.ownNamespace };
  const verdict = judged(view, wishOf(held, deps.trust), facts);
  const approvers = approversOf(verdict.findings);
  return verdict.operation === spec.operation && isAskedRightly(spec, { blueprint, approvers, askedAt });
}
