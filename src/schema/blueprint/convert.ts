import type { KubeObject } from '../kube.ts';
import type { BlueprintDoc, GlobalDoc } from './doc.ts';
import type { BlueprintFile } from './document.ts';

const API_VERSION = 'fairlead.dev/v1alpha1';

/**
 * The custom resource. `metadata.namespace` is what the document says; where it says nothing it is left to the caller (the
 * kubeconfig's namespace). The spec, and with it the hash, is the same in both forms.
 */
export function toObject(doc: BlueprintDoc): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: 'Blueprint',
    metadata: { name: doc.name, ...(doc.namespace === undefined ? {} : { namespace: doc.namespace }), ...marks(doc) },
    spec: doc.spec,
  };
}

/** The file form. A namespace that the target does not name already goes to `metadata.namespace`, so that none is lost. */
export function toFile(doc: BlueprintDoc): BlueprintFile {
  const { version, priority, criticality, governance, verification, ...spec } = doc.spec;
  const named = doc.namespace === undefined || doc.namespace === spec.target?.namespace;
  return {
    metadata: {
      name: doc.name,
      version,
      ...(priority === undefined ? {} : { priority }),
      ...(criticality === undefined ? {} : { criticality }),
      ...(named ? {} : { namespace: doc.namespace }),
      ...marks(doc),
    },
    spec,
    ...(governance === undefined ? {} : { governance }),
    ...(verification === undefined ? {} : { verification }),
  };
}

export function toGlobalObject(doc: GlobalDoc): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterBlueprint',
    metadata: { name: 'default', ...marks(doc) },
    spec: doc.spec,
  };
}

function marks(doc: Pick<BlueprintDoc, 'labels' | 'annotations'>) {
  return {
    ...(doc.labels === undefined ? {} : { labels: { ...doc.labels } }),
    ...(doc.annotations === undefined ? {} : { annotations: { ...doc.annotations } }),
  };
}
