import { plural } from '../../../analysis/words.ts';
import type { ClusterReader } from '../../../ports/cluster.ts';
import { BlueprintStatus } from '../../../schema/blueprint/status.ts';
import { KINDS, type KubeObject, MANAGED_LABEL } from '../../../schema/kube.ts';
import { labelCommand } from '../blueprints/offerLabel.ts';
import type { Finding } from './finding.ts';

/** Whether each Blueprint's Deployment is there and carries the label, and whether one carries it that no Blueprint bounds. */
export async function labelFindings(reader: Pick<ClusterReader, 'list'>): Promise<Finding[]> {
  const [blueprints, deployments] = await Promise.all([reader.list(KINDS.Blueprint), reader.list(KINDS.Deployment)]);
  if (!blueprints.ok || !deployments.ok) {
    const error = blueprints.ok ? (deployments.ok ? '' : deployments.error.message) : blueprints.error.message;
    return [{ what: 'blueprints', state: 'wrong', detail: error, fix: 'a right to list blueprints and deployments' }];
  }
  const governed = blueprints.value.items.map(({ metadata: { namespace, name }, spec }) => {
    const target = (spec as { target?: { name?: string } } | undefined)?.target?.name ?? name;
    const deployment = deployments.value.items.find(
      ({ metadata }) => metadata.namespace === namespace && metadata.name === target,
    );
    return { namespace, name, target, deployment };
  });
  const known = new Set(governed.map(({ deployment }) => deployment));
  return [
    ofBlueprints(governed),
    ...refusedOnes(blueprints.value.items),
    ...strays(deployments.value.items.filter((one) => isManaged(one) && !known.has(one))),
  ];
}

interface Governed {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly target: string;
  readonly deployment: KubeObject | undefined;
}

function ofBlueprints(governed: readonly Governed[]): Finding {
  const what = 'blueprints';
  if (governed.length === 0) return { what, state: 'off', detail: 'none yet: fairlead init drafts one' };
  const absent = governed.find(({ deployment }) => deployment === undefined);
  if (absent !== undefined) {
    return {
      what,
      state: 'wrong',
      detail: `${absent.namespace}/${absent.name} governs Deployment ${absent.target}, which is not there`,
      fix: `kubectl get deploy -n ${absent.namespace}; name it in the blueprint's target, or delete the blueprint`,
    };
  }
  const unlabelled = governed.filter(({ deployment }) => !isManaged(deployment));
  const [first] = unlabelled;
  if (first === undefined) return { what, state: 'fine', detail: `${governed.length}, every Deployment labelled` };
  return {
    what,
    state: 'wrong',
    detail: `${plural(unlabelled.length, 'Deployment')} without the label ${MANAGED_LABEL}, the first ${first.namespace}/${first.target}`,
    fix: labelCommand(first.namespace ?? '', first.target),
  };
}

/** Names given before the rest is counted. */
const NAMED = 5;

/** Those whose newest version the executor has refused: an older one stays in force, or none. */
function refusedOnes(blueprints: readonly KubeObject[]): Finding[] {
  const refused = blueprints.flatMap(({ metadata: { namespace, name, generation }, status }) => {
    const parsed = BlueprintStatus.safeParse(status);
    const accepted = parsed.success ? parsed.data.conditions?.find(({ type }) => type === 'Accepted') : undefined;
    const isNow = accepted?.observedGeneration === undefined || accepted.observedGeneration === generation;
    return accepted?.status === 'False' && isNow ? [{ name: `${namespace}/${name}`, why: accepted.message }] : [];
  });
  const [first] = refused;
  if (first === undefined) return [];
  const more = refused.length > NAMED ? ` and ${refused.length - NAMED} more` : '';
  const names = `${refused
    .slice(0, NAMED)
    .map(({ name }) => name)
    .join(', ')}${more}`;
  return [
    {
      what: 'refused',
      state: 'wrong',
      detail: `${refused.length} of ${blueprints.length} blueprints: ${names}; ${first.name}: ${first.why}`,
      fix: 'mend each as its words say, then fairlead apply; fairlead status says what stays in force',
    },
  ];
}

/** No policy can tell that a Deployment has no Blueprint: docs/adr/0017. */
function strays(deployments: readonly KubeObject[]): Finding[] {
  const [first] = deployments;
  if (first === undefined) return [];
  const { namespace = '', name } = first.metadata;
  const which =
    deployments.length === 1
      ? `${namespace}/${name} carries ${MANAGED_LABEL} and no blueprint is for it`
      : `${deployments.length} Deployments carry ${MANAGED_LABEL} and no blueprint is for them, the first ${namespace}/${name}`;
  return [
    {
      what: 'labels',
      state: 'warn',
      detail: `${which}: nothing of ours acts there; the executor's token could, bound by fields and ceilings alone`,
      fix: `fairlead init ${namespace}/${name} drafts a blueprint; or kubectl label deploy -n ${namespace} ${name} ${MANAGED_LABEL}-`,
    },
  ];
}

const isManaged = (deployment: KubeObject | undefined): boolean =>
  deployment?.metadata.labels?.[MANAGED_LABEL] === 'true';
