import { quorumOf } from '../../approvals/askedRightly.ts';
import { valuesOf } from '../../approvals/values.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import { cut, verdictRecord } from '../../schema/decisionObject.ts';
import { KINDS } from '../../schema/kube.ts';
import type { ApprovalRequestSpec } from '../../schema/records.ts';
import { argumentsOf, wantedOf } from '../../schema/wish.ts';
import type { Judged } from '../decideAgain.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from '../deps.ts';
import { finish, unlogged } from '../records/close.ts';
import { attribution, tell } from '../records/events.ts';
import type { HeldDecision } from '../records/heldDecision.ts';
import { writeStatus } from '../records/writeStatus.ts';
import { endRequest, isOpenRequest } from './endRequest.ts';
import { rejectedLately } from './rejectedLately.ts';
import { settleRivals } from './rivals.ts';

/** As often as one Decision is put to people while the world moves under it. */
const MOST_REQUESTS = 10;

/**
 * Puts a restricted Decision to people, in a request of its own: the first is named like the Decision, each later one
 * (after the world moved) gets a number, so that no vote for the one before can be taken for it.
 */
export async function askApproval(
  deps: ExecutorDeps,
  held: HeldDecision,
  judged: Judged,
  siblings: readonly HeldDecision[],
): Promise<AgainAt> {
  const { verdict, input } = judged;
  const { blueprint } = input;
  const now = deps.clock.now();
  if (blueprint === undefined) return now + POLL_MS;
  const no = rejectedLately(held, siblings, now);
  if (no !== undefined) return finish(deps, held, { phase: 'Refused', reason: 'RejectedLately', message: no });
  const spec = requestSpec(held, judged, blueprint, now);
  const rivalry = await settleRivals(deps, held, spec);
  if (rivalry.kind === 'unclear') return now + POLL_MS;
  if (rivalry.kind === 'ends') return finish(deps, held, rivalry.end);
  const name = await freeName(deps, held);
  if (name === 'unreadable') return now + POLL_MS;
  if (name === 'none') {
    const message = `asked ${MOST_REQUESTS} times, and the world moved each time: asked no more`;
    return finish(deps, held, { phase: 'Superseded', reason: 'MovedTooOften', message });
  }
  const message = `needs approval by ${verdict.approvers.join(', ')} until ${spec.decideBy}`;
  const waiting = await writeStatus(deps, held, {
    phase: 'AwaitingApproval',
    reason: 'Restricted',
    message,
    verdict: verdictRecord(verdict),
    approval: name,
    notBefore: undefined,
    deferredSince: undefined,
  });
  if (!waiting.ok) {
    return waiting.error.code === 'unwritable'
      ? unlogged(deps, held, waiting.error.message)
      : deps.clock.now() + SOON_MS;
  }
  return open(deps, waiting.value, name, spec, message);
}

function requestSpec(held: HeldDecision, judged: Judged, blueprint: Blueprint, now: number): ApprovalRequestSpec {
  const { verdict, workload } = judged;
  const { name, version, hash } = blueprint;
  const values = valuesOf(held.spec, workload);
  return {
    decision: held.name,
    decisionUid: held.object.metadata.uid ?? '',
    blueprint: { name, version, hash },
    target: { ...held.spec.target, uid: workload.uid },
    operation: verdict.operation,
    arguments: argumentsOf(wantedOf(held.spec)),
    ...values,
    why: whyText(held, judged),
    requester: held.spec.requester,
    approvers: [...verdict.approvers].slice(0, 32),
    quorum: quorumOf(blueprint, { operation: verdict.operation, ...values }),
    decideBy: new Date(now + blueprint.approval.decideWithinMs).toISOString(),
  };
}

/** The first name that nothing stands at; what is still open of this Decision's own ends on the way. */
async function freeName(deps: ExecutorDeps, held: HeldDecision): Promise<string | 'unreadable' | 'none'> {
  const first = numberOf(held);
  for (let number = first; number <= MOST_REQUESTS; number += 1) {
    const name = number === 1 ? held.name : `${held.name}-${number}`;
    const read = await deps.reader.get(KINDS.ApprovalRequest, held.namespace, name);
    if (!read.ok) return 'unreadable';
    if (read.value === undefined) return name;
    if (isOpenRequest(read.value)) {
      await endRequest(deps, read.value, 'Superseded', 'the world moved since it was asked: asked anew');
    }
  }
  return 'none';
}

/** Where the newest request of this Decision stands in the row of its names. */
function numberOf({ name, status: { approval } }: HeldDecision): number {
  const number = Number(approval?.slice(name.length + 1));
  return Number.isInteger(number) && number > 1 ? number : 1;
}

async function open(
  deps: ExecutorDeps,
  held: HeldDecision,
  name: string,
  spec: ApprovalRequestSpec,
  message: string,
): Promise<AgainAt> {
  const { apiVersion, kind } = KINDS.ApprovalRequest;
  const metadata = { name, namespace: held.namespace };
  // Told before it stands there: whoever goes on after a crash or a lost answer tells it again, which is the same Event.
  await tell(deps, held, {
    reason: 'ApprovalNeeded',
    key: name,
    note: `${spec.operation} (${spec.before} to ${spec.after}) ${message}; ${attribution(held)}`,
  });
  const made = await deps.records.create(KINDS.ApprovalRequest, { apiVersion, kind, metadata, spec });
  if (!made.ok && made.error.code !== 'conflict') {
    deps.log.warn(
      { decision: `${held.namespace}/${held.name}`, error: made.error.message },
      'approval request not opened yet',
    );
    return deps.clock.now() + POLL_MS;
  }
  return Date.parse(spec.decideBy);
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
