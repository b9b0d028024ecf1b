import type { ServiceView } from '../../observe/serviceView.ts';
import type { Fault } from '../../schema/blueprint/fault.ts';
import { BlueprintStatus, type Condition } from '../../schema/blueprint/status.ts';
import { cut } from '../../schema/decisionObject.ts';
import { type KubeObject, MANAGED_LABEL } from '../../schema/kube.ts';

const ACCEPTED = 'Accepted';
const MANAGED = 'Managed';

/**
 * What a Blueprint's status has to say, of its newest version and of the label on its target; undefined while nothing can be said: nothing was read yet, the organisation's
 * rules are broken (no fault of this Blueprint's), or what was accepted before cannot be read, so that "nothing is in
 * force" would be no more than a guess. A transition time stays until the answer turns.
 */
export function blueprintStatus(view: ServiceView, now: number): BlueprintStatus | undefined {
  const { object, blueprint, faults = [], global, problems = [] } = view;
  const isAccepted = faults.length === 0;
  if (global === undefined) return undefined;
  if (blueprint === undefined && (isAccepted || problems.length > 0)) return undefined;
  const { generation } = object.metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const condition = (type: string, holds: boolean, reason: string, message: string): Condition => {
    const status = holds ? 'True' : 'False';
    const before = conditionOf(object, type);
    const since = before?.status === status ? before.lastTransitionTime : new Date(now).toISOString();
    return { type, status, reason, message, lastTransitionTime: since, ...observed };
  };
  const accepted = condition(
    ACCEPTED,
    isAccepted,
    isAccepted ? ACCEPTED : cut(faults[0]?.code ?? 'Refused', 64),
    isAccepted ? `version ${blueprint?.version} is in force` : refusal(view, faults),
  );
  const { workload } = view;
  // Of what cannot be seen now the last word stands; of what is not there there is none.
  const kept = problems.length > 0 ? conditionOf(object, MANAGED) : undefined;
  const managed =
    workload === undefined
      ? kept
      : condition(MANAGED, workload.managed, workload.managed ? 'Labelled' : 'LabelMissing', labelText(workload));
  return {
    conditions: [accepted, ...(managed === undefined ? [] : [managed])],
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

function labelText({ namespace, name, managed }: NonNullable<ServiceView['workload']>): string {
  if (managed) return `Deployment ${name} carries the label ${MANAGED_LABEL}=true`;
  return `Deployment ${name} does not carry the label by which people say that Fairlead may change it; where the admission policies are installed, the API server refuses every change. To mend it: kubectl label deploy -n ${namespace} ${name} ${MANAGED_LABEL}=true`;
}

/** As the object carries it; undefined when there is none, or nothing that can be read. */
export const statusOf = (object: KubeObject): BlueprintStatus | undefined => {
  const parsed = BlueprintStatus.safeParse(object.status);
  return parsed.success ? parsed.data : undefined;
};

const conditionOf = (object: KubeObject, wanted: string): Condition | undefined =>
  statusOf(object)?.conditions?.find(({ type }) => type === wanted);

export const acceptedOf = (object: KubeObject): Condition | undefined => conditionOf(object, ACCEPTED);
