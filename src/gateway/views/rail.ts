import type { ServiceView } from '../../observe/serviceView.ts';
import type { LimitRail } from '../../schema/api/common.ts';

/** Replicas against what the blueprint and the organisation allow; `asked` is where a request wants to go. */
export function railOf({ blueprint, workload, global }: ServiceView, asked?: number): LimitRail | undefined {
  if (blueprint === undefined || workload === undefined) return undefined;
  const ceiling = global?.ceilings.maxReplicas;
  return {
    current: workload.replicas,
    min: blueprint.scaling.minReplicas,
    max: blueprint.scaling.maxReplicas,
    ...(ceiling !== undefined && { ceiling }),
    ...(asked !== undefined && { asked }),
  };
}
