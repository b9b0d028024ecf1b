import { KINDS, type KubeObject } from '../schema/kube.ts';
import { parseQuantity } from '../schema/quantity.ts';
import type { Objects } from './objects.ts';
import { claimed, isTrue, type PodSpec, podSpec } from './shapes.ts';

interface Room {
  cpu: number;
  memory: number;
  pods: number;
}

interface NodeSpec {
  readonly unschedulable?: boolean;
}

const needs = (spec: PodSpec): Room => ({
  cpu: claimed(spec, 'requests', 'cpu'),
  memory: claimed(spec, 'requests', 'memory'),
  pods: 1,
});

/** Finds a node with room for a pod: the one with the fewest pods, ties by name. */
export class Scheduler {
  readonly #objects: Objects;
  readonly #used = new Map<string, Room>();
  readonly #bound = new Map<string, { readonly node: string; readonly room: Room }>();

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** The node's name, taking its room until `release`; or why there is none, in the real scheduler's words. */
  place(pod: KubeObject): { readonly node: string } | { readonly message: string } {
    const want = needs(podSpec(pod));
    const nodes = this.#objects.list(KINDS.Node);
    const reasons = new Map<string, number>();
    const fitting: { name: string; pods: number }[] = [];
    for (const node of nodes) {
      const { name } = node.metadata;
      const used = this.#used.get(name) ?? { cpu: 0, memory: 0, pods: 0 };
      const why = refusals(node, pod, used, want);
      for (const reason of why) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      if (why.length === 0) fitting.push({ name, pods: used.pods });
    }
    const best = fitting.sort((a, b) => a.pods - b.pods || (a.name < b.name ? -1 : 1))[0];
    if (best === undefined) {
      const words = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
      return { message: `0/${nodes.length} nodes are available: ${words.join(', ')}.` };
    }
    this.#take(best.name, want, 1);
    this.#bound.set(pod.metadata.uid ?? '', { node: best.name, room: want });
    return { node: best.name };
  }

  release(uid: string): void {
    const bound = this.#bound.get(uid);
    if (bound === undefined) return;
    this.#bound.delete(uid);
    this.#take(bound.node, bound.room, -1);
  }

  #take(node: string, room: Room, sign: 1 | -1): void {
    const used = this.#used.get(node) ?? { cpu: 0, memory: 0, pods: 0 };
    this.#used.set(node, {
      cpu: used.cpu + sign * room.cpu,
      memory: used.memory + sign * room.memory,
      pods: used.pods + sign,
    });
  }
}

/** Sums of fractions of cores must not fail on rounding. */
const SLACK = 1e-9;

function refusals(node: KubeObject, pod: KubeObject, used: Room, want: Room): string[] {
  const selector = podSpec(pod).nodeSelector ?? {};
  if ((node.spec as NodeSpec | undefined)?.unschedulable) return ['node(s) were unschedulable'];
  if (!isTrue(node, 'Ready')) return ['node(s) had untolerated taint {node.kubernetes.io/not-ready: }'];
  const matches = Object.entries(selector).every(([key, value]) => node.metadata.labels?.[key] === value);
  if (!matches || pod.metadata.annotations?.['fake/schedule'] === 'never') {
    return ["node(s) didn't match Pod's node affinity/selector"];
  }
  const allocatable = (node.status as { allocatable?: Record<string, string> } | undefined)?.allocatable ?? {};
  const over = (resource: keyof Room): boolean => {
    const room = parseQuantity(allocatable[resource] ?? '');
    return room !== undefined && want[resource] > 0 && used[resource] + want[resource] > room + SLACK;
  };
  return [
    ...(over('pods') ? ['Too many pods'] : []),
    ...(over('cpu') ? ['Insufficient cpu'] : []),
    ...(over('memory') ? ['Insufficient memory'] : []),
  ];
}
