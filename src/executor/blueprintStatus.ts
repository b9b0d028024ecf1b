import type { ServiceView } from '../observe/serviceView.ts';
import type { Fault } from '../schema/blueprint/fault.ts';
import { BlueprintStatus, type Condition } from '../schema/blueprint/status.ts';
import { cut } from '../schema/decisionObject.ts';
import type { KubeObject } from '../schema/kube.ts';

const ACCEPTED = 'Accepted';

/**
 * What a Blueprint's status has to say; undefined while nothing can be said: nothing was read yet, the organisation's
 * rules are broken (no fault of this Blueprint's), or what was accepted before cannot be read, so that "nothing is in
 * force" would be no more than a guess. A transition time stays until the answer turns.
 */
export function blueprintStatus(view: ServiceView, now: number): BlueprintStatus | undefined {
  const { object, blueprint, faults = [], global, problems = [] } = view;
  const isAccepted = faults.length === 0;
  if (global === undefined) return undefined;
  if (blueprint === undefined && (isAccepted || problems.length > 0)) return undefined;
  const { generation } = object.metadata;
  const status = isAccepted ? 'True' : 'False';
  const before = acceptedOf(object);
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const condition: Condition = {
    type: ACCEPTED,
    status,
    reason: isAccepted ? ACCEPTED : cut(faults[0]?.code ?? 'Refused', 64),
    message: isAccepted ? `version ${blueprint?.version} is in force` : refusal(view, faults),
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : new Date(now).toISOString(),
    ...observed,
  };
  return {
    conditions: [condition],
    ...(blueprint !== undefined && {
      observedVersion: blueprint.version,
      hash: blueprint.hash,
      autonomy: blueprint.autonomy,
    }),
    ...observed,
  };
}

function refusal({ blueprint }: ServiceView, faults: readonly Fault[]): string {
  const [first] = faults;
  const more = faults.length > 1 ? ` (1 of ${faults.length} faults)` : '';
  const inForce = blueprint === undefined ? 'nothing is in force' : `version ${blueprint.version} stays in force`;
  return `${cut(first?.message ?? '', 3000)}${more}; to mend it: ${cut(first?.fix ?? '', 500)}; ${inForce}`;
}

/** As the object carries it; undefined when there is none, or nothing that can be read. */
export const statusOf = (object: KubeObject): BlueprintStatus | undefined => {
  const parsed = BlueprintStatus.safeParse(object.status);
  return parsed.success ? parsed.data : undefined;
};

export const acceptedOf = (object: KubeObject): Condition | undefined =>
  statusOf(object)?.conditions?.find(({ type }) => type === ACCEPTED);
