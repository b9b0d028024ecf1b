import { isFromPerson } from '../../approvals/requesterProof.ts';
import type { Trust } from '../../approvals/tally.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { type ChangeRecord, DecisionSpec, DecisionStatus } from '../../schema/records.ts';
import type { Pacing, Request } from '../../schema/request.ts';
import { argumentsOf, wantedOf } from '../../schema/wish.ts';

/** A Decision as read, with its object for the compare-and-swap of its status. */
export interface HeldDecision {
  readonly object: KubeObject;
  readonly namespace: string;
  readonly name: string;
  readonly createdAt: number;
  readonly spec: DecisionSpec;
  readonly status: DecisionStatus;
  /** The requester as far as it is proven: without a signature an agent. */
  readonly person: boolean;
}

/** In a Decision's history: a step of it was verified, the next is due. */
export const NEXT_STEP = 'NextStep';

/** In a Decision's history: from here on it may be carried out, for `approval.executeWithinMs`. */
export const APPROVED = 'Approved';

/** When its newest request was approved; undefined: it was not, or people were asked anew since. */
export function approvedAt({ history }: Pick<DecisionStatus, 'history'>): number | undefined {
  const asked = history.findLastIndex(({ phase }) => phase === 'AwaitingApproval');
  return history.slice(asked + 1).find(({ reason }) => reason === APPROVED)?.at;
}

const FRESH: DecisionStatus = { phase: 'Pending', message: '', reason: 'New', changes: [], history: [] };

/** Fails with the words of what is wrong. A status that is absent or empty is a new Decision's. */
export function readDecision(object: KubeObject, trust: Trust | undefined): Result<HeldDecision, string> {
  const spec = DecisionSpec.safeParse(object.spec);
  if (!spec.success) return err(`spec: ${spec.error.issues[0]?.path.join('.')}: ${spec.error.issues[0]?.message}`);
  const empty = object.status === undefined || Object.keys(object.status as object).length === 0;
  const status = DecisionStatus.safeParse(empty ? FRESH : object.status);
  if (!status.success)
    return err(`status: ${status.error.issues[0]?.path.join('.')}: ${status.error.issues[0]?.message}`);
  const { name, namespace, creationTimestamp } = object.metadata;
  return ok({
    object,
    name,
    namespace: namespace ?? '',
    createdAt: Date.parse(creationTimestamp ?? '') || 0,
    spec: spec.data,
    status: status.data,
    person: trust !== undefined && isFromPerson(object, spec.data, trust),
  });
}

/**
 * The request as the gate judges it: the wish alone. Rationale, brief, confidence and the verdict that came with it stay
 * behind (P3). Its target is judged as it was asked for: one in another namespace is refused by G14, not redirected to
 * the service of the same name here. Arguments that mean nothing to the tool are no part of the wish, nor of what people
 * are asked to approve.
 */
export function requestFrom(held: HeldDecision): Request {
  const { spec } = held;
  const wanted = wantedOf(spec);
  const pace = pacing(held.status);
  return {
    id: held.name,
    tool: spec.tool,
    effect: wanted === undefined ? 'unknown' : 'change',
    args: wanted === undefined ? { ...spec.arguments } : { ...argumentsOf(wanted) },
    ...(wanted !== undefined && { wanted }),
    target: { namespace: spec.target.namespace, name: spec.target.name },
    requester: { kind: held.person ? 'person' : 'agent', name: spec.requester.name },
    ...(pace !== undefined && { pace }),
    ...(spec.seen !== undefined && {
      seen: { uid: spec.seen.uid, replicas: spec.seen.replicas, at: Date.parse(spec.seen.at) || 0 },
    }),
  };
}

/** What was asked of the step that is due now; it waits from when that became due. */
export function pacing(status: DecisionStatus): (Required<Pick<Pacing, 'by' | 'notBefore'>> & Pacing) | undefined {
  const { pace, history } = status;
  const due = history.findLast(({ phase, reason }) => phase === 'Pending' && reason === NEXT_STEP)?.at;
  if (pace === undefined || due === undefined || lastApplied(status)?.id !== pace.after) return undefined;
  const { by, replicas, waitMs } = pace;
  return { by, notBefore: due + waitMs, ...(replicas !== undefined && { replicas }) };
}

/** About another Decision, and no wish for its target: it replaces none and is dropped by no newer one. */
export const isOrder = ({ spec }: HeldDecision): boolean =>
  spec.parent !== undefined && (spec.tool === 'pace' || spec.tool === 'undo');

/** The newest write that is known to have happened. */
export function lastApplied(status: DecisionStatus): ChangeRecord | undefined {
  return status.changes.findLast((change) => change.appliedAt !== undefined);
}

/** The write whose intent is recorded and whose outcome is not. */
export function openIntent(status: DecisionStatus): ChangeRecord | undefined {
  const last = status.changes.at(-1);
  return last?.appliedAt === undefined ? last : undefined;
}
