import type { LastChange, RevisionRef } from './change.ts';
import type { ContainerResources } from './resources.ts';

/** A Deployment and everything around it that the gate's rules look at, as observed at `at`. Pure JSON data. */
export interface Workload {
  readonly at: number;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
  /** The label `fairlead.dev/managed` is `true`. */
  readonly managed: boolean;
  /** deletionTimestamp is set: it is gone for every purpose (field case: a Deployment being deleted still takes patches). */
  readonly deleting: boolean;
  readonly createdAt: number;
  /** spec.replicas. */
  readonly replicas: number;
  /** Ready pods found by owner reference (surge pods of a rollout that are not ready do not count). */
  readonly ready: number;
  readonly updated: number;
  readonly statusReplicas: number;
  readonly generation: number;
  readonly observedGeneration: number;
  /** The pod template's `kubectl.kubernetes.io/restartedAt`, or null. */
  readonly restartedAt: string | null;
  /** Annotation text as it stands, for the patch's precondition; undefined when there is none. */
  readonly lastChangeText?: string;
  /** The same, parsed; undefined when there is none or it cannot be read. */
  readonly lastChange?: LastChange;
  readonly hasAnnotations: boolean;
  readonly hasTemplateAnnotations: boolean;
  readonly image: string;
  /** The words of a ReplicaFailure condition (quota, admission), else undefined. */
  readonly replicaFailure?: string;
  readonly rollout: Rollout;
  /** Pods a rolling update replaces at once at this size (maxSurge + maxUnavailable, resolved). Absent: the default of 25% each. */
  readonly rolloutBatch?: number;
  readonly owners: readonly Owner[];
  /** Somebody other than us changed this field while we watched. */
  readonly foreignChanges: readonly ForeignChange[];
  readonly disruptionBudgets: readonly DisruptionBudget[];
  readonly pods: readonly Pod[];
  /** Per pod, summed over containers and running sidecars; undefined when a container has none. millicores / bytes. */
  readonly requests: { readonly cpu?: number; readonly memory?: number; readonly missing: readonly string[] };
  readonly limits: { readonly cpu?: number; readonly memory?: number };
  /** Of the pod template, in its order; at most one is the main one. */
  readonly containers?: readonly Container[];
  /** The template that stands there now; undefined while no ReplicaSet keeps it. */
  readonly current?: RevisionRef;
  /** Templates that can be gone back to, the current one included, newest first. */
  readonly revisions?: readonly Revision[];
  /** Of a rolling update, resolved: pods beyond `replicas`, and pods that may be missing. */
  readonly surge?: number;
  readonly maxUnavailable?: number;
  readonly limitRanges?: readonly LimitRange[];
  readonly quotas?: readonly Quota[];
  /** Allocatable of the nodes that take pods, each size once; undefined when they could not be read. */
  readonly nodes?: readonly { readonly cpu: number; readonly memory: number }[];
}

export interface Container {
  readonly name: string;
  /** The only one, the one that `kubectl.kubernetes.io/default-container` names, or the one named as the Deployment. */
  readonly main: boolean;
  /** As written; absent stays absent. */
  readonly resources?: ContainerResources;
}

export interface Revision extends RevisionRef {
  readonly images: string;
  /** The oldest number it ever had: a template that was gone back to gets a new one. */
  readonly first: number;
  /** All of its pods were ready when it was current, as far as that was seen or its ReplicaSet still tells. */
  readonly healthy: boolean;
  readonly containers: readonly Container[];
}

/** One limit of a LimitRange, in millicores and bytes. */
export interface LimitRange {
  readonly name: string;
  readonly type: 'Container' | 'Pod';
  readonly resource: 'cpu' | 'memory';
  readonly min?: number;
  readonly max?: number;
  /** Limit / request at most. */
  readonly maxRatio?: number;
}

/** What is left of one limit of a ResourceQuota: pods, millicores or bytes. */
export interface Quota {
  readonly name: string;
  readonly key: 'pods' | 'requests.cpu' | 'requests.memory' | 'limits.cpu' | 'limits.memory';
  readonly left: number;
}

/** A rollout is a change of the pod template, never of replicas. */
export interface Rollout {
  readonly underWay: boolean;
  readonly paused: boolean;
  /** When it completed, if that was seen by this process's own watch. */
  readonly completedAt?: number;
  /** Pods of the newest ReplicaSet while a rollout is under way. */
  readonly newPods: number;
  readonly newPodsReady: number;
  /** Of the new pods: crash-looping, unable to pull, misconfigured. */
  readonly newPodsFailing: number;
  /** Consecutive passes in which no new pod was ready and some failed. */
  readonly failingPasses: number;
  /** When it began, if seen. */
  readonly startedAt?: number;
}

/** Something else that owns a field of the target: a HorizontalPodAutoscaler, KEDA ScaledObject, VerticalPodAutoscaler or a GitOps tool. */
export interface Owner {
  readonly kind: 'HorizontalPodAutoscaler' | 'ScaledObject' | 'VerticalPodAutoscaler' | 'GitOps';
  readonly name: string;
  /** `template` is the restart annotation alone, `image` anything else of the template but resources. */
  readonly field: 'replicas' | 'resources' | 'template' | 'image';
  /** Of an autoscaler of replicas: the resources whose requests drive it. */
  readonly drives?: readonly ('cpu' | 'memory')[];
}

export interface ForeignChange {
  readonly field: 'replicas' | 'template';
  readonly at: number;
  readonly manager: string;
  /** The value before and after it, as text. */
  readonly from: string;
  readonly to: string;
}

/** A PodDisruptionBudget whose selector matches the target's pods. Exactly one of the two values is set, as written. */
export interface DisruptionBudget {
  readonly name: string;
  readonly minAvailable?: string;
  readonly maxUnavailable?: string;
}

export interface Pod {
  readonly name: string;
  readonly ready: boolean;
  /** Of the newest ReplicaSet. */
  readonly current: boolean;
  readonly startedAt?: number;
  readonly readyAt?: number;
  readonly restarts: number;
  /** Newest container restart, with its reason (`OOMKilled`, `Error`, ...). */
  readonly lastRestart?: { readonly at: number; readonly reason: string };
  /** What keeps it from running: CrashLoopBackOff, ImagePullBackOff, ErrImagePull, CreateContainerConfigError, Unschedulable. */
  readonly trouble?: string;
  /** The scheduler's or kubelet's words for it, shortened. Untrusted text. */
  readonly troubleDetail?: string;
  readonly terminating: boolean;
}
