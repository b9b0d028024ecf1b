import { KINDS, type KubeObject } from '../schema/kube.ts';
import { formatCpu, formatMemory, parseQuantity } from '../schema/quantity.ts';
import type { Objects } from './objects.ts';
import { claimed, type PodSpec, podSpec } from './shapes.ts';

interface QuotaSpec {
  readonly hard?: Readonly<Record<string, string | number>>;
}

/** What a pod takes of each thing a quota can limit; other keys of a quota are not enforced here. */
const COSTS: Readonly<Record<string, (spec: PodSpec) => number>> = {
  pods: () => 1,
  'count/pods': () => 1,
  cpu: (spec) => claimed(spec, 'requests', 'cpu'),
  memory: (spec) => claimed(spec, 'requests', 'memory'),
  'requests.cpu': (spec) => claimed(spec, 'requests', 'cpu'),
  'requests.memory': (spec) => claimed(spec, 'requests', 'memory'),
  'limits.cpu': (spec) => claimed(spec, 'limits', 'cpu'),
  'limits.memory': (spec) => claimed(spec, 'limits', 'memory'),
};

/** Why the namespace's quotas refuse one more such pod, in the API server's words; undefined when they take it. */
export function quotaRefusal(objects: Objects, namespace: string, podName: string, spec: PodSpec): string | undefined {
  for (const quota of objects.list(KINDS.ResourceQuota, namespace)) {
    const over = limits(quota).filter(({ cost, limit }) => used(objects, namespace, cost) + cost(spec) > limit + 1e-9);
    if (over.length === 0) continue;
    const say = (amount: (cost: (spec: PodSpec) => number, limit: number) => number): string =>
      over.map(({ key, cost, limit }) => `${key}=${format(key, amount(cost, limit))}`).join(',');
    return (
      `pods "${podName}" is forbidden: exceeded quota: ${quota.metadata.name}, requested: ${say((cost) => cost(spec))}, ` +
      `used: ${say((cost) => used(objects, namespace, cost))}, limited: ${say((_, limit) => limit)}`
    );
  }
  return undefined;
}

/** Writes what each quota of a namespace has used. */
export function syncQuotas(objects: Objects, namespace: string): void {
  for (const quota of objects.list(KINDS.ResourceQuota, namespace)) {
    const counted = limits(quota).map(({ key, cost }) => [key, format(key, used(objects, namespace, cost))] as const);
    const status = { hard: (quota.spec as QuotaSpec).hard ?? {}, used: Object.fromEntries(counted) };
    objects.change(KINDS.ResourceQuota, { ...quota, status }, 'kube-controller-manager', 'status');
  }
}

function limits(quota: KubeObject): { key: string; cost: (spec: PodSpec) => number; limit: number }[] {
  return Object.entries((quota.spec as QuotaSpec | undefined)?.hard ?? {}).flatMap(([key, text]) => {
    const cost = COSTS[key];
    const limit = parseQuantity(String(text));
    return cost === undefined || limit === undefined ? [] : [{ key, cost, limit }];
  });
}

const used = (objects: Objects, namespace: string, cost: (spec: PodSpec) => number): number =>
  objects.list(KINDS.Pod, namespace).reduce((sum, pod) => sum + cost(podSpec(pod)), 0);

function format(key: string, value: number): string {
  if (key.endsWith('cpu')) return formatCpu(value * 1000);
  return key.endsWith('memory') ? formatMemory(value) : String(value);
}
