import { isOf } from '../approvals/askedRightly.ts';
import { type Moved, movedSince } from '../approvals/moved.ts';
import { type Tally, tally, votesOf, whyFull } from '../approvals/tally.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { ClusterResult } from '../ports/cluster.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { ApprovalRequestSpec, type ApprovalRequestStatus } from '../schema/records.ts';
import { alert } from './alert.ts';
import { type End, finish } from './close.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from './deps.ts';
import { endRequest } from './endRequest.ts';
import { oneLine } from './events.ts';
import { APPROVED, type HeldDecision } from './heldDecision.ts';
import { writeStatus } from './writeStatus.ts';

/**
 * One look at a Decision that waits for people. Votes are counted from the request itself, each time; expiry is by the
 * request's own time, with or without a queue.
 */
export async function awaitApproval(deps: ExecutorDeps, held: HeldDecision): Promise<AgainAt> {
  const now = deps.clock.now();
  const read = await deps.reader.get(KINDS.ApprovalRequest, held.namespace, held.status.approval ?? held.name);
  if (!read.ok) return now + POLL_MS;
  const request = read.value;
  // It was to be opened and is not there (a crash, or somebody deleted it): asked again on fresh state.
  if (request === undefined)
    return judgeAgain(deps, held, 'ApprovalLost', 'its approval request is gone: judged again');
  const spec = ApprovalRequestSpec.safeParse(request.spec);
  if (!spec.success || !isOf(spec.data, held)) {
    const message = 'its approval request cannot be read, or is for something else';
    return finish(deps, held, { phase: 'Expired', reason: 'ApprovalBroken', message });
  }
  const votes = countVotes(deps, request);
  if (votes.kind === 'rejected') {
    const message = rejection(votes);
    return over(deps, held, request, 'Rejected', { phase: 'Rejected', reason: 'Rejected', message });
  }
  const seen = await deps.observer.fresh(held.namespace, held.spec.blueprint.name);
  if (!seen.ok && seen.error.code !== 'notFound') return now + POLL_MS;
  const moved = seen.ok ? movedSince(spec.data, held.spec, seen.value) : [blueprintGone(spec.data)];
  const [first] = moved;
  if (first?.what === 'TargetGone' || first?.what === 'BlueprintGone') {
    const end = { phase: 'Superseded', reason: first.what, message: movedText(moved) } as const;
    return over(deps, held, request, 'Superseded', end);
  }
  if (first !== undefined && !isOnlyRaised(votes, moved)) {
    const message = `judged again, since the world moved: ${movedText(moved)}`;
    const again = await judgeAgain(deps, held, first.what, message);
    await endRequest(deps, request, 'Superseded', movedText(moved));
    return again;
  }
  if (votes.kind === 'approved')
    return isInTime(request, votes, seen, now) ? release(deps, held, request, votes) : late(deps, held, request);
  const decideBy = Date.parse(spec.data.decideBy);
  if (now < decideBy) {
    const full = whyFull(request);
    if (full !== undefined)
      await alert(deps, held, { code: 'VotesFull', message: full, key: `${request.metadata.name}.VotesFull` });
    return Math.min(decideBy, now + POLL_MS);
  }
  const message = 'nobody decided in time: that means no';
  return over(deps, held, request, 'Expired', { phase: 'Expired', reason: 'NoAnswer', message });
}

/** Without an executor that knows whom to trust no vote counts. */
export const countVotes = ({ trust }: ExecutorDeps, request: KubeObject): Tally =>
  trust === undefined ? { kind: 'pending', by: [], needed: 1 } : tally(request, trust);

const blueprintGone = ({ blueprint }: ApprovalRequestSpec): Moved => ({
  what: 'BlueprintGone',
  asked: `Blueprint ${blueprint.name} ${blueprint.version}`,
  now: 'it is gone',
});

export const movedText = (moved: readonly Moved[]): string =>
  moved.map(({ asked, now }) => `${asked} then, ${now} now`).join('; ');

/** What people approved was done meanwhile: the new version of the blueprint stands. The gate judges what it allows. */
const isOnlyRaised = (votes: Tally, moved: readonly Moved[]): boolean =>
  votes.kind === 'approved' &&
  votes.choice === 'update_blueprint' &&
  moved.every(({ what }) => what === 'BlueprintChanged');

/** Who said no, and in their words why: it is what the agent is told. */
function rejection({ by, comment }: Extract<Tally, { kind: 'rejected' }>): string {
  const words = comment === undefined ? 'without a comment' : `their words: "${oneLine(comment, 400)}"`;
  return `rejected by ${oneLine(by, 64)}; ${words}`;
}

/** The request first, since whoever goes on after a crash in between finds the same answer in its votes. */
async function over(
  deps: ExecutorDeps,
  held: HeldDecision,
  request: KubeObject,
  phase: ApprovalRequestStatus['phase'],
  end: End,
): Promise<AgainAt> {
  await endRequest(deps, request, phase, end.message);
  return finish(deps, held, end);
}

async function judgeAgain(deps: ExecutorDeps, held: HeldDecision, reason: string, message: string): Promise<AgainAt> {
  return after(deps, await writeStatus(deps, held, { phase: 'Pending', reason, message }));
}

/** From the vote, and not from when an executor that was away finds it. */
function isInTime(
  request: KubeObject,
  { vote }: Extract<Tally, { kind: 'approved' }>,
  seen: ClusterResult<ServiceView>,
  now: number,
): boolean {
  const castAt = Date.parse(votesOf(request).find(({ id }) => id === vote)?.at ?? '');
  const within = seen.ok ? seen.value.blueprint?.approval.executeWithinMs : undefined;
  return now <= castAt + (within ?? 0);
}

function late(deps: ExecutorDeps, held: HeldDecision, request: KubeObject): Promise<AgainAt> {
  const message = 'approved, but it could not be carried out in time';
  return over(deps, held, request, 'Expired', { phase: 'Expired', reason: 'NotExecutedInTime', message });
}

async function release(
  deps: ExecutorDeps,
  held: HeldDecision,
  request: KubeObject,
  { by, choice }: Extract<Tally, { kind: 'approved' }>,
): Promise<AgainAt> {
  const how = choice === 'once' ? 'once' : 'and the blueprint is raised first';
  const message = `approved by ${by.join(', ')}, ${how}`;
  await endRequest(deps, request, 'Approved', message);
  const released = await writeStatus(deps, held, { phase: 'Pending', reason: APPROVED, message });
  return after(deps, released);
}

/** At once where it is Pending now; else not at once again. */
function after({ clock }: ExecutorDeps, written: Awaited<ReturnType<typeof writeStatus>>): AgainAt {
  if (written.ok) return clock.now();
  return clock.now() + (written.error.code === 'lookAgain' ? SOON_MS : POLL_MS);
}
