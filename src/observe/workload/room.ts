import type { KubeObject } from '../../schema/kube.ts';
import { parseCpu, parseMemory, parseQuantity } from '../../schema/quantity.ts';
import type { LimitRange, Quota, Workload } from '../../schema/workload.ts';
import { at, conditionOf, listAt, recordAt, textAt } from '../narrow.ts';

/** Objects that bound what pods of a namespace may have. */
export interface RoomSources {
  readonly quotas: readonly KubeObject[];
  readonly limitRanges: readonly KubeObject[];
  /** Undefined when nodes cannot be read: then nothing is known to fit. */
  readonly nodes: readonly KubeObject[] | undefined;
}

export function roomOf(sources: RoomSources): Pick<Workload, 'quotas' | 'limitRanges' | 'nodes'> {
  return {
    quotas: sources.quotas.flatMap(quotasOf),
    limitRanges: sources.limitRanges.flatMap(limitRangesOf),
    ...(sources.nodes !== undefined && { nodes: nodeSizes(sources.nodes) }),
  };
}

const KEYS: Readonly<Record<string, Quota['key']>> = {
  pods: 'pods',
  'count/pods': 'pods',
  cpu: 'requests.cpu',
  memory: 'requests.memory',
  'requests.cpu': 'requests.cpu',
  'requests.memory': 'requests.memory',
  'limits.cpu': 'limits.cpu',
  'limits.memory': 'limits.memory',
};

/**
 * A quota with scopes binds some pods only. Pods of a Deployment have no deadline and, with requests, are not best
 * effort; by any other scope it is not told here, and phase 0 of a change finds it out.
 */
function quotasOf(quota: KubeObject): Quota[] {
  const scopes = listAt(quota, 'spec', 'scopes');
  const binds = scopes.every((scope) => scope === 'NotTerminating' || scope === 'NotBestEffort');
  if (!binds || at(quota, 'spec', 'scopeSelector') !== undefined) return [];
  const used = recordAt(quota, 'status', 'used');
  return Object.entries(recordAt(quota, 'spec', 'hard')).flatMap(([name, hard]) => {
    const key = KEYS[name];
    const parse = name.endsWith('cpu') ? parseCpu : parseQuantity;
    const most = parse(String(hard));
    if (key === undefined || most === undefined) return [];
    return [{ name: quota.metadata.name, key, left: most - (parse(String(used[name] ?? '0')) ?? 0) }];
  });
}

function limitRangesOf(range: KubeObject): LimitRange[] {
  return listAt(range, 'spec', 'limits').flatMap((limit) => {
    const type = textAt(limit, 'type');
    if (type !== 'Container' && type !== 'Pod') return [];
    return (['cpu', 'memory'] as const).flatMap((resource) => {
      const parse = resource === 'cpu' ? parseCpu : parseMemory;
      const value = (side: string): number | undefined => parse(String(at(limit, side, resource) ?? ''));
      const [min, max] = [value('min'), value('max')];
      const maxRatio = parseQuantity(String(at(limit, 'maxLimitRequestRatio', resource) ?? ''));
      if (min === undefined && max === undefined && maxRatio === undefined) return [];
      return [
        {
          name: range.metadata.name,
          type,
          resource,
          ...(min !== undefined && { min }),
          ...(max !== undefined && { max }),
          ...(maxRatio !== undefined && { maxRatio }),
        },
      ];
    });
  });
}

/** Sizes of nodes that take pods, without those that another is at least as large as in both. */
function nodeSizes(nodes: readonly KubeObject[]): { readonly cpu: number; readonly memory: number }[] {
  const sizes = nodes.flatMap((node) => {
    const ready = textAt(conditionOf(node, 'Ready'), 'status') === 'True';
    const cpu = parseCpu(String(at(node, 'status', 'allocatable', 'cpu') ?? ''));
    const memory = parseMemory(String(at(node, 'status', 'allocatable', 'memory') ?? ''));
    const isOpen = ready && at(node, 'spec', 'unschedulable') !== true;
    return isOpen && cpu !== undefined && memory !== undefined ? [{ cpu, memory }] : [];
  });
  return sizes.filter(
    (one, index) =>
      !sizes.some(
        (other, position) =>
          position !== index &&
          other.cpu >= one.cpu &&
          other.memory >= one.memory &&
          (other.cpu > one.cpu || other.memory > one.memory || position < index),
      ),
  );
}
