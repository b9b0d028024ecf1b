import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../schema/kube.ts';
import { at, isRecord, numberAt, recordAt } from '../narrow.ts';

const HASH_LABEL = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

export interface OwnedReplicaSets {
  /** The one whose template is the Deployment's; undefined while a changed template has none yet. */
  readonly current: KubeObject | undefined;
  /** The others that still hold, or are to hold, pods. */
  readonly othersInUse: readonly KubeObject[];
  readonly all: readonly KubeObject[];
}

/** The ReplicaSets of a Deployment by owner reference, told apart as its own controller does: by template, without the hash label. */
export function replicaSetsOf(deployment: KubeObject, candidates: readonly KubeObject[]): OwnedReplicaSets {
  const all = candidates.filter((object) => isOwnedBy(object, deployment.metadata.uid));
  const template = withoutHash(at(deployment, 'spec', 'template'));
  const same = all.filter((object) => isDeepStrictEqual(withoutHash(at(object, 'spec', 'template')), template));
  // A template that equals none although the controller has seen it: defaults were added on the way; the newest is its own.
  const current = newestOf(same) ?? (isObserved(deployment) ? newestOf(all) : undefined);
  return { current, othersInUse: all.filter((object) => object !== current && inUse(object)), all };
}

export function isOwnedBy(object: KubeObject, uid: string | undefined): boolean {
  return uid !== undefined && controllerOf(object) === uid;
}

/** The Deployment's controller has seen this version of its spec. */
export function isObserved(deployment: KubeObject): boolean {
  return (numberAt(deployment, 'status', 'observedGeneration') ?? 0) >= (deployment.metadata.generation ?? 0);
}

/** UID of the controlling owner. */
export function controllerOf(object: KubeObject): string | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true)?.uid;
}

export const revisionOf = (object: KubeObject): number => Number(object.metadata.annotations?.[REVISION] ?? 0) || 0;

function newestOf(objects: readonly KubeObject[]): KubeObject | undefined {
  return [...objects].sort((a, b) => revisionOf(b) - revisionOf(a))[0];
}

function inUse(replicaSet: KubeObject): boolean {
  return (numberAt(replicaSet, 'spec', 'replicas') ?? 0) > 0 || (numberAt(replicaSet, 'status', 'replicas') ?? 0) > 0;
}

/** A template that differs only in the hash label, or in how nothing is written, is the same template. */
function withoutHash(template: unknown): unknown {
  if (!isRecord(template)) return template;
  const { creationTimestamp: _, ...metadata } = recordAt(template, 'metadata');
  const { [HASH_LABEL]: _hash, ...labels } = recordAt(template, 'metadata', 'labels');
  return { ...template, metadata: { ...metadata, labels } };
}
