import { KINDS, type KubeObject, type ManagedField } from '../schema/kube.ts';
import { USUAL } from './usualBlueprint.ts';

/** Kubernetes objects of one small service, as an API server would show them. Everything is in namespace `shop`. */

interface DeploymentOptions {
  readonly name?: string;
  readonly uid?: string;
  readonly replicas?: number;
  readonly image?: string;
  readonly annotations?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly templateAnnotations?: Record<string, string>;
  readonly managedFields?: readonly ManagedField[];
  readonly deletionTimestamp?: string;
  readonly generation?: number;
  readonly spec?: object;
  readonly status?: object;
}

export function deployment(options: DeploymentOptions = {}): KubeObject {
  const { name = 'web', replicas = 2, image = 'web:1', generation = 1 } = options;
  const { uid = `uid-${name}` } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: 'shop',
      uid,
      resourceVersion: '10',
      generation,
      creationTimestamp: '2026-01-04T00:00:00Z',
      labels: options.labels ?? { 'fairlead.dev/managed': 'true' },
      ...(options.annotations !== undefined && { annotations: options.annotations }),
      ...(options.managedFields !== undefined && { managedFields: options.managedFields }),
      ...(options.deletionTimestamp !== undefined && { deletionTimestamp: options.deletionTimestamp }),
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: template(name, image, options.templateAnnotations),
      ...options.spec,
    },
    status: {
      observedGeneration: generation,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      ...options.status,
    },
  };
}

export function template(app: string, image: string, annotations?: Record<string, string>): object {
  return {
    metadata: { labels: { app }, ...(annotations !== undefined && { annotations }) },
    spec: { containers: [{ name: 'app', image, resources: { requests: { cpu: '500m', memory: '256Mi' } } }] },
  };
}

/** A ReplicaSet of a Deployment, with the hash label that its controller adds. */
export function replicaSet(of: KubeObject, revision: number, image = 'web:1', replicas = 2): KubeObject {
  const name = `${of.metadata.name}-r${revision}`;
  const podTemplate = template(of.metadata.name, image);
  const labels = { app: of.metadata.name, 'pod-template-hash': `r${revision}` };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [owner(of)],
    },
    spec: { replicas, template: { ...podTemplate, metadata: { creationTimestamp: null, labels } } },
    status: { replicas },
  };
}

interface PodOptions {
  readonly ready?: boolean;
  readonly spec?: object;
  readonly status?: object;
  readonly deletionTimestamp?: string;
  readonly labels?: Record<string, string>;
}

export function pod(of: KubeObject, index: number, options: PodOptions = {}): KubeObject {
  const { ready = true } = options;
  const name = `${of.metadata.name}-${index}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      labels: options.labels ?? { app: 'web' },
      ownerReferences: [owner(of)],
      ...(options.deletionTimestamp !== undefined && { deletionTimestamp: options.deletionTimestamp }),
    },
    spec: options.spec ?? { containers: [{ name: 'app', resources: { requests: { cpu: '500m', memory: '256Mi' } } }] },
    status: {
      phase: 'Running',
      startTime: '2026-01-04T00:00:00Z',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2026-01-04T00:00:05Z' }],
      containerStatuses: [{ name: 'app', ready, restartCount: 0, state: { running: {} } }],
      ...options.status,
    },
  };
}

export function owner(of: KubeObject): {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller: boolean;
} {
  return {
    apiVersion: of.apiVersion,
    kind: of.kind,
    name: of.metadata.name,
    uid: of.metadata.uid ?? '',
    controller: true,
  };
}

export function blueprint(name = 'web', spec: object = {}, creationTimestamp = '2026-01-01T00:00:00Z'): KubeObject {
  return {
    apiVersion: KINDS.Blueprint.apiVersion,
    kind: 'Blueprint',
    metadata: { name, namespace: 'shop', creationTimestamp },
    spec: {
      version: '1.0.0',
      scaling: { ...USUAL.scaling, max_replicas: 10 },
      governance: { agent_authority: { allowed_operations: ['scale_within_limits', 'restart_pods'] } },
      ...spec,
    },
  };
}

/** Who owns which field, as managedFields has it. */
export function manages(
  manager: string,
  field: 'replicas' | 'template' | 'restart' | 'status',
  time: string,
): ManagedField {
  const annotations = { 'f:metadata': { 'f:annotations': { 'f:kubectl.kubernetes.io/restartedAt': {} } } };
  const owned =
    field === 'status'
      ? { 'f:status': {} }
      : { 'f:spec': field === 'restart' ? { 'f:template': annotations } : { [`f:${field}`]: {} } };
  return { manager, operation: 'Update', time, fieldsV1: owned };
}
