import type { KubeObject } from '../../schema/kube.ts';
import type { Owner } from '../../schema/workload.ts';
import { at, listAt, textAt } from '../narrow.ts';
import { ownersOfWrite, type WrittenField } from './managedFields.ts';

/** Field managers of the GitOps controllers. A person's `kubectl apply` is none of them. */
const GITOPS: ReadonlySet<string> = new Set([
  'argocd-controller',
  'argocd-application-controller',
  'kustomize-controller',
  'helm-controller',
]);

export interface OwnerSources {
  readonly hpas: readonly KubeObject[];
  readonly scaledObjects: readonly KubeObject[];
  readonly vpas: readonly KubeObject[];
}

/** Everything else that owns a field of the Deployment. The sources are objects of its namespace. */
export function ownersOf(deployment: KubeObject, sources: OwnerSources): readonly Owner[] {
  const { name, namespace } = deployment.metadata;
  const here = (object: KubeObject): boolean =>
    object.metadata.namespace === namespace && object.metadata.deletionTimestamp === undefined;
  const named = (kind: Owner['kind'], field: Owner['field'], objects: readonly KubeObject[]): Owner[] =>
    objects.map((object) => ({ kind, name: object.metadata.name, field }));
  return [
    ...sources.hpas
      .filter((hpa) => here(hpa) && pointsAt(at(hpa, 'spec', 'scaleTargetRef'), name))
      .map(
        (hpa): Owner => ({
          kind: 'HorizontalPodAutoscaler',
          name: hpa.metadata.name,
          field: 'replicas',
          drives: drivenBy(hpa),
        }),
      ),
    ...named(
      'ScaledObject',
      'replicas',
      sources.scaledObjects.filter((scaled) => here(scaled) && pointsAt(at(scaled, 'spec', 'scaleTargetRef'), name)),
    ),
    ...named(
      'VerticalPodAutoscaler',
      'resources',
      sources.vpas.filter((vpa) => here(vpa) && writes(vpa) && pointsAt(at(vpa, 'spec', 'targetRef'), name)),
    ),
    ...gitOpsOwners(deployment),
  ];
}

/** Resources by whose use, as a share of the request, an autoscaler sizes; without metrics of its own it is CPU. */
function drivenBy(hpa: KubeObject): readonly ('cpu' | 'memory')[] {
  const metrics = listAt(hpa, 'spec', 'metrics');
  if (metrics.length === 0) return ['cpu'];
  const names = metrics.map(
    (metric) => textAt(metric, 'resource', 'name') ?? textAt(metric, 'containerResource', 'name'),
  );
  return (['cpu', 'memory'] as const).filter((resource) => names.includes(resource));
}

/** KEDA leaves `kind` and `apiVersion` out for Deployments. */
function pointsAt(reference: unknown, name: string): boolean {
  const group = textAt(reference, 'apiVersion')?.split('/')[0] ?? 'apps';
  return (
    textAt(reference, 'name') === name &&
    (textAt(reference, 'kind') ?? 'Deployment') === 'Deployment' &&
    group === 'apps'
  );
}

/** A VerticalPodAutoscaler with `updateMode: Off` only recommends. */
const writes = (vpa: KubeObject): boolean => textAt(vpa, 'spec', 'updatePolicy', 'updateMode') !== 'Off';

/** The GitOps tool that applies this object, if one does: what is written into it by hand is put back. */
export const gitOpsOwner = ({ metadata }: KubeObject): string | undefined =>
  (metadata.managedFields ?? []).map(({ manager = '' }) => manager).find((manager) => GITOPS.has(manager));

function gitOpsOwners(deployment: KubeObject): Owner[] {
  const owners = new Map<string, Owner>();
  const fields: readonly WrittenField[] = ['replicas', 'template', 'resources', 'image'];
  for (const field of fields) {
    for (const { manager = '' } of ownersOfWrite(deployment, field)) {
      if (GITOPS.has(manager)) owners.set(`${manager} ${field}`, { kind: 'GitOps', name: manager, field });
    }
  }
  return [...owners.values()];
}
