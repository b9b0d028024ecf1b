import { effectiveRequest } from '../../schema/resources.ts';
import { type ChangeRule, forbid } from '../rule.ts';

/** G15: what horizontal sizing divides by is not changed under it: two owners of one dimension chase each other. */
export const drivenResourcesMustStay: ChangeRule = ({ template, workload, blueprint }) => {
  if (template?.kind !== 'resources') return [];
  // The blueprint sizes by CPU; an autoscaler on the target by what its own metrics name.
  const driving = new Set(['cpu', ...workload.owners.flatMap((owner) => owner.drives ?? [])]);
  return (['cpu', 'memory'] as const).flatMap((resource) => {
    const before = effectiveRequest(template.from, resource);
    const after = effectiveRequest(template.to, resource);
    const bounds = blueprint.resources[resource];
    const strays = before !== undefined && bounds !== undefined && (before < bounds.min || before > bounds.max);
    if (!driving.has(resource) || before === after || (strays && workload.ready === 0)) return [];
    const message = `the ${resource} request drives the number of replicas: it is not changed under it`;
    return [forbid('DrivesSizing', message, { resource, before, after })];
  });
};
