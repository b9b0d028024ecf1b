import { mainContainer } from './changeText.ts';
import { amountIn, effectiveRequest } from './resources.ts';
import type { Container, Quota, Workload } from './workload.ts';

/** Why pods of a template would not be made or would stand nowhere. Amounts are millicores and bytes. */
export interface Shortfall {
  readonly code: 'LimitRange' | 'QuotaTooSmall' | 'NoNodeFits' | 'LimitBelowRequest';
  readonly message: string;
  readonly values: Readonly<Record<string, string | number | undefined>>;
}

/** What a pod of these containers takes of a quota. */
function cost(key: Quota['key'], containers: readonly Container[]): number {
  if (key === 'pods') return 1;
  const resource = key.endsWith('cpu') ? 'cpu' : 'memory';
  return containers.reduce((sum, { resources = null }) => {
    const one = key.startsWith('r') ? effectiveRequest(resources, resource) : amountIn(resources, `${resource}_limit`);
    return sum + (one ?? 0);
  }, 0);
}

/** Quotas that would not let a rolling update to these containers begin, or not let it end. */
export function quotaShortfalls(workload: Workload, after: readonly Container[]): readonly Shortfall[] {
  const { replicas, ready, statusReplicas, maxUnavailable = 0, containers = [], quotas = [] } = workload;
  if (replicas === 0) return [];
  return quotas.flatMap(({ name, key, left }) => {
    const [old, next] = [cost(key, containers), cost(key, after)];
    // Pods that are not ready are taken away first; of the ready ones as many as may be missing.
    const start = left + old * (maxUnavailable + Math.max(0, statusReplicas - ready));
    if (next <= start && next * replicas <= left + old * statusReplicas) return [];
    const message = `quota ${name} has ${left} ${key} left: new pods of ${next} each could not start, or not all of them`;
    return [{ code: 'QuotaTooSmall', message, values: { quota: name, key, left, next, replicas } }];
  });
}

/** Nodes, LimitRanges and Kubernetes' own order of limit and request, for a pod of these containers. */
export function podShortfalls(workload: Workload, after: readonly Container[]): readonly Shortfall[] {
  const [cpu, memory] = [cost('requests.cpu', after), cost('requests.memory', after)];
  const fits = workload.nodes?.some((node) => node.cpu >= cpu && node.memory >= memory) ?? true;
  const message = `no node could take a pod that asks for ${cpu}m CPU and ${memory} bytes`;
  const nodes: readonly Shortfall[] = fits ? [] : [{ code: 'NoNodeFits', message, values: { cpu, memory } }];
  return [...nodes, ...belowRequest(after), ...limitRanges(workload, after)];
}

function belowRequest(after: readonly Container[]): readonly Shortfall[] {
  return after.flatMap(({ name, resources = null }) =>
    (['cpu', 'memory'] as const).flatMap((resource) => {
      const request = effectiveRequest(resources, resource) ?? 0;
      const limit = amountIn(resources, `${resource}_limit`) ?? Number.POSITIVE_INFINITY;
      const message = `the ${resource} limit ${limit} of ${name} would be below its request ${request}`;
      return request > limit
        ? [{ code: 'LimitBelowRequest' as const, message, values: { container: name, request, limit } }]
        : [];
    }),
  );
}

function limitRanges({ limitRanges: ranges = [] }: Workload, after: readonly Container[]): readonly Shortfall[] {
  const main = mainContainer({ containers: after });
  return ranges.flatMap(({ name, type, resource, min = 0, max = Infinity, maxRatio = Infinity }) => {
    const of = type === 'Pod' ? after : main === undefined ? [] : [main];
    const sum = (value: (container: Container) => number | undefined): number =>
      of.reduce((total, container) => total + (value(container) ?? 0), 0);
    const request = sum(({ resources = null }) => effectiveRequest(resources, resource));
    const limit = sum(({ resources = null }) => amountIn(resources, `${resource}_limit`));
    const ratio = request > 0 && limit > 0 ? limit / request : 1;
    const isInside = Math.max(request, limit) <= max && (request === 0 || request >= min) && ratio <= maxRatio;
    const message = `LimitRange ${name} does not take ${resource} ${request}/${limit} of a ${type.toLowerCase()}`;
    return isInside
      ? []
      : [{ code: 'LimitRange' as const, message, values: { name, resource, request, limit, min, max, maxRatio } }];
  });
}
