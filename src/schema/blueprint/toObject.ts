import { GROUP, type KubeObject } from '../kube.ts';
import type { BlueprintDoc, GlobalDoc } from './doc.ts';

const API_VERSION = `${GROUP}/v1alpha1`;

/**
 * The custom resource. The namespace is what the document says, else `namespace` (the kubeconfig's). The spec, and with
 * it the hash, is the same in both forms.
 */
export function toObject(doc: BlueprintDoc, namespace?: string): KubeObject {
  const home = doc.namespace ?? namespace;
  return {
    apiVersion: API_VERSION,
    kind: 'Blueprint',
    metadata: { name: doc.name, ...(home === undefined ? {} : { namespace: home }), ...marksOf(doc) },
    spec: doc.spec,
  };
}

export function toGlobalObject(doc: GlobalDoc): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterBlueprint',
    metadata: { name: 'default', ...marksOf(doc) },
    spec: doc.spec,
  };
}

/** Labels and annotations as written, where there are any. */
export function marksOf(doc: Pick<BlueprintDoc, 'labels' | 'annotations'>) {
  return {
    ...(doc.labels === undefined ? {} : { labels: { ...doc.labels } }),
    ...(doc.annotations === undefined ? {} : { annotations: { ...doc.annotations } }),
  };
}
