import type { Blueprint } from '../schema/blueprint.ts';
import type { Workload } from '../schema/workload.ts';

/**
 * The number that runs lies outside the range because people decided so: the loop neither raises nor lowers it by itself.
 * Where it lies above, pressure that it does not carry may still be put to people again. The proof is the annotation of our own write, as long as the number is still the one it wrote. Zero is never inside a
 * range by itself, so that our write of it needs no approval named.
 */
export function standsAsDecided(workload: Workload, { scaling }: Blueprint): boolean {
  const { replicas, lastChange } = workload;
  if (replicas >= scaling.minReplicas && replicas <= scaling.maxReplicas) return false;
  if (lastChange === undefined || lastChange.undo || lastChange.after !== String(replicas)) return false;
  return replicas === 0 || lastChange.approval !== undefined;
}
