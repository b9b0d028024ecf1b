import { z } from 'zod';
import type { KubeObject } from '../schema/kube.ts';
import { parseQuantity } from '../schema/quantity.ts';

/**
 * The parts of workload objects that the world's controllers act on, with the API server's defaults. Everything else an
 * object carries is kept as it came. Objects are parsed when they are written, so that the accessors below only narrow.
 */
const Quantities = z.record(
  z.string(),
  z
    .union([z.string(), z.number().transform(String)])
    .refine((text) => parseQuantity(text) !== undefined, 'must be a quantity such as 500m or 512Mi'),
);

const Container = z.looseObject({
  name: z.string().min(1),
  image: z.string().min(1),
  /** `Always` on an init container makes it a sidecar: it runs as long as the pod. */
  restartPolicy: z.string().optional(),
  resources: z.looseObject({ requests: Quantities.optional(), limits: Quantities.optional() }).default({}),
});
export type Container = z.infer<typeof Container>;

const PodSpec = z.looseObject({
  nodeName: z.string().optional(),
  nodeSelector: z.record(z.string(), z.string()).optional(),
  initContainers: z.array(Container).optional(),
  containers: z.array(Container).min(1),
});
export type PodSpec = z.infer<typeof PodSpec>;

const Names = z.record(z.string(), z.string());

/**
 * The API server stores no empty labels or annotations: a map whose last key is removed is absent afterwards. A template
 * that gets and loses its first annotation is the old template, with the old ReplicaSet.
 */
export function withoutEmptyMaps<T extends { labels?: unknown; annotations?: unknown }>(metadata: T): T {
  const { labels, annotations, ...rest } = metadata;
  return { ...rest, ...(isBlank(labels) ? {} : { labels }), ...(isBlank(annotations) ? {} : { annotations }) } as T;
}
const isBlank = (map: unknown): boolean =>
  map === undefined || map === null || (typeof map === 'object' && Object.keys(map).length === 0);
const Template = z.looseObject({
  metadata: z
    .looseObject({ labels: Names.optional(), annotations: Names.optional() })
    .default({})
    .transform((metadata) => withoutEmptyMaps(metadata)),
  spec: PodSpec,
});
export type Template = z.infer<typeof Template>;

const Share = z.union([z.int().min(0), z.string().regex(/^\d+%$/, 'must be a number or a percentage')]);
const Strategy = z.looseObject({
  type: z.enum(['RollingUpdate', 'Recreate']).default('RollingUpdate'),
  rollingUpdate: z.looseObject({ maxSurge: Share.default('25%'), maxUnavailable: Share.default('25%') }).optional(),
});

const DeploymentSpec = z
  .looseObject({
    replicas: z.int().min(0).max(2_147_483_647).default(1),
    selector: z.looseObject({ matchLabels: Names }),
    template: Template,
    strategy: Strategy.default({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
    }),
    revisionHistoryLimit: z.int().min(0).default(10),
    progressDeadlineSeconds: z.int().min(1).default(600),
    paused: z.boolean().optional(),
  })
  .refine(
    ({ selector, template }) =>
      Object.entries(selector.matchLabels).every(([key, value]) => template.metadata.labels?.[key] === value),
    { path: ['template', 'metadata', 'labels'], message: '`selector` does not match template `labels`' },
  );
export type DeploymentSpec = z.infer<typeof DeploymentSpec>;

const ReplicaSetSpec = z.looseObject({
  replicas: z.int().min(0),
  selector: z.looseObject({ matchLabels: Names }),
  template: Template,
});
export type ReplicaSetSpec = z.infer<typeof ReplicaSetSpec>;

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly lastUpdateTime?: string;
}

export interface ReplicaStatus {
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly updatedReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

const SPECS: Readonly<Record<string, z.ZodType>> = {
  Deployment: DeploymentSpec,
  ReplicaSet: ReplicaSetSpec,
  Pod: PodSpec,
};

/** The spec with its defaults, or what is wrong with it, in the API server's way of saying it. */
export function workloadSpec(kind: string, spec: unknown): { spec: unknown } | { fault: string } {
  const schema = SPECS[kind];
  if (schema === undefined) return { spec };
  const parsed = schema.safeParse(spec);
  return parsed.success ? { spec: parsed.data } : { fault: zodFault(parsed.error, 'spec') };
}

/** `spec.replicas: Too small: expected number to be >=0`, one per fault. */
export const zodFault = (error: z.ZodError, root: string): string =>
  error.issues.map((issue) => `${[root, ...issue.path].map(String).join('.')}: ${issue.message}`).join(', ');

export const deploymentSpec = (object: KubeObject): DeploymentSpec => object.spec as DeploymentSpec;
export const replicaSetSpec = (object: KubeObject): ReplicaSetSpec => object.spec as ReplicaSetSpec;
export const podSpec = (object: KubeObject): PodSpec => object.spec as PodSpec;
export const replicaStatus = (object: KubeObject): ReplicaStatus => (object.status ?? {}) as ReplicaStatus;
export const conditionsOf = (object: KubeObject): readonly Condition[] =>
  (object.status as { conditions?: readonly Condition[] } | undefined)?.conditions ?? [];
export const isTrue = (object: KubeObject, type: string): boolean =>
  conditionsOf(object).some((condition) => condition.type === type && condition.status === 'True');

/** Containers that run as long as the pod: its own and its sidecars. */
export const runningContainers = (spec: PodSpec): readonly Container[] => [
  ...(spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always'),
  ...spec.containers,
];

/** The sum over running containers in base units (cores, bytes), or undefined when one of them says nothing. */
export function total(spec: PodSpec, side: 'requests' | 'limits', resource: string): number | undefined {
  let sum = 0;
  for (const container of runningContainers(spec)) {
    const text = container.resources[side]?.[resource];
    if (text === undefined) return undefined;
    sum += parseQuantity(text) ?? 0;
  }
  return sum;
}

/** The same, where saying nothing counts as nothing: what the scheduler and quotas add up. */
export const claimed = (spec: PodSpec, side: 'requests' | 'limits', resource: string): number =>
  runningContainers(spec).reduce((sum, c) => sum + (parseQuantity(c.resources[side]?.[resource] ?? '0') ?? 0), 0);
