import { at, instantAt, textAt } from '../../observe/narrow.ts';
import { KINDS, type Kind, type KubeObject } from '../../schema/kube.ts';
import { type ApprovalRequestStatus, FINAL, Phase } from '../../schema/records.ts';
import { isOpenRequest } from '../approvals/endRequest.ts';
import type { ExecutorDeps, Retention } from '../deps.ts';
import { clockDoubt } from '../serverTime.ts';
import { UNLOGGED } from './writeStatus.ts';

const HOUR_MS = 3_600_000;
const USUAL: Retention = { ageMs: 7 * 24 * HOUR_MS, count: 200 };
/** A few at a time: old records are in nobody's way. */
const PER_PASS = 10;
const APPROVALS_OVER: ReadonlySet<string> = new Set<ApprovalRequestStatus['phase']>([
  'Rejected',
  'Expired',
  'Superseded',
  'Consumed',
]);

/**
 * Deletes records that are over: Decisions (and the ApprovalRequests of the same name) that ended a week ago, or that 200
 * newer ones of the same Blueprint follow, save those of the last hour that still bind. The journal keeps what they said. One
 * that is not over, holds a slot, is put to people by an open request, or says what the log does not know yet stays, however
 * old. Nothing goes by a clock that is not the API server's.
 */
export async function retire(deps: ExecutorDeps): Promise<void> {
  const { observer, clock, retention = USUAL } = deps;
  // By a clock that is weeks ahead everything is old.
  if (clockDoubt(deps) !== undefined) return;
  const endedBefore = clock.now() - (retention.ageMs ?? Number.POSITIVE_INFINITY);
  const decisions = observer.decisions();
  const approvals = observer.approvals();
  const inFlight = new Set(observer.views().flatMap((view) => nameInFlight(view)));
  const names = new Set(decisions.map(keyOf));
  const asked = new Set(approvals.map(keyOf));
  const put = new Set(approvals.filter(isOpenRequest).map(decisionOf));
  const old = overdue(decisions, clock.now(), { endedBefore, ...retention }).filter(
    (one) => !inFlight.has(keyOf(one)) && !put.has(keyOf(one)),
  );
  for (const decision of old.slice(0, PER_PASS)) {
    // First the request: should this process end here, its Decision still leads to it.
    if (asked.has(keyOf(decision)) && !(await remove(deps, KINDS.ApprovalRequest, decision))) return;
    if (!(await remove(deps, KINDS.Decision, decision))) return;
  }
  const orphans = approvals.filter((request) => !names.has(keyOf(request)) && isOverLong(request, endedBefore));
  for (const request of orphans.slice(0, PER_PASS)) {
    if (!(await remove(deps, KINDS.ApprovalRequest, request))) return;
  }
}

/** Oldest first. */
function overdue(
  decisions: readonly KubeObject[],
  now: number,
  { endedBefore, count = Number.POSITIVE_INFINITY }: Retention & { readonly endedBefore: number },
): KubeObject[] {
  const services = new Map<string, KubeObject[]>();
  for (const decision of decisions) {
    const service = `${decision.metadata.namespace}/${textAt(decision, 'spec', 'blueprint', 'name') ?? ''}`;
    const siblings = services.get(service);
    if (siblings === undefined) services.set(service, [decision]);
    else siblings.push(decision);
  }
  return [...services.values()]
    .flatMap((siblings) =>
      siblings
        .toSorted((a, b) => createdAt(b) - createdAt(a))
        .filter((decision, newer) => isOver(decision) && (newer >= count || endedAt(decision) < endedBefore))
        .filter((decision) => !bindsStill(decision, now)),
    )
    .sort((a, b) => createdAt(a) - createdAt(b));
}

/**
 * What was rejected is not asked for again so soon, and what was written is watched on and counts: many wishes made for
 * nothing must not push these out. People and budgets keep them few.
 */
function bindsStill(decision: KubeObject, now: number): boolean {
  if (endedAt(decision) < now - HOUR_MS) return false;
  const changes = at(decision, 'status', 'changes');
  return textAt(decision, 'status', 'phase') === 'Rejected' || (Array.isArray(changes) && changes.length > 0);
}

function isOver(decision: KubeObject): boolean {
  const phase = Phase.safeParse(textAt(decision, 'status', 'phase'));
  return phase.success && FINAL.has(phase.data) && textAt(decision, 'status', 'journal') !== UNLOGGED;
}

const isOverLong = (request: KubeObject, before: number): boolean =>
  APPROVALS_OVER.has(textAt(request, 'status', 'phase') ?? '') && createdAt(request) < before;

/** An object whose time cannot be read is a new one: it stays. */
const createdAt = (object: KubeObject): number =>
  instantAt(object, 'metadata', 'creationTimestamp') ?? Number.MAX_SAFE_INTEGER;
const endedAt = (decision: KubeObject): number => instantAt(decision, 'status', 'finishedAt') ?? createdAt(decision);
const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;
const decisionOf = (request: KubeObject): string =>
  `${request.metadata.namespace}/${textAt(request, 'spec', 'decision') ?? request.metadata.name}`;
const nameInFlight = ({
  namespace,
  counters,
}: {
  namespace: string;
  counters?: { inFlight?: { decision: string } | undefined };
}) => (counters?.inFlight === undefined ? [] : [`${namespace}/${counters.inFlight.decision}`]);

/** True when it is gone. */
async function remove(deps: ExecutorDeps, kind: Kind, { metadata }: KubeObject): Promise<boolean> {
  const { namespace = '', name } = metadata;
  const deleted = await deps.records.delete(kind, namespace, name);
  if (deleted.ok) {
    deps.log.info({ kind: kind.kind, object: `${namespace}/${name}` }, 'old record deleted');
    return true;
  }
  if (deleted.error.code === 'notFound') return true;
  deps.log.warn(
    { kind: kind.kind, object: `${namespace}/${name}`, error: deleted.error.message },
    'old record not deleted',
  );
  return false;
}
