import { digestOf } from '../approvals/subject.ts';
import type { GatewayDeps } from '../gateway/deps.ts';
import type { Identity } from '../gateway/people/identity.ts';
import { type Voted, vote } from '../gateway/vote.ts';
import type { Result } from '../kernel/result.ts';
import type { VoteBody } from '../schema/api/approvals.ts';
import { KINDS } from '../schema/kube.ts';
import { ApprovalRequestSpec } from '../schema/records.ts';

/** Somebody who is logged in at the gateway. */
export const personIn = (name: string, ...groups: readonly string[]): Identity => ({
  name,
  role: 'operator',
  groups,
  by: { kind: 'token', id: name, scopes: ['read', 'approve'] },
});

/** A careful person's answer through the real gateway: they read what stands there, and do all that its risk asks of them. */
export async function answer(
  deps: GatewayDeps,
  who: Identity,
  where: { readonly namespace: string; readonly name: string },
  said: Partial<VoteBody> & Pick<VoteBody, 'vote'>,
): Promise<Result<Voted, { readonly message: string }>> {
  const read = await deps.reader.get(KINDS.ApprovalRequest, where.namespace, where.name);
  const request = read.ok ? read.value : undefined;
  const spec = ApprovalRequestSpec.safeParse(request?.spec);
  if (request === undefined || !spec.success) return { ok: false, error: { message: `no request ${where.name}` } };
  const digest = digestOf(deps.trust.cluster, request) ?? '';
  const care = { comment: 'looked at the charts', typed: spec.data.target.name };
  return vote(deps, who, where, { digest, ...care, ...said });
}
