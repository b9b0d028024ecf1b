import type { KubeObject } from '../../schema/kube.ts';
import type { ContainerResources } from '../../schema/resources.ts';
import type { Container, Revision } from '../../schema/workload.ts';
import { at, isRecord, listAt, numberAt, recordAt, textAt } from '../narrow.ts';
import { imagesOf, type Tracked } from '../tracker.ts';
import { type OwnedReplicaSets, revisionOf } from './replicaSets.ts';

const HASH_LABEL = 'pod-template-hash';
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** Containers of a pod template, with the one marked that a change of resources is about. */
export function containersOf(template: unknown, deployment: string): readonly Container[] {
  const list = listAt(template, 'spec', 'containers');
  const names = list.map((container) => textAt(container, 'name') ?? '');
  const named = textAt(template, 'metadata', 'annotations', DEFAULT_CONTAINER) ?? deployment;
  const main = list.length === 1 ? 0 : names.indexOf(named);
  return list.map((container, index) => {
    const resources = resourcesAt(container);
    return { name: names[index] ?? '', main: index === main, ...(resources !== undefined && { resources }) };
  });
}

/** As written, byte for byte: quantities that are plain numbers are no text and count as unreadable. */
function resourcesAt(container: unknown): ContainerResources | undefined {
  const written = at(container, 'resources');
  return isRecord(written) ? written : undefined;
}

/** The template hash that the Deployment's controller gave to a ReplicaSet. */
export const templateHashOf = (replicaSet: KubeObject): string =>
  textAt(replicaSet, 'spec', 'template', 'metadata', 'labels', HASH_LABEL) ??
  replicaSet.metadata.labels?.[HASH_LABEL] ??
  '';

/** Everything there is to go back to, newest first. */
export function revisionsOf(
  { all }: OwnedReplicaSets,
  deployment: string,
  tracked: Tracked | undefined,
): readonly Revision[] {
  return all
    .filter((set) => templateHashOf(set) !== '' && revisionOf(set) > 0)
    .map((set) => {
      const hash = templateHashOf(set);
      const template = at(set, 'spec', 'template');
      return {
        ...refOf(set),
        first: Math.min(revisionOf(set), ...earlierNumbers(set)),
        images: imagesOf(template).slice(0, 500),
        healthy: tracked?.healthy.includes(hash) === true || runsWell(set),
        containers: containersOf(template, deployment),
      };
    })
    .sort((a, b) => b.revision - a.revision);
}

/** The Deployment's controller notes the numbers that a template had before. */
const earlierNumbers = (set: KubeObject): readonly number[] =>
  (set.metadata.annotations?.['deployment.kubernetes.io/revision-history'] ?? '')
    .split(',')
    .map(Number)
    .filter((number) => number > 0);

export const refOf = (set: KubeObject) => ({
  revision: revisionOf(set),
  hash: templateHashOf(set),
  replicaSet: set.metadata.name,
  uid: set.metadata.uid ?? '',
});

/** All the pods it is to have are ready now: so it is with the old one while a new one fails. */
function runsWell(set: KubeObject): boolean {
  const wanted = numberAt(set, 'spec', 'replicas') ?? 0;
  return wanted > 0 && Number(recordAt(set, 'status')['readyReplicas'] ?? 0) >= wanted;
}
