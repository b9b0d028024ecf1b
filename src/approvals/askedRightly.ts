import type { Blueprint } from '../schema/blueprint.ts';
import type { KubeObject } from '../schema/kube.ts';
import type { ApprovalRequestSpec, DecisionSpec } from '../schema/records.ts';
import { sameJson } from '../schema/resources.ts';
import { argumentsOf, wantedOf } from '../schema/wish.ts';
import { FRICTION, riskOf } from './risk.ts';

/** What a request has to be, by what is known without it. */
export interface Rightly {
  readonly blueprint: Blueprint;
  /** Groups that the gate names for this wish now. */
  readonly approvers: readonly string[];
  /** When people were asked (ms). */
  readonly askedAt: number;
}

/**
 * A request is a record that others may have written: who may decide it, how many have to, and until when is believed only
 * where the gate and the blueprint say the same.
 */
export const isAskedRightly = (spec: ApprovalRequestSpec, { blueprint, approvers, askedAt }: Rightly): boolean =>
  approvers.length === spec.approvers.length &&
  approvers.every((group) => spec.approvers.includes(group)) &&
  spec.quorum >= quorumOf(blueprint, spec) &&
  Date.parse(spec.decideBy) <= askedAt + blueprint.approval.decideWithinMs;

/** As many as the blueprint names, and never fewer than the risk of the change asks for. */
export const quorumOf = (
  { approval }: Blueprint,
  change: Pick<ApprovalRequestSpec, 'operation' | 'before' | 'after'>,
): number => Math.min(10, Math.max(1, approval.quorum, FRICTION[riskOf(change)].people));

/** A request that somebody else made, or that was made for an earlier Decision of this name, is not this one's. */
export const isOf = (
  spec: ApprovalRequestSpec,
  held: { readonly name: string; readonly object: KubeObject; readonly spec: DecisionSpec },
): boolean =>
  spec.decision === held.name &&
  spec.decisionUid === held.object.metadata.uid &&
  spec.blueprint.name === held.spec.blueprint.name &&
  spec.target.name === held.spec.target.name &&
  sameJson(spec.requester, held.spec.requester) &&
  sameJson(spec.arguments, argumentsOf(wantedOf(held.spec)));
