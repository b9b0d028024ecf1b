import type { ApprovalRequestSpec, DecisionSpec } from '../schema/records.ts';
import type { Workload } from '../schema/workload.ts';
import { valuesOf } from './values.ts';

/** One thing that a request rests on and that is not so any more. */
export interface Moved {
  readonly what: 'TargetGone' | 'BlueprintGone' | 'BlueprintChanged' | 'ValueChanged';
  readonly asked: string;
  readonly now: string;
}

/** The world as it is now; what is not there is absent. */
export interface World {
  readonly blueprint?: { readonly version: string; readonly hash: string };
  readonly workload?: Workload;
}

/**
 * What moved since the approvers were asked (spec: target UID, value before, blueprint). With any of it nobody can approve
 * the request any more, and no vote for it is carried out; it is asked anew. Empty: it still describes the world.
 */
export function movedSince(
  { target, blueprint, ...shown }: ApprovalRequestSpec,
  wish: Pick<DecisionSpec, 'tool' | 'arguments'>,
  now: World,
): readonly Moved[] {
  const { workload } = now;
  if (now.blueprint === undefined) {
    const asked = `Blueprint ${blueprint.name} ${blueprint.version}`;
    return [{ what: 'BlueprintGone', asked, now: 'it is gone' }];
  }
  if (workload === undefined || workload.deleting || workload.uid !== target.uid) {
    const found = workload === undefined || workload.deleting ? 'it is gone' : `another one, uid ${workload.uid}`;
    return [{ what: 'TargetGone', asked: `Deployment ${target.name}, uid ${target.uid ?? ''}`, now: found }];
  }
  const { before, after } = valuesOf(wish, workload);
  return [
    ...(now.blueprint.hash === blueprint.hash
      ? []
      : [{ what: 'BlueprintChanged', asked: versionText(blueprint), now: versionText(now.blueprint) } as const]),
    ...(before === shown.before ? [] : [{ what: 'ValueChanged', asked: shown.before, now: before } as const]),
    // Of a rollback to the revision before, that may be another one by now; of anything else somebody wrote other words.
    ...(after === shown.after
      ? []
      : [{ what: 'ValueChanged', asked: `to ${shown.after}`, now: `to ${after}` } as const]),
  ];
}

const versionText = ({ version, hash }: { readonly version: string; readonly hash: string }): string =>
  `${version} (${hash.slice(0, 12)})`;
