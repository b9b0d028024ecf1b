import { isOf } from '../approvals/askedRightly.ts';
import { movedSince } from '../approvals/moved.ts';
import { whyFull } from '../approvals/tally.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { KubeObject } from '../schema/kube.ts';
import { ApprovalRequestSpec } from '../schema/records.ts';
import { countVotes } from './awaitApproval.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, type Sight } from './deps.ts';
import type { HeldDecision } from './heldDecision.ts';
import { dropsAt, outOfTime } from './outOfTime.ts';

/** What the mirrors show at one pass, by namespace and name. */
export interface Mirrored {
  readonly views: ReadonlyMap<string, ServiceView>;
  /** None while their mirror does not hear of changes: a vote has ten minutes, and must not wait for it. */
  readonly approvals: ReadonlyMap<string, KubeObject>;
}

export const mirroredOf = (observer: Sight): Mirrored => ({
  views: new Map(observer.views().map((view) => [`${view.namespace}/${view.name}`, view])),
  approvals: new Map(
    (observer.hearsApprovals() ? observer.approvals() : []).map((object) => [
      `${object.metadata.namespace}/${object.metadata.name}`,
      object,
    ]),
  ),
});

/**
 * Until when (ms) nothing is read for a Decision that is not final, since the mirrors give no reason to; undefined: it has
 * to be looked at. Hundreds may wait for days, and each look is a dozen requests.
 */
export function restsUntil(
  deps: ExecutorDeps,
  known: HeldDecision,
  siblings: readonly HeldDecision[],
  mirrored: Mirrored,
): AgainAt {
  const { phase, notBefore } = known.status;
  if (phase === 'AwaitingApproval') return waitsForPeople(deps, known, mirrored);
  const now = deps.clock.now();
  if (phase !== 'Deferred' || notBefore === undefined || now >= notBefore) return undefined;
  return outOfTime(known, siblings, now) === undefined ? Math.min(notBefore, dropsAt(known)) : undefined;
}

/** Its request stands as it was asked, undecided, with time left. */
function waitsForPeople(deps: ExecutorDeps, known: HeldDecision, { views, approvals }: Mirrored): AgainAt {
  const { namespace, spec: wish, status } = known;
  const request = approvals.get(`${namespace}/${status.approval ?? known.name}`);
  const view = views.get(`${namespace}/${wish.blueprint.name}`);
  const spec = ApprovalRequestSpec.safeParse(request?.spec);
  if (request === undefined || view === undefined || !spec.success || !isOf(spec.data, known)) return undefined;
  if (countVotes(deps, request).kind !== 'pending' || whyFull(request) !== undefined) return undefined;
  if (movedSince(spec.data, wish, view).length > 0) return undefined;
  const [now, decideBy] = [deps.clock.now(), Date.parse(spec.data.decideBy)];
  return now < decideBy ? Math.min(decideBy, now + POLL_MS) : undefined;
}
