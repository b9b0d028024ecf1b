import { KINDS, type KubeObject, MANAGED_LABEL } from '../schema/kube.ts';
import type { ScenarioDeployment } from './format.ts';
import { isObject, Loose, NotUnderstood } from './loose.ts';

/** Kubernetes objects from what a scenario says under `cluster`. */

type Strings = Record<string, string>;

export function deploymentObject(spec: ScenarioDeployment): KubeObject {
  const { namespace, name } = spec;
  return {
    apiVersion: KINDS.Deployment.apiVersion,
    kind: 'Deployment',
    metadata: {
      name,
      namespace,
      labels: { app: name, [MANAGED_LABEL]: 'true', ...strings(spec.labels) },
      ...(spec.annotations === undefined ? {} : { annotations: strings(spec.annotations) }),
    },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: { app: name } },
      ...strategy(spec.rollout),
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [container(spec)] },
      },
    },
  };
}

function container(spec: Pick<ScenarioDeployment, 'image' | 'resources' | 'env'>): Record<string, unknown> {
  const env = Object.entries(strings(spec.env)).map(([name, value]) => ({ name, value }));
  return {
    name: 'app',
    image: spec.image,
    resources: podResources(spec.resources),
    ...(env.length === 0 ? {} : { env }),
  };
}

/** `{cpu: {request, limit}, memory: {request, limit}}` as a container has it. */
export function podResources(said: Record<string, unknown>): { requests?: Strings; limits?: Strings } {
  const requests: Strings = {};
  const limits: Strings = {};
  for (const [name, value] of Object.entries(said)) {
    if (value === null || value === undefined) continue;
    const amounts = new Loose(value, `resources.${name}`);
    const request = amounts.text('request', 'requests');
    const limit = amounts.text('limit', 'limits');
    if (request !== undefined) requests[name] = request;
    if (limit !== undefined) limits[name] = limit;
    amounts.done();
  }
  return {
    ...(Object.keys(requests).length > 0 && { requests }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}

/** Deployment fields of a `rollout`: absent means a rolling update with 25 per cent. */
function strategy(said: Record<string, unknown> | undefined): Record<string, unknown> {
  if (said === undefined) return {};
  const rollout = new Loose(said, 'rollout');
  const type = rollout.text('type', 'strategy');
  const maxSurge = rollout.any('max_surge', 'surge');
  const maxUnavailable = rollout.any('max_unavailable', 'unavailable');
  const paused = rollout.any('paused');
  const deadline = rollout.number('progress_deadline_seconds');
  const minReady = rollout.number('min_ready_seconds');
  rollout.done();
  const recreate = type !== undefined && /recreate/i.test(type);
  return {
    strategy: recreate
      ? { type: 'Recreate' }
      : {
          type: 'RollingUpdate',
          rollingUpdate: {
            ...(maxSurge !== undefined && { maxSurge }),
            ...(maxUnavailable !== undefined && { maxUnavailable }),
          },
        },
    ...(paused === undefined ? {} : { paused: paused === true }),
    ...(deadline === undefined ? {} : { progressDeadlineSeconds: deadline }),
    ...(minReady === undefined ? {} : { minReadySeconds: minReady }),
  };
}

export function budgetObject(value: unknown): KubeObject {
  const said = new Loose(value, 'pdbs');
  const namespace = said.must('namespace');
  const app = appOf(said, 'pdbs');
  const name = said.text('name') ?? app;
  const minAvailable = said.any('min_available');
  const maxUnavailable = said.any('max_unavailable');
  said.done();
  return {
    apiVersion: KINDS.PodDisruptionBudget.apiVersion,
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app } },
      ...(minAvailable === undefined ? {} : { minAvailable }),
      ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
    },
  };
}

export interface Autoscaler {
  readonly object: KubeObject;
  /** `namespace/name` of the Deployment. */
  readonly target: string;
  readonly min: number;
  readonly max: number;
  /** Per cent of the request. */
  readonly utilization: number;
}

export function autoscaler(value: unknown): Autoscaler {
  const said = new Loose(value, 'hpas');
  const namespace = said.must('namespace');
  const app = appOf(said, 'hpas');
  const name = said.text('name') ?? app;
  const min = said.number('min_replicas', 'min') ?? 1;
  const max = said.number('max_replicas', 'max') ?? min;
  const utilization =
    said.number(
      'target_cpu_utilization',
      'target_cpu',
      'cpu_utilization_pct',
      'cpu',
      'target_cpu_pct',
      'target_cpu_utilization_pct',
      'target_utilization',
    ) ?? 80;
  said.done();
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: app };
  const metric = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: utilization } },
  };
  const object: KubeObject = {
    apiVersion: KINDS.HorizontalPodAutoscaler.apiVersion,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace },
    spec: { scaleTargetRef, minReplicas: min, maxReplicas: max, metrics: [metric] },
  };
  return { object, target: `${namespace}/${app}`, min, max, utilization };
}

export function quotaObject(value: unknown): KubeObject {
  const said = new Loose(value, 'quotas');
  const namespace = said.must('namespace');
  const name = said.text('name') ?? 'quota';
  const given = said.any('hard');
  const hard: Strings = isObject(given) ? strings(given) : {};
  const words = {
    pods: ['pods', 'max_pods'],
    'requests.cpu': ['cpu', 'requests_cpu', 'requests.cpu'],
    'requests.memory': ['memory', 'requests_memory', 'requests.memory'],
    'limits.cpu': ['limits_cpu', 'limits.cpu'],
    'limits.memory': ['limits_memory', 'limits.memory'],
  };
  for (const [resource, keys] of Object.entries(words)) {
    const amount = said.text(...keys);
    if (amount !== undefined) hard[resource] = amount;
  }
  said.done();
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace }, spec: { hard } };
}

/** The Deployment an HPA or a budget is about, said in one of the ways people say it. */
function appOf(said: Loose, what: string): string {
  const direct = said.any('deployment', 'target', 'applies_to', 'scale_target', 'selector', 'service', 'target_ref');
  const text = isObject(direct) ? (direct['deployment'] ?? direct['name'] ?? direct['app']) : direct;
  const name = typeof text === 'string' ? text.split('/').at(-1) : said.text('name');
  if (name === undefined || name === '') throw new NotUnderstood(`${what}: which Deployment is it about?`);
  return name;
}

export function strings(value: Record<string, unknown> | undefined): Strings {
  return Object.fromEntries(Object.entries(value ?? {}).map(([key, inner]) => [key, String(inner)]));
}
