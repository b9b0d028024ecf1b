import { changeTexts } from '../schema/changeText.ts';
import { cut, verdictRecord } from '../schema/decisionObject.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { ApprovalRequestSpec, ApprovalRequestStatus } from '../schema/records.ts';
import type { CheckedApproval } from '../schema/verdict.ts';
import { templateChange } from '../schema/wantedChange.ts';
import { argumentsOf, wantedOf } from '../schema/wish.ts';
import type { Workload } from '../schema/workload.ts';
import { finish, unlogged } from './close.ts';
import type { Judged } from './decideAgain.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from './deps.ts';
import { attribution, tell } from './events.ts';
import { APPROVED, type HeldDecision } from './heldDecision.ts';
import { writeStatus } from './writeStatus.ts';

/** Opens the ApprovalRequest of a restricted Decision (named like it, so that there is one) and waits for its votes. */
export async function askApproval(deps: ExecutorDeps, held: HeldDecision, judged: Judged): Promise<AgainAt> {
  const { verdict, workload, input } = judged;
  const { blueprint } = input;
  if (blueprint === undefined) return deps.clock.now() + POLL_MS;
  const decideBy = deps.clock.now() + blueprint.approval.decideWithinMs;
  const message = `needs approval by ${verdict.approvers.join(', ')} until ${new Date(decideBy).toISOString()}`;
  const waiting = await writeStatus(deps, held, {
    phase: 'AwaitingApproval',
    reason: 'Restricted',
    message,
    verdict: verdictRecord(verdict),
    approval: held.name,
    notBefore: undefined,
    deferredSince: undefined,
  });
  if (!waiting.ok) {
    return waiting.error.code === 'unwritable'
      ? unlogged(deps, held, waiting.error.message)
      : deps.clock.now() + SOON_MS;
  }
  const spec: ApprovalRequestSpec = {
    decision: held.name,
    decisionUid: held.object.metadata.uid ?? '',
    blueprint: { name: blueprint.name, version: blueprint.version, hash: blueprint.hash },
    target: { ...held.spec.target, uid: workload.uid },
    operation: verdict.operation,
    arguments: argumentsOf(wantedOf(held.spec)),
    ...beforeAndAfter(held, workload),
    why: whyText(held, judged),
    requester: held.spec.requester,
    approvers: [...verdict.approvers].slice(0, 32),
    quorum: Math.min(10, Math.max(1, blueprint.approval.quorum)),
    decideBy: new Date(decideBy).toISOString(),
  };
  return open(deps, waiting.value, spec, message);
}

async function open(
  deps: ExecutorDeps,
  held: HeldDecision,
  spec: ApprovalRequestSpec,
  message: string,
): Promise<AgainAt> {
  const { apiVersion, kind } = KINDS.ApprovalRequest;
  const metadata = { name: held.name, namespace: held.namespace };
  // Told before it stands there: whoever goes on after a crash or a lost answer tells it again, which is the same Event.
  await tell(deps, held, {
    reason: 'ApprovalNeeded',
    key: held.name,
    note: `${spec.operation} (${spec.before} to ${spec.after}) ${message}; ${attribution(held)}`,
  });
  const made = await deps.records.create(KINDS.ApprovalRequest, { apiVersion, kind, metadata, spec });
  if (!made.ok && made.error.code !== 'conflict') {
    deps.log.warn({ decisionId: held.name, error: made.error.message }, 'approval request not opened yet');
    return deps.clock.now() + POLL_MS;
  }
  return Date.parse(spec.decideBy);
}

/** What is approved, in words of both sides. */
function beforeAndAfter({ spec }: HeldDecision, workload: Workload): Pick<ApprovalRequestSpec, 'before' | 'after'> {
  const wanted = wantedOf(spec);
  const template = wanted && templateChange(wanted, workload);
  if (template !== undefined) return changeTexts(template);
  const before = `${workload.replicas} replicas`;
  return { before, after: wanted?.kind === 'scale' ? `${wanted.replicas} replicas` : spec.tool };
}

/** What an approver reads: the rules' words first, then what came with the request, marked as such: the executor knows none of it. */
function whyText({ spec }: HeldDecision, { verdict }: Judged): string {
  const rules = verdict.findings.filter(({ effect }) => effect === 'restrict').map(({ message }) => message);
  const brief = spec.brief === undefined ? [] : ['The brief that came with the request:', spec.brief];
  return [
    `Restricted: ${rules.join('; ')}`,
    `The requester's words: ${spec.brief === undefined ? spec.rationale : cut(spec.rationale, 400)}`,
    ...brief,
    ...spec.evidence,
  ]
    .join('\n')
    .slice(0, 4000);
}

/** One look at a Decision that waits for people. Expiry is by the request's own time, with or without a queue. */
export async function awaitApproval(deps: ExecutorDeps, held: HeldDecision): Promise<AgainAt> {
  const now = deps.clock.now();
  const read = await deps.reader.get(KINDS.ApprovalRequest, held.namespace, held.status.approval ?? held.name);
  if (!read.ok) return now + POLL_MS;
  if (read.value === undefined) return reopen(deps, held);
  const request = read.value;
  const spec = ApprovalRequestSpec.safeParse(request.spec);
  if (!spec.success || spec.data.decision !== held.name) {
    return finish(deps, held, {
      phase: 'Expired',
      reason: 'ApprovalBroken',
      message: 'its approval request cannot be read',
    });
  }
  const seen = await deps.observer.fresh(held.namespace, held.spec.blueprint.name);
  if (!seen.ok && seen.error.code !== 'notFound') return now + POLL_MS;
  const moved = seen.ok
    ? worldMoved(spec.data, seen.value)
    : { reason: 'BlueprintGone', message: 'the blueprint is gone' };
  if (moved !== undefined) {
    await endRequest(deps, request, 'Superseded', moved.message);
    return finish(deps, held, { phase: 'Superseded', ...moved });
  }
  const vote = deps.votes?.(request) ?? 'pending';
  if (vote === 'rejected') {
    await endRequest(deps, request, 'Rejected', 'rejected');
    return finish(deps, held, { phase: 'Rejected', reason: 'Rejected', message: 'its approvers said no' });
  }
  if (vote === 'pending') {
    const decideBy = Date.parse(spec.data.decideBy);
    if (now < decideBy) return Math.min(decideBy, now + POLL_MS);
    await endRequest(deps, request, 'Expired', 'nobody decided in time');
    return finish(deps, held, {
      phase: 'Expired',
      reason: 'NoAnswer',
      message: 'nobody decided in time: that means no',
    });
  }
  await endRequest(deps, request, 'Approved', 'approved');
  const released = await writeStatus(deps, held, { phase: 'Pending', reason: APPROVED, message: 'approved' });
  return released.ok || released.error.code === 'lookAgain' ? now : now + POLL_MS;
}

/** The request was to be opened and is not there (a crash, or somebody deleted it): asked again on fresh state. */
async function reopen(deps: ExecutorDeps, held: HeldDecision): Promise<AgainAt> {
  const update = {
    phase: 'Pending',
    reason: 'ApprovalLost',
    message: 'its approval request is gone: judged again',
  } as const;
  await writeStatus(deps, held, { ...update, approval: undefined });
  return deps.clock.now();
}

function worldMoved(
  spec: ApprovalRequestSpec,
  view: {
    readonly blueprint?: { readonly hash: string };
    readonly workload?: { readonly uid: string; readonly deleting: boolean };
  },
): { readonly reason: string; readonly message: string } | undefined {
  const { blueprint, workload } = view;
  if (workload === undefined || workload.deleting || workload.uid !== spec.target.uid) {
    return { reason: 'TargetGone', message: 'the target is gone or another one' };
  }
  return blueprint?.hash === spec.blueprint.hash
    ? undefined
    : { reason: 'BlueprintChanged', message: 'the blueprint changed since it was asked' };
}

async function endRequest(
  deps: ExecutorDeps,
  request: KubeObject,
  phase: ApprovalRequestStatus['phase'],
  message: string,
): Promise<void> {
  const status = ApprovalRequestStatus.safeParse(request.status);
  if (status.success && status.data.phase === phase) return;
  const written = await deps.records.replaceStatus(KINDS.ApprovalRequest, { ...request, status: { phase, message } });
  if (!written.ok) deps.log.warn({ approval: request.metadata.name, phase }, 'approval request not updated');
}

export type ApprovalAtHand =
  | { readonly kind: 'none' }
  | { readonly kind: 'checked'; readonly approval: CheckedApproval }
  | { readonly kind: 'expired' }
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
  const approved = held.status.history.findLast((entry) => entry.reason === APPROVED);
  if (approved === undefined || held.status.approval === undefined) return { kind: 'none' };
  if (deps.clock.now() > approved.at + executeWithinMs) return { kind: 'expired' };
  const read = await deps.reader.get(KINDS.ApprovalRequest, held.namespace, held.status.approval);
  if (!read.ok) return { kind: 'unreadable', message: read.error.message };
  if (read.value === undefined || deps.votes?.(read.value) !== 'approved') return { kind: 'none' };
  const spec = ApprovalRequestSpec.safeParse(read.value.spec);
  if (!spec.success || spec.data.decision !== held.name) return { kind: 'none' };
  const { operation, arguments: args, blueprint } = spec.data;
  return { kind: 'checked', approval: { name: held.status.approval, operation, args, blueprintHash: blueprint.hash } };
}

/** Single use: after the write it has been used, whatever becomes of the change. */
export async function consume(deps: ExecutorDeps, held: HeldDecision): Promise<void> {
  if (held.status.approval === undefined) return;
  const read = await deps.reader.get(KINDS.ApprovalRequest, held.namespace, held.status.approval);
  if (read.ok && read.value !== undefined) await endRequest(deps, read.value, 'Consumed', `used by ${held.name}`);
}
