import type { KubeObject } from '../../schema/kube.ts';
import { parseCpu, parseMemory } from '../../schema/quantity.ts';
import { at, conditionOf, textAt } from '../narrow.ts';
import { isOver } from '../workload/pod.ts';
import { resourcesOf } from '../workload/podResources.ts';

/** CPU in millicores, memory in bytes. */
export interface Room {
  readonly cpu: number;
  readonly memory: number;
}

/**
 * What the ready, schedulable nodes have left together after the requests of the pods bound to them. More than one pod can
 * use: what is left may lie in pieces. Undefined where a node does not say what it has.
 */
export function nodeRoom(nodes: Iterable<KubeObject>, pods: Iterable<KubeObject>): Room | undefined {
  let cpu = 0;
  let memory = 0;
  const usable = new Set<string>();
  for (const node of nodes) {
    if (at(node, 'spec', 'unschedulable') === true || textAt(conditionOf(node, 'Ready'), 'status') === 'False')
      continue;
    const has = parseCpu(textAt(node, 'status', 'allocatable', 'cpu') ?? '');
    const holds = parseMemory(textAt(node, 'status', 'allocatable', 'memory') ?? '');
    if (has === undefined || holds === undefined) return undefined;
    usable.add(node.metadata.name);
    cpu += has;
    memory += holds;
  }
  for (const pod of pods) {
    if (isOver(pod) || !usable.has(textAt(pod, 'spec', 'nodeName') ?? '')) continue;
    const { requests } = resourcesOf(pod.spec);
    cpu -= requests.cpu ?? 0;
    memory -= requests.memory ?? 0;
  }
  return { cpu, memory };
}
