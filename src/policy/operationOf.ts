import type { Blueprint } from '../schema/blueprint.ts';
import { FLEET_READS, SERVICE_READS } from '../schema/operation.ts';
import type { Request } from '../schema/request.ts';
import { isInside } from '../schema/resources.ts';

/**
 * The operation a call is by its effect, whatever its tool is called: a scale inside min..max, beyond it, or to zero; a
 * restart; a rollback; resources inside the bounds. A call with no effect we could carry out is its own name (cut to 64 characters: it may be anything a model
 * wrote). An undo is `undo`: bound by its own rules, granted by nobody.
 */
export function operationOf(request: Request, blueprint: Blueprint | undefined): string {
  if (request.effect !== 'change') return ownName(request);
  if (request.undo !== undefined) return 'undo';
  switch (request.wanted?.kind) {
    case 'scale':
      return scaleOperation(request.wanted.replicas, blueprint);
    case 'restart':
      return 'restart_pods';
    case 'rollback':
      return 'rollback';
    case 'resources':
      // Outside the bounds there is no operation: nobody can grant it.
      return `adjust_resources_${isInside(request.wanted.amounts, blueprint?.resources ?? {}) ? 'within' : 'outside'}_bounds`;
    default:
      return ownName(request);
  }
}

function scaleOperation(replicas: number, blueprint: Blueprint | undefined): string {
  if (replicas === 0) return 'scale_to_zero';
  if (blueprint === undefined) return 'scale_beyond_limits';
  const { minReplicas, maxReplicas } = blueprint.scaling;
  return replicas >= minReplicas && replicas <= maxReplicas ? 'scale_within_limits' : 'scale_beyond_limits';
}

const ownName = (request: Request): string => request.tool.slice(0, 64);

const FLEET: ReadonlySet<string> = new Set(FLEET_READS);
const KNOWN: ReadonlySet<string> = new Set([...FLEET_READS, ...SERVICE_READS]);

export const isKnownRead = (tool: string): boolean => KNOWN.has(tool);

/** A read about no service in particular, so it names none: what it shows of each service is a read of its own. */
export const isFleetRead = ({ effect, tool, target }: Request): boolean =>
  effect === 'read' && FLEET.has(tool) && target.name === '';
