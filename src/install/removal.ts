import { crds } from '../schema/crds.ts';
import type { KubeObject } from '../schema/kube.ts';
import { rightsInOne } from './accounts.ts';
import { keyObjects } from './keyObjects.ts';
import { installObjects } from './parts.ts';
import { IMAGE } from './settings.ts';

export interface Removal {
  readonly namespace: string;
  readonly onlyNamespace?: string;
  /** The definitions with all records, the namespace, the keys, and the volumes with the journals stay. */
  readonly keepRecords: boolean;
}

/** What `kubectl delete -f -` is told, whichever way it came in: who acts first, what others stand on last. */
export function removalOf({ namespace, onlyNamespace, keepRecords }: Removal): KubeObject[] {
  const full = { alerts: true, redis: true, modelUrl: 'https://model', prometheusUrl: 'https://prometheus' };
  const [own, ...installed] = installObjects({ namespace, image: IMAGE, autonomy: 'observe', ...full });
  const there = onlyNamespace === undefined ? [] : rightsInOne(namespace, onlyNamespace);
  const acting = installed.filter(({ kind }) => kind === 'StatefulSet');
  const others = [...installed.filter(({ kind }) => kind !== 'StatefulSet'), ...there];
  const kept = keepRecords
    ? []
    : [...keyObjects(namespace, { privatePem: '', publicPem: '' }), ...(crds() as KubeObject[]), ...(own ? [own] : [])];
  const all = [...acting, ...others, ...kept].map(reference);
  return [...new Map(all.map((object) => [JSON.stringify(object), object])).values()];
}

const reference = ({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
});
