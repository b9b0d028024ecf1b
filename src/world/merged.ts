import type { KubeObject } from '../schema/kube.ts';

/** The fields that are given win; what others wrote beside them stays. */
export function merged(old: KubeObject, given: KubeObject): KubeObject {
  const labels = { ...old.metadata.labels, ...given.metadata.labels };
  const annotations = { ...old.metadata.annotations, ...given.metadata.annotations };
  const metadata = {
    ...old.metadata,
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
  const spec = isRecord(old.spec) && isRecord(given.spec) ? { ...old.spec, ...given.spec } : (given.spec ?? old.spec);
  return { ...old, ...given, metadata, ...(spec === undefined ? {} : { spec }) };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
