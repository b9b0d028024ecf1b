import canonicalize from 'canonicalize';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { writeDeploymentStatus } from './deploymentStatus.ts';
import { lettersOf, type Objects } from './objects.ts';
import { ownerReference, type ReplicaSetDeps, syncReplicaSet } from './replicaSets.ts';
import { type DeploymentSpec, deploymentSpec, isTrue, replicaSetSpec, type Template } from './shapes.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';
const HASH = 'pod-template-hash';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const MANAGER = 'kube-controller-manager';
/** Far more than a rollout needs at one instant; a mistake here would otherwise hang the process. */
const MOST_ROUNDS = 1000;

/**
 * One look at a Deployment: its ReplicaSet for the present template, one step of a rolling update as far as surge and
 * availability allow, pods, status. Answers when to look again for its progress deadline (ms), if it has one running.
 */
export function syncDeployment(deps: ReplicaSetDeps, deployment: KubeObject): number | undefined {
  const { objects } = deps;
  if (deployment.metadata.deletionTimestamp === undefined) {
    const spec = deploymentSpec(deployment);
    const current = currentSet(deps, deployment, spec);
    // Each round sees what the one before it did; a round that changes nothing ends it.
    for (let before = -1, rounds = 0; before !== objects.version; rounds += 1) {
      if (rounds > MOST_ROUNDS) throw new Error(`Deployment ${deployment.metadata.name} does not come to rest`);
      before = objects.version;
      if (spec.paused) resizePaused(deps, deployment, spec);
      else if (current !== undefined) roll(deps, deployment, current, spec);
      for (const set of setsOf(objects, deployment)) syncReplicaSet(deps, set);
    }
    if (!spec.paused) forgetOldSets(objects, deployment, spec);
  }
  const latest = objects.get(KINDS.Deployment, deployment.metadata.namespace, deployment.metadata.name);
  if (latest === undefined) return undefined;
  const name = setName(deployment, deploymentSpec(deployment).template);
  return writeDeploymentStatus(deps, latest, setsOf(objects, deployment), name);
}

/** ReplicaSets of a Deployment, oldest revision first. */
export function setsOf(objects: Objects, deployment: KubeObject): KubeObject[] {
  const sets = objects.owned(KINDS.ReplicaSet, deployment.metadata.uid ?? '');
  return sets.sort((a, b) => revision(a) - revision(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
}

export const podsOf = (objects: Objects, deployment: KubeObject): KubeObject[] =>
  setsOf(objects, deployment).flatMap((set) => objects.owned(KINDS.Pod, set.metadata.uid ?? ''));

const revision = (object: KubeObject): number => Number(object.metadata.annotations?.[REVISION] ?? 0);

const setName = (deployment: KubeObject, template: Template): string =>
  `${deployment.metadata.name}-${lettersOf(canonicalize(template) ?? '', 10)}`;

/** The ReplicaSet of the present template: found again after a roll back, else made (unless paused). */
function currentSet(deps: ReplicaSetDeps, deployment: KubeObject, spec: DeploymentSpec): KubeObject | undefined {
  const { objects } = deps;
  const name = setName(deployment, spec.template);
  const sets = setsOf(objects, deployment);
  const found = sets.find((set) => set.metadata.name === name);
  const newest = sets.reduce((most, set) => Math.max(most, revision(set)), 0);
  if (found === undefined && spec.paused) return undefined;
  const number = found !== undefined && revision(found) === newest ? newest : newest + 1;
  const { [LAST_APPLIED]: _, ...annotations } = deployment.metadata.annotations ?? {};
  const before = found === undefined || revision(found) === number ? undefined : earlier(found);
  const marked = {
    ...annotations,
    ...(found?.metadata.annotations?.[HISTORY] !== undefined && { [HISTORY]: found.metadata.annotations[HISTORY] }),
    ...(before !== undefined && { [HISTORY]: before }),
    [REVISION]: String(number),
  };
  let current: KubeObject;
  if (found === undefined) {
    current = objects.add(KINDS.ReplicaSet, newSet(deployment, spec, name, marked), MANAGER);
  } else {
    const draft = { ...found, metadata: { ...found.metadata, annotations: marked } };
    current = objects.change(KINDS.ReplicaSet, draft, MANAGER, 'spec');
  }
  if (revision(deployment) !== number) {
    // As part of the status: the real controller's write of the revision does not raise the generation either.
    const own = { ...deployment.metadata.annotations, [REVISION]: String(number) };
    const draft = { ...deployment, metadata: { ...deployment.metadata, annotations: own } };
    objects.change(KINDS.Deployment, draft, MANAGER, 'status');
  }
  return current;
}

/** The numbers that a template had before, with the one it loses now. */
const earlier = ({ metadata: { annotations = {} } }: KubeObject): string =>
  [annotations[HISTORY], annotations[REVISION]].filter((part) => part !== undefined).join(',');

function newSet(
  deployment: KubeObject,
  spec: DeploymentSpec,
  name: string,
  annotations: Record<string, string>,
): KubeObject {
  const hash = name.slice(deployment.metadata.name.length + 1);
  const labels = { ...spec.template.metadata.labels, [HASH]: hash };
  return {
    apiVersion: KINDS.ReplicaSet.apiVersion,
    kind: 'ReplicaSet',
    metadata: {
      name,
      ...(deployment.metadata.namespace === undefined ? {} : { namespace: deployment.metadata.namespace }),
      labels,
      annotations,
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: { ...spec.selector.matchLabels, [HASH]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
}

/** One step towards all pods being of the present template. */
function roll(deps: ReplicaSetDeps, deployment: KubeObject, current: KubeObject, spec: DeploymentSpec): void {
  const { objects } = deps;
  const sets = setsOf(objects, deployment);
  const old = sets.filter((set) => set.metadata.name !== current.metadata.name);
  const desired = spec.replicas;
  const recreate = spec.strategy.type === 'Recreate';
  const { surge, unavailable } = recreate ? { surge: 0, unavailable: desired } : allowances(spec);
  const all = sets.reduce((sum, set) => sum + size(set), 0);
  const mine = size(objects.get(KINDS.ReplicaSet, current.metadata.namespace, current.metadata.name) ?? current);
  const waits = recreate && old.some((set) => size(set) > 0);
  const grown = Math.min(desired, mine + Math.max(0, desired + surge - all));
  const target = mine > desired ? desired : waits ? mine : Math.max(mine, grown);
  if (target !== mine) {
    resize(deps, deployment, current, target);
    return;
  }
  shrinkOld(deps, deployment, old, { desired, unavailable, all, unready: mine - available(objects, current) });
}

interface Room {
  readonly desired: number;
  readonly unavailable: number;
  readonly all: number;
  /** Pods of the present template that are not available. */
  readonly unready: number;
}

/** Old pods that are not available go first; then as many as availability allows. */
function shrinkOld(deps: ReplicaSetDeps, deployment: KubeObject, old: readonly KubeObject[], room: Room): void {
  const { objects } = deps;
  const least = room.desired - room.unavailable;
  let unhealthy = Math.max(0, room.all - least - room.unready);
  const ready = setsOf(objects, deployment).reduce((sum, set) => sum + available(objects, set), 0);
  let spare = Math.max(0, ready - least);
  for (const set of old) {
    const broken = Math.min(size(set) - available(objects, set), unhealthy);
    const fit = Math.min(available(objects, set), spare);
    unhealthy -= broken;
    spare -= fit;
    if (broken + fit > 0) resize(deps, deployment, set, size(set) - broken - fit);
  }
}

/** A paused Deployment still scales: its largest ReplicaSet takes the difference. */
function resizePaused(deps: ReplicaSetDeps, deployment: KubeObject, spec: DeploymentSpec): void {
  const sets = setsOf(deps.objects, deployment);
  const largest = sets.reduce<KubeObject | undefined>(
    (most, set) => (most === undefined || size(set) >= size(most) ? set : most),
    undefined,
  );
  const all = sets.reduce((sum, set) => sum + size(set), 0);
  if (largest === undefined || all === spec.replicas) return;
  resize(deps, deployment, largest, Math.max(0, size(largest) + spec.replicas - all));
}

function resize(deps: ReplicaSetDeps, deployment: KubeObject, set: KubeObject, replicas: number): void {
  const { objects } = deps;
  const latest = objects.get(KINDS.ReplicaSet, set.metadata.namespace, set.metadata.name) ?? set;
  const from = size(latest);
  objects.change(KINDS.ReplicaSet, { ...latest, spec: { ...replicaSetSpec(latest), replicas } }, MANAGER, 'spec');
  const words = `Scaled ${replicas > from ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${replicas}`;
  deps.event(deployment, 'Normal', 'ScalingReplicaSet', words);
}

function forgetOldSets(objects: Objects, deployment: KubeObject, spec: DeploymentSpec): void {
  const name = setName(deployment, spec.template);
  const empty = setsOf(objects, deployment).filter((set) => set.metadata.name !== name && size(set) === 0);
  for (const set of empty.slice(0, Math.max(0, empty.length - spec.revisionHistoryLimit))) {
    objects.drop(KINDS.ReplicaSet, set);
  }
}

/** Percentages round up for the surge and down for the unavailable; both zero would stand still. */
function allowances(spec: DeploymentSpec): { surge: number; unavailable: number } {
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy.rollingUpdate ?? {};
  const share = (value: number | string, round: (n: number) => number): number =>
    typeof value === 'number' ? value : round((Number.parseInt(value, 10) * spec.replicas) / 100);
  const surge = share(maxSurge, Math.ceil);
  const unavailable = Math.min(share(maxUnavailable, Math.floor), spec.replicas);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

const size = (set: KubeObject): number => replicaSetSpec(set).replicas;
const available = (objects: Objects, set: KubeObject): number =>
  objects.owned(KINDS.Pod, set.metadata.uid ?? '').filter((pod) => isTrue(pod, 'Ready')).length;
