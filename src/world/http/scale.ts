import type { KubeObject } from '../../schema/kube.ts';
import { deploymentSpec, replicaStatus } from '../shapes.ts';
import { isObject } from './mergeKeys.ts';
import { badRequest } from './refused.ts';

/** The scale subresource of a Deployment. */
export function scaleOf(deployment: KubeObject): object {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = deployment.metadata;
  const spec = deploymentSpec(deployment);
  const labels = Object.entries(spec.selector.matchLabels);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: spec.replicas === 0 ? {} : { replicas: spec.replicas },
    status: {
      replicas: replicaStatus(deployment).replicas ?? 0,
      selector: labels.map(([key, value]) => `${key}=${value}`).join(','),
    },
  };
}

/** The Deployment with the replicas that a Scale asks for; a resourceVersion in it is compared. */
export function scaled(deployment: KubeObject, scale: unknown): KubeObject {
  const { spec, metadata } = isObject(scale) ? scale : {};
  if (spec !== undefined && !isObject(spec)) throw badRequest('the spec of a Scale is an object with replicas');
  const replicas = spec?.['replicas'] ?? 0;
  const version = isObject(metadata) ? metadata['resourceVersion'] : undefined;
  return {
    ...deployment,
    metadata: {
      ...deployment.metadata,
      ...(typeof version === 'string' && version !== '' ? { resourceVersion: version } : {}),
    },
    spec: { ...deploymentSpec(deployment), replicas },
  };
}
