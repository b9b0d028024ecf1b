import type { ServiceView } from '../observe/serviceView.ts';
import type { KubeObject } from '../schema/kube.ts';
import { standing } from './approvals/standing.ts';
import type { AgainAt, ExecutorDeps, Sight } from './deps.ts';
import { dropsAt, outOfTime } from './outOfTime.ts';
import type { HeldDecision } from './records/heldDecision.ts';
import { CLOCK_DIFFERS } from './serverTime.ts';

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
  const { phase, reason, notBefore } = known.status;
  if (phase === 'AwaitingApproval') return waitsForPeople(deps, known, mirrored);
  const now = deps.clock.now();
  // A wrong clock's time says nothing of when it is set right.
  if (reason === CLOCK_DIFFERS) return undefined;
  if (phase !== 'Deferred' || notBefore === undefined || now >= notBefore) return undefined;
  return outOfTime(known, siblings, now) === undefined ? Math.min(notBefore, dropsAt(known)) : undefined;
}

/** Its request stands as it was asked, undecided, with time left. */
function waitsForPeople(deps: ExecutorDeps, known: HeldDecision, { views, approvals }: Mirrored): AgainAt {
  const { namespace, spec, status } = known;
  const request = approvals.get(`${namespace}/${status.approval ?? known.name}`);
  const view = views.get(`${namespace}/${spec.blueprint.name}`);
  if (request === undefined) return undefined;
  const stands = standing(deps.trust, known, request, view, deps.clock.now());
  return stands.kind === 'waits' && stands.full === undefined ? stands.until : undefined;
}
