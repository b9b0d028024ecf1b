import { isAskedRightly, isOf } from '../../approvals/askedRightly.ts';
import { movedSince } from '../../approvals/moved.ts';
import { approversOf } from '../../policy/authority.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { ApprovalRequestSpec, ApprovalRequestStatus } from '../../schema/records.ts';
import type { CheckedApproval } from '../../schema/verdict.ts';
import type { Judged } from '../decideAgain.ts';
import type { ExecutorDeps } from '../deps.ts';
import { approvedAt, type HeldDecision, lastApplied } from '../records/heldDecision.ts';
import { endRequest } from './endRequest.ts';
import { countVotes } from './standing.ts';

export interface Given {
  readonly request: KubeObject;
  readonly spec: ApprovalRequestSpec;
}

export type ApprovalAtHand =
  | { readonly kind: 'none' }
  /** People let this through, once. */
  | ({ readonly kind: 'once'; readonly approval: CheckedApproval } & Given)
  /** People chose to raise the limit: it lifts nothing by itself, the new version of the blueprint has to. */
  | ({ readonly kind: 'raise' } & Given)
  | ({ readonly kind: 'expired'; readonly raise: boolean } & Given)
  | { readonly kind: 'unreadable'; readonly message: string };

/**
 * The approval of a Decision whose votes were counted, with them counted again now: an approval is never taken from a
 * status that somebody could have written. Unreadable is not unapproved: asking again would start the time in which it may
 * be carried out anew.
 */
export async function approvalAtHand(
  deps: ExecutorDeps,
  held: HeldDecision,
  executeWithinMs: number,
): Promise<ApprovalAtHand> {
  const since = approvedAt(held.status);
  const { approval: name } = held.status;
  if (since === undefined || name === undefined) return { kind: 'none' };
  const read = await deps.reader.get(KINDS.ApprovalRequest, held.namespace, name);
  if (!read.ok) return { kind: 'unreadable', message: read.error.message };
  const request = read.value;
  const parsed = ApprovalRequestSpec.safeParse(request?.spec);
  if (request === undefined || !parsed.success || !isOf(parsed.data, held) || isUsedUp(request, held)) {
    return { kind: 'none' };
  }
  const spec = parsed.data;
  const votes = countVotes(deps.trust, request);
  if (votes.kind !== 'approved') return { kind: 'none' };
  const raise = votes.choice === 'update_blueprint';
  // Steps that the raised blueprint allows go on by its own word.
  const isDue = deps.clock.now() > since + executeWithinMs && !(raise && lastApplied(held.status) !== undefined);
  if (isDue) return { kind: 'expired', raise, request, spec };
  if (raise) return { kind: 'raise', request, spec };
  const { operation, arguments: args, blueprint } = spec;
  return { kind: 'once', request, spec, approval: { name, operation, args, blueprintHash: blueprint.hash } };
}

/** Single use: a Decision that says it has written nothing cannot have used it, so somebody else wrote one of the two. */
function isUsedUp({ status }: KubeObject, held: HeldDecision): boolean {
  const parsed = ApprovalRequestStatus.safeParse(status);
  return parsed.success && parsed.data.phase === 'Consumed' && lastApplied(held.status) === undefined;
}

/**
 * Whether people decided about what is judged now: nothing moved since, and who may approve, how many, and until when is
 * what this executor would ask for itself. Its own steps move the value, which is then the approval's own effect.
 */
export function stillStands({ spec }: Given, held: HeldDecision, { input, workload, verdict }: Judged): boolean {
  const { blueprint } = input;
  if (blueprint === undefined) return false;
  const isBegun = lastApplied(held.status) !== undefined;
  const moved = movedSince(spec, held.spec, { blueprint, workload });
  if (moved.some(({ what }) => !isBegun || what !== 'ValueChanged')) return false;
  const askedAt = held.status.history.findLast(({ phase }) => phase === 'AwaitingApproval')?.at ?? held.createdAt;
  return isAskedRightly(spec, { blueprint, approvers: approversOf(verdict.findings), askedAt });
}

/** After the write it has been used, whatever becomes of the change. */
export const consume = (deps: ExecutorDeps, held: HeldDecision, { request }: Given): Promise<void> =>
  endRequest(deps, request, 'Consumed', `used by ${held.name}`);
