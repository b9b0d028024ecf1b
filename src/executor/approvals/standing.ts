import { isOf } from '../../approvals/askedRightly.ts';
import { type Moved, movedSince } from '../../approvals/moved.ts';
import { type Tally, tally, votesOf, whyFull } from '../../approvals/tally.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { ApprovalRequestSpec } from '../../schema/records.ts';
import { type ExecutorDeps, POLL_MS } from '../deps.ts';
import type { HeldDecision } from '../records/heldDecision.ts';

export type Rejected = Extract<Tally, { kind: 'rejected' }>;
export type Approved = Extract<Tally, { kind: 'approved' }>;

/** `broken`: it cannot be read, or is for something else. */
type Ended = { readonly kind: 'broken' } | { readonly kind: 'rejected'; readonly votes: Rejected };

/** How it stands with people's answer to a request. Times in ms. */
export type Standing =
  | Ended
  /** What it asks for is gone, or is not what people were shown. `first` of `moved`. */
  | { readonly kind: 'gone' | 'moved'; readonly first: Moved; readonly moved: readonly Moved[] }
  | { readonly kind: 'approved' | 'approvedLate'; readonly votes: Approved }
  | { readonly kind: 'waits'; readonly until: number; readonly full?: string }
  | { readonly kind: 'unanswered' };

/**
 * What an approval request, its service and the time say of the Decision that waits for it: the one place where this is
 * told. Asked of the mirrors it is whether there is a reason to look, asked of the API server it is what is acted on.
 * Votes are counted from the request itself; a view that is absent is a Blueprint that is gone.
 */
export function standing(
  trust: ExecutorDeps['trust'],
  held: HeldDecision,
  request: KubeObject,
  view: ServiceView | undefined,
  now: number,
): Standing {
  const said = answerTo(trust, held, request);
  if (said.kind !== 'open') return said;
  const { spec, votes } = said;
  const moved = movedSince(spec, held.spec, view ?? {});
  const [first] = moved;
  if (first?.what === 'TargetGone' || first?.what === 'BlueprintGone') return { kind: 'gone', first, moved };
  if (first !== undefined && !isOnlyRaised(votes, moved)) return { kind: 'moved', first, moved };
  if (votes.kind === 'approved') {
    return { kind: isInTime(request, votes, view, now) ? 'approved' : 'approvedLate', votes };
  }
  const decideBy = Date.parse(spec.decideBy);
  // A time that cannot be read is over: no vote counts by it, so that nothing could end the wait.
  if (!(now < decideBy)) return { kind: 'unanswered' };
  const full = whyFull(request);
  return { kind: 'waits', until: Math.min(decideBy, now + POLL_MS), ...(full !== undefined && { full }) };
}

/** What a request says by itself: one that is broken or has a no is over, whatever its service is like by now. */
export function answerTo(
  trust: ExecutorDeps['trust'],
  held: HeldDecision,
  request: KubeObject,
): Ended | { readonly kind: 'open'; readonly spec: ApprovalRequestSpec; readonly votes: Exclude<Tally, Rejected> } {
  const parsed = ApprovalRequestSpec.safeParse(request.spec);
  if (!parsed.success || !isOf(parsed.data, held)) return { kind: 'broken' };
  const votes = countVotes(trust, request);
  return votes.kind === 'rejected' ? { kind: 'rejected', votes } : { kind: 'open', spec: parsed.data, votes };
}

/** Without an executor that knows whom to trust no vote counts. */
export const countVotes = (trust: ExecutorDeps['trust'], request: KubeObject): Tally =>
  trust === undefined ? { kind: 'pending', by: [], needed: 1 } : tally(request, trust);

/** What people approved was done meanwhile: the new version of the blueprint stands. The gate judges what it allows. */
const isOnlyRaised = (votes: Tally, moved: readonly Moved[]): boolean =>
  votes.kind === 'approved' &&
  votes.choice === 'update_blueprint' &&
  moved.every(({ what }) => what === 'BlueprintChanged');

/** From the vote, and not from when an executor that was away finds it. */
function isInTime(request: KubeObject, { vote }: Approved, view: ServiceView | undefined, now: number): boolean {
  const castAt = Date.parse(votesOf(request).find(({ id }) => id === vote)?.at ?? '');
  return now <= castAt + (view?.blueprint?.approval.executeWithinMs ?? 0);
}
