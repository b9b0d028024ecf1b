import { parseCpu, parseMemory } from '../../schema/quantity.ts';
import { at, listAt, textAt } from '../narrow.ts';

/** Of one pod: millicores and bytes; undefined when a container that runs has none. */
export interface PodResources {
  readonly requests: { readonly cpu?: number; readonly memory?: number; readonly missing: readonly string[] };
  readonly limits: { readonly cpu?: number; readonly memory?: number };
}

const PARSERS = { cpu: parseCpu, memory: parseMemory };
type Resource = keyof typeof PARSERS;

/**
 * Requests and limits of a pod spec, summed over everything that runs as long as the pod does: containers, and sidecars
 * (init containers with `restartPolicy: Always`). Init containers that end before the pod starts do not count. Resources
 * set on the pod as a whole take precedence, as they do for the kubelet.
 */
export function resourcesOf(spec: unknown): PodResources {
  const running = [
    ...listAt(spec, 'initContainers').filter((container) => at(container, 'restartPolicy') === 'Always'),
    ...listAt(spec, 'containers'),
  ];
  const cpu = sumOf(spec, running, 'requests', 'cpu');
  const memory = sumOf(spec, running, 'requests', 'memory');
  const cpuLimit = sumOf(spec, running, 'limits', 'cpu').total;
  const memoryLimit = sumOf(spec, running, 'limits', 'memory').total;
  return {
    requests: {
      ...(cpu.total !== undefined && { cpu: cpu.total }),
      ...(memory.total !== undefined && { memory: memory.total }),
      missing: [...cpu.missing, ...memory.missing],
    },
    limits: {
      ...(cpuLimit !== undefined && { cpu: cpuLimit }),
      ...(memoryLimit !== undefined && { memory: memoryLimit }),
    },
  };
}

/**
 * The mean over pods, so that use over `mean x pods` is what the HPA computes also while pods of two templates run.
 * What one pod lacks is lacking.
 */
export function meanOf(pods: readonly PodResources[]): PodResources {
  const mean = (of: (pod: PodResources) => number | undefined): number | undefined => {
    let sum = 0;
    for (const pod of pods) {
      const value = of(pod);
      if (value === undefined) return undefined;
      sum += value;
    }
    return pods.length === 0 ? undefined : sum / pods.length;
  };
  const cpu = mean((pod) => pod.requests.cpu);
  const memory = mean((pod) => pod.requests.memory);
  const cpuLimit = mean((pod) => pod.limits.cpu);
  const memoryLimit = mean((pod) => pod.limits.memory);
  return {
    requests: {
      ...(cpu !== undefined && { cpu }),
      ...(memory !== undefined && { memory }),
      missing: [...new Set(pods.flatMap((pod) => pod.requests.missing))],
    },
    limits: {
      ...(cpuLimit !== undefined && { cpu: cpuLimit }),
      ...(memoryLimit !== undefined && { memory: memoryLimit }),
    },
  };
}

interface Sum {
  readonly total?: number;
  /** `<container> (cpu)`. */
  readonly missing: readonly string[];
}

function sumOf(spec: unknown, containers: readonly unknown[], of: 'requests' | 'limits', resource: Resource): Sum {
  const whole = quantity(at(spec, 'resources', of, resource), resource);
  if (whole !== undefined) return { total: whole, missing: [] };
  let total = 0;
  const missing: string[] = [];
  for (const container of containers) {
    const value = quantity(at(container, 'resources', of, resource), resource);
    if (value === undefined || value === 0) missing.push(`${textAt(container, 'name') ?? 'unnamed'} (${resource})`);
    else total += value;
  }
  return missing.length === 0 && containers.length > 0 ? { total, missing } : { missing };
}

/** The API server keeps quantities as text; a plain number is what some writers send. */
function quantity(value: unknown, resource: Resource): number | undefined {
  if (typeof value === 'number') return PARSERS[resource](String(value));
  return typeof value === 'string' ? PARSERS[resource](value) : undefined;
}
