import type { Moved } from '../../approvals/moved.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { TAKEN_BACK } from '../../schema/phases.ts';
import type { ApprovalRequestStatus } from '../../schema/records.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from '../deps.ts';
import { alert } from '../records/alert.ts';
import { type End, finish } from '../records/close.ts';
import { oneLine } from '../records/events.ts';
import { APPROVED, type HeldDecision } from '../records/heldDecision.ts';
import { writeStatus } from '../records/writeStatus.ts';
import { heldByClock } from '../serverTime.ts';
import { endRequest } from './endRequest.ts';
import { type Approved, answerTo, type Rejected, type Standing, standing } from './standing.ts';

/**
 * One look at a Decision that waits for people, at its request and its service as they are now. Expiry is by the request's
 * own time, with or without a queue.
 */
export async function awaitApproval(deps: ExecutorDeps, held: HeldDecision): Promise<AgainAt> {
  const now = deps.clock.now();
  const read = await deps.reader.get(KINDS.ApprovalRequest, held.namespace, held.status.approval ?? held.name);
  if (!read.ok) return now + POLL_MS;
  const request = read.value;
  // It was to be opened and is not there (a crash, or somebody deleted it): asked again on fresh state.
  if (request === undefined)
    return judgeAgain(deps, held, 'ApprovalLost', 'its approval request is gone: judged again');
  // A no is one also while the service cannot be read.
  const said = answerTo(deps.trust, held, request);
  if (said.kind !== 'open') return act(deps, held, request, said);
  const seen = await deps.observer.fresh(held.namespace, held.spec.blueprint.name);
  if (!seen.ok && seen.error.code !== 'notFound') return now + POLL_MS;
  return act(deps, held, request, standing(deps.trust, held, request, seen.ok ? seen.value : undefined, now));
}

/** What only the time says. */
const TOO_LATE: ReadonlySet<Standing['kind']> = new Set(['approvedLate', 'unanswered']);

async function act(deps: ExecutorDeps, held: HeldDecision, request: KubeObject, stands: Standing): Promise<AgainAt> {
  const later = TOO_LATE.has(stands.kind) ? await heldByClock(deps, held) : undefined;
  if (later !== undefined) return later;
  switch (stands.kind) {
    case 'broken':
      return finish(deps, held, {
        phase: 'Expired',
        reason: 'ApprovalBroken',
        message: 'its approval request cannot be read, or is for something else',
      });
    case 'rejected':
      return over(deps, held, request, { phase: 'Rejected', ...rejection(held, stands.votes) });
    case 'gone': {
      const message = movedText(stands.moved);
      return over(deps, held, request, { phase: 'Superseded', reason: stands.first.what, message });
    }
    case 'moved': {
      const why = movedText(stands.moved);
      const again = await judgeAgain(deps, held, stands.first.what, `judged again, since the world moved: ${why}`);
      await endRequest(deps, request, 'Superseded', why);
      return again;
    }
    case 'approved':
      return release(deps, held, request, stands.votes);
    case 'approvedLate':
      return over(deps, held, request, {
        phase: 'Expired',
        reason: 'NotExecutedInTime',
        message: 'approved, but it could not be carried out in time',
      });
    case 'waits':
      if (stands.full !== undefined) {
        const key = `${request.metadata.name}.VotesFull`;
        await alert(deps, held, { code: 'VotesFull', message: stands.full, key });
      }
      return stands.until;
    case 'unanswered':
      return over(deps, held, request, {
        phase: 'Expired',
        reason: 'NoAnswer',
        message: 'nobody decided in time: that means no',
      });
  }
}

export const movedText = (moved: readonly Moved[]): string =>
  moved.map(({ asked, now }) => `${asked} then, ${now} now`).join('; ');

/** Who said no, and in their words why: it is what the agent is told. */
function rejection(
  { spec: { requester }, person }: HeldDecision,
  { by, comment }: Rejected,
): Pick<End, 'reason' | 'message'> {
  const words = comment === undefined ? 'without a comment' : `their words: "${oneLine(comment, 400)}"`;
  const said = `by ${oneLine(by, 64)}; ${words}`;
  return person && by === requester.name
    ? { reason: TAKEN_BACK, message: `taken back ${said}` }
    : { reason: 'Rejected', message: `rejected ${said}` };
}

/** The request first, since whoever goes on after a crash in between finds the same answer in its votes. */
async function over(
  deps: ExecutorDeps,
  held: HeldDecision,
  request: KubeObject,
  end: End & { readonly phase: ApprovalRequestStatus['phase'] },
): Promise<AgainAt> {
  await endRequest(deps, request, end.phase, end.message);
  return finish(deps, held, end);
}

async function judgeAgain(deps: ExecutorDeps, held: HeldDecision, reason: string, message: string): Promise<AgainAt> {
  return after(deps, await writeStatus(deps, held, { phase: 'Pending', reason, message }));
}

async function release(
  deps: ExecutorDeps,
  held: HeldDecision,
  request: KubeObject,
  { by, choice }: Approved,
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
