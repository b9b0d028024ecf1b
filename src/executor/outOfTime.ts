import { type DecisionStatus, FINAL } from '../schema/records.ts';
import { approvedAt, type HeldDecision, isOrder, pacing } from './records/heldDecision.ts';

const AGENT_MS = 60_000;
const PERSON_MS = 600_000;

/**
 * Why a deferred wish is dropped, if it is: an agent's after a minute or when a newer one for the target exists (it is
 * computed anew, on what is true then), a person's after ten, or when the same person has asked anew.
 */
export function outOfTime(held: HeldDecision, siblings: readonly HeldDecision[], now: number): string | undefined {
  const { status, person } = held;
  if (status.phase !== 'Deferred' || isApproved(held)) return undefined;
  const limit = person ? PERSON_MS : AGENT_MS;
  if (status.deferredSince !== undefined && now - waitsSince(status, status.deferredSince) >= limit) {
    const then = person ? 'ask again if it is still wanted' : 'computed anew';
    return `it still waits after ${limit / 1000} s (${status.reason}): dropped; ${then}`;
  }
  const newer = siblings.find((other) => isNewer(other, held) && isSameAsker(other, held));
  return newer === undefined ? undefined : `replaced by the newer ${newer.name}`;
}

/** When a deferred wish is dropped at the latest (ms). */
export function dropsAt(held: HeldDecision): number {
  const { status, person } = held;
  if (isApproved(held)) return Number.POSITIVE_INFINITY;
  const since = status.deferredSince ?? Number.POSITIVE_INFINITY;
  return waitsSince(status, since) + (person ? PERSON_MS : AGENT_MS);
}

/** What a pace holds back does not run out of time by it. */
const waitsSince = (status: DecisionStatus, since: number): number => Math.max(since, pacing(status)?.notBefore ?? 0);

/** What people approved is theirs: it waits for as long as the approval may be carried out. */
const isApproved = ({ status }: HeldDecision): boolean =>
  status.approval !== undefined && approvedAt(status) !== undefined;

/** One that is over already replaces nothing: it may have been refused. */
const isNewer = (other: HeldDecision, held: HeldDecision): boolean =>
  !FINAL.has(other.status.phase) &&
  !isOrder(other) &&
  other.spec.target.name === held.spec.target.name &&
  (other.createdAt > held.createdAt || (other.createdAt === held.createdAt && other.name > held.name));

const isSameAsker = (other: HeldDecision, held: HeldDecision): boolean =>
  held.person ? other.person && other.spec.requester.name === held.spec.requester.name : !other.person;
