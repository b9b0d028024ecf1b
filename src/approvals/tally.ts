import { z } from 'zod';
import type { KubeObject } from '../schema/kube.ts';
import { ApprovalRequestSpec } from '../schema/records.ts';
import { MAX_VOTES, Vote } from '../schema/vote.ts';
import type { TrustedKeys } from './keys.ts';
import { digestOf } from './subject.ts';
import { isGenuine } from './vote.ts';

/** What an executor needs to know to count votes. */
export interface Trust {
  readonly keys: TrustedKeys;
  /** UID of the namespace kube-system: a vote of another cluster counts for nothing here. */
  readonly cluster: string;
}

/**
 * What the votes come to.
 *
 * `approved`: as many people as the quorum asks for said yes. `choice` is the lasting one only when each of them chose it:
 * a limit is never raised by somebody who wanted it once. `rejected`: one no before that ends it.
 */
export type Tally =
  | { readonly kind: 'pending'; readonly by: readonly string[]; readonly needed: number }
  | {
      readonly kind: 'approved';
      readonly by: readonly string[];
      readonly choice: 'once' | 'update_blueprint';
      readonly vote: string;
    }
  | { readonly kind: 'rejected'; readonly by: string; readonly comment?: string };

/**
 * Counts the votes of an ApprovalRequest in the order in which the API server took them. One counts only if a trusted
 * gateway signed it for this very request, its voter was in a group that may approve and is not who asked, and voted in
 * time; of the person who asked a no counts, which takes the request back. All others are as if they were not there. Each person counts once, by what they said last. Pure, so that gateway and executor cannot differ;
 * what is first decided stays, since votes are only ever added.
 */
export function tally(request: KubeObject, { keys, cluster }: Trust): Tally {
  const spec = ApprovalRequestSpec.safeParse(request.spec);
  const digest = digestOf(cluster, request);
  if (!spec.success || digest === undefined) return { kind: 'pending', by: [], needed: 1 };
  const yes = new Map<string, Vote>();
  for (const vote of votesOf(request)) {
    if (!isGenuine(vote, digest, keys) || !mayDecide(vote, spec.data)) continue;
    if (vote.vote === 'reject') {
      return { kind: 'rejected', by: vote.by, ...(vote.comment === undefined ? {} : { comment: vote.comment }) };
    }
    const said = yes.get(vote.by);
    // The API server keeps votes from being changed, not from being put in another order.
    if (said === undefined || Date.parse(said.at) <= Date.parse(vote.at)) yes.set(vote.by, vote);
    if (yes.size >= spec.data.quorum) return approved([...yes.values()], vote);
  }
  return { kind: 'pending', by: [...yes.keys()], needed: spec.data.quorum };
}

/**
 * What a person can do about a request that takes no vote any more and is not decided; undefined: it takes one. Votes are
 * only ever added, so that whoever may write there can use up the room for all, and only another request helps.
 */
export function whyFull(request: KubeObject): string | undefined {
  const { namespace = '', name } = request.metadata;
  const listed = request['votes'];
  if (!Array.isArray(listed) || listed.length < MAX_VOTES) return undefined;
  return `${listed.length} votes stand beside this request, as many as there is room for, and they decide nothing: somebody wrote them past the gateway, so look at who may write ApprovalRequests. kubectl -n ${namespace} delete approvalrequest ${name} takes it away, and it is asked anew at once`;
}

/** What stands beside the spec, as far as it can be read: a list that anybody may have written. */
export function votesOf(request: KubeObject): readonly Vote[] {
  const listed = z.array(z.unknown()).safeParse(request['votes']);
  return (listed.success ? listed.data.slice(0, MAX_VOTES) : []).flatMap((entry) => {
    const vote = Vote.safeParse(entry);
    return vote.success ? [vote.data] : [];
  });
}

/** Why this person may not say this to this request; undefined: they may. The same words at the gateway and in no one's way. */
export function mayNotDecide(
  who: { readonly by: string; readonly groups: readonly string[]; readonly vote: Vote['vote'] },
  spec: Pick<ApprovalRequestSpec, 'approvers' | 'requester'>,
): string | undefined {
  if (who.by === spec.requester.name) {
    if (spec.requester.kind === 'agent') return 'nobody approves their own request';
    return who.vote === 'reject' ? undefined : 'nobody approves their own request; rejecting it takes it back';
  }
  if (who.groups.some((group) => spec.approvers.includes(group))) return undefined;
  return `only ${spec.approvers.join(', ')} may decide this, and ${who.by} is in ${who.groups.join(', ') || 'no group'}`;
}

function mayDecide(vote: Vote, spec: ApprovalRequestSpec): boolean {
  const at = Date.parse(vote.at);
  return mayNotDecide(vote, spec) === undefined && at <= Date.parse(spec.decideBy);
}

const approved = (votes: readonly Vote[], last: Vote): Tally => ({
  kind: 'approved',
  by: votes.map(({ by }) => by),
  choice: votes.every(({ choice }) => choice === 'update_blueprint') ? 'update_blueprint' : 'once',
  vote: last.id,
});
