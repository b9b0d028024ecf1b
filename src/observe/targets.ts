import type { MetricTarget } from '../ports/metrics.ts';
import type { Accepted } from './blueprints/acceptance.ts';
import type { Mirrors } from './mirrors.ts';
import { metricTargetOf } from './readings.ts';
import { podNamesOf } from './surroundings.ts';

/** What to read for the blueprints in force whose Deployment is there. */
export function targetsOf(accepted: readonly Accepted[], mirrors: Mirrors): MetricTarget[] {
  const podNames = podNamesOf(mirrors);
  return accepted.flatMap(({ object, blueprint }) => {
    if (blueprint === undefined) return [];
    const deployment = mirrors.of('Deployment').get(object.metadata.namespace, blueprint.target.name);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return [];
    return [metricTargetOf(blueprint, () => podNames(deployment))];
  });
}
