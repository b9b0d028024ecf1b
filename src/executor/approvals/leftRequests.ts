import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { ApprovalRequestSpec, type ApprovalRequestStatus, FINAL } from '../../schema/records.ts';
import type { ExecutorDeps } from '../deps.ts';
import { type HeldDecision, lastApplied, readDecision } from '../records/heldDecision.ts';
import { endRequest, isOpenRequest } from './endRequest.ts';

/** A few at a time: none of them can do anything. */
const PER_PASS = 10;

/**
 * Ends the requests that no Decision waits for any more, so that nobody is asked in vain: their Decision is over, is gone,
 * or was put to people anew. While there are none it costs no request.
 */
export async function endLeftRequests(deps: ExecutorDeps): Promise<void> {
  const known = new Map(deps.observer.decisions().map((decision) => [keyOf(decision), decision]));
  const left = deps.observer.approvals().filter((request) => {
    const spec = ApprovalRequestSpec.safeParse(request.spec);
    if (!spec.success || !isOpenRequest(request)) return false;
    const decision = known.get(`${request.metadata.namespace}/${spec.data.decision}`);
    return ending(deps, request, spec.data, decision) !== undefined;
  });
  for (const { metadata } of left.slice(0, PER_PASS)) {
    // Mirrors may be behind: the two records themselves decide.
    const read = await deps.reader.get(KINDS.ApprovalRequest, metadata.namespace, metadata.name);
    const spec = ApprovalRequestSpec.safeParse(read.ok ? read.value?.spec : undefined);
    if (!read.ok || read.value === undefined || !spec.success || !isOpenRequest(read.value)) continue;
    const decision = await deps.reader.get(KINDS.Decision, metadata.namespace, spec.data.decision);
    const end = decision.ok ? ending(deps, read.value, spec.data, decision.value) : undefined;
    if (end !== undefined) await endRequest(deps, read.value, end.phase, end.message);
  }
}

/** How it ended; undefined: its Decision waits for it, or is carried out on it. */
function ending(
  { trust }: ExecutorDeps,
  { metadata }: KubeObject,
  spec: ApprovalRequestSpec,
  decision: KubeObject | undefined,
): ApprovalRequestStatus | undefined {
  const held = decision && readDecision(decision, trust);
  if (held?.ok !== true || held.value.object.metadata.uid !== spec.decisionUid) {
    return { phase: 'Superseded', message: 'its Decision is gone' };
  }
  const { status } = held.value;
  if (status.approval !== metadata.name) {
    return { phase: 'Superseded', message: 'no Decision waits for it' };
  }
  return FINAL.has(status.phase) ? { phase: phaseOf(held.value), message: status.message } : undefined;
}

function phaseOf({ status }: HeldDecision): ApprovalRequestStatus['phase'] {
  if (lastApplied(status) !== undefined) return 'Consumed';
  return status.phase === 'Rejected' || status.phase === 'Expired' ? status.phase : 'Superseded';
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;
