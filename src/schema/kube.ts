/** A Kubernetes object as plain JSON. Readers narrow `spec` and `status` themselves, in one place per kind. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: unknown;
  status?: unknown;
  [key: string]: unknown;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: readonly OwnerReference[];
  managedFields?: readonly ManagedField[];
  generateName?: string;
  finalizers?: readonly string[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
}

export interface ManagedField {
  manager?: string;
  operation?: 'Apply' | 'Update';
  subresource?: string;
  time?: string;
  fieldsV1?: unknown;
}

/** A kind we read or write. `apiVersion` is `v1` or `group/version`; `plural` is the name in URLs. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Ours to write as a record (never a workload). */
  readonly writable?: true;
}

export const GROUP = 'fairlead.dev';
const OURS = `${GROUP}/v1alpha1`;

/** Every kind the product touches, by name. Secrets, RBAC and webhooks are absent on purpose (G22). */
export const KINDS = {
  Deployment: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  ReplicaSet: { apiVersion: 'apps/v1', kind: 'ReplicaSet', plural: 'replicasets', namespaced: true },
  Pod: { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true },
  Namespace: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
  Node: { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false },
  PodDisruptionBudget: {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    namespaced: true,
  },
  HorizontalPodAutoscaler: {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    namespaced: true,
  },
  ScaledObject: { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', plural: 'scaledobjects', namespaced: true },
  VerticalPodAutoscaler: {
    apiVersion: 'autoscaling.k8s.io/v1',
    kind: 'VerticalPodAutoscaler',
    plural: 'verticalpodautoscalers',
    namespaced: true,
  },
  ResourceQuota: { apiVersion: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true },
  LimitRange: { apiVersion: 'v1', kind: 'LimitRange', plural: 'limitranges', namespaced: true },
  Event: { apiVersion: 'events.k8s.io/v1', kind: 'Event', plural: 'events', namespaced: true, writable: true },
  Lease: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases', namespaced: true, writable: true },
  ControllerRevision: {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    plural: 'controllerrevisions',
    namespaced: true,
    writable: true,
  },
  CustomResourceDefinition: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    namespaced: false,
  },
  Blueprint: { apiVersion: OURS, kind: 'Blueprint', plural: 'blueprints', namespaced: true, writable: true },
  ClusterBlueprint: {
    apiVersion: OURS,
    kind: 'ClusterBlueprint',
    plural: 'clusterblueprints',
    namespaced: false,
    writable: true,
  },
  Decision: { apiVersion: OURS, kind: 'Decision', plural: 'decisions', namespaced: true, writable: true },
  ApprovalRequest: {
    apiVersion: OURS,
    kind: 'ApprovalRequest',
    plural: 'approvalrequests',
    namespaced: true,
    writable: true,
  },
  CircuitBreaker: {
    apiVersion: OURS,
    kind: 'CircuitBreaker',
    plural: 'circuitbreakers',
    namespaced: true,
    writable: true,
  },
} as const satisfies Record<string, Kind>;

/** Set by people on a Deployment that Fairlead may change; the admission policy requires it. */
export const MANAGED_LABEL = 'fairlead.dev/managed';
/** On a ControllerRevision: the Blueprint whose accepted version it keeps. */
export const BLUEPRINT_LABEL = 'fairlead.dev/blueprint';
/** What the last change did, written in the same patch as the change. See {@link LastChange} in schema/change.ts. */
export const LAST_CHANGE_ANNOTATION = 'fairlead.dev/last-change';
export const FIELD_MANAGER = 'fairlead';
