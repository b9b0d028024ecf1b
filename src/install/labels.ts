import type { KubeObject } from '../schema/kube.ts';

export const labelsOf = (component: string): Record<string, string> => ({
  'app.kubernetes.io/name': 'fairlead',
  'app.kubernetes.io/component': component,
});

/** Everything of ours can be found by this label. */
export const ours = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, 'app.kubernetes.io/part-of': 'fairlead' } },
});
