import type { Assessment } from './assessment.ts';
import type { Blueprint } from './blueprint.ts';
import type { Workload } from './workload.ts';

/**
 * Replicas that one more sample like this asks for: it is over its alarm for one sample, and the formula wants more than
 * there is. Undefined where that is not so, where the scale-up has started already, and where more would mend nothing.
 */
export function startsSoon(
  { pressure, anomaly, desired = 0, recommendation }: Assessment,
  { replicas }: Workload,
  { scaling }: Blueprint,
): number | undefined {
  const wanted = Math.min(desired, scaling.maxReplicas);
  const isMet = pressure.length > 0 && anomaly === undefined && !recommendation.started;
  return isMet && wanted > replicas ? wanted : undefined;
}
