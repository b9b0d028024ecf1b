import type { ApiHealth } from '../../ports/apiHealth.ts';
import type { FleetHealth } from '../../schema/fleet.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { listAt, textAt } from '../narrow.ts';
import type { ServiceView } from '../serviceView.ts';

/** A service just created has no samples yet, and its pods may still start. */
const NEW_MS = 120_000;
const EXAMPLES = 3;

/** A blueprint in force with a target, or with one that cannot be read. */
export const isCounted = ({ blueprint, workload, problems }: ServiceView): boolean =>
  blueprint !== undefined && (workload === undefined ? problems !== undefined : !workload.deleting);

/** How the services, the nodes and the API server do. */
export function healthOf(
  views: readonly ServiceView[],
  sources: { readonly nodes: readonly KubeObject[] | undefined; readonly api: ApiHealth },
  now: number,
): FleetHealth {
  const grown = views.filter((view) => isCounted(view) && now - (view.workload?.createdAt ?? 0) > NEW_MS);
  const blind = grown.filter(isBlind);
  const unhealthy = grown.filter((view) => !isBlind(view) && isUnhealthy(view));
  const { nodes, api } = sources;
  return {
    unhealthy: unhealthy.length,
    blind: blind.length,
    examples: [...unhealthy, ...blind].slice(0, EXAMPLES).map(({ namespace, name }) => `${namespace}/${name}`),
    ...(nodes !== undefined && { nodes: { total: nodes.length, notReady: nodes.filter(isNotReady).length } }),
    api: { calls: api.calls, failures: api.failures },
  };
}

const isUnhealthy = ({ workload, assessment }: ServiceView): boolean =>
  (assessment?.breach.length ?? 0) > 0 || (workload !== undefined && workload.replicas > 0 && workload.ready === 0);

/**
 * Nothing at all is known of how it does: not one signal is fresh, although its pods run. One query that fails, of one
 * signal or of one service, makes nobody blind whose CPU is measured.
 */
function isBlind({ workload, assessment }: ServiceView): boolean {
  if (workload === undefined || assessment === undefined) return true;
  if (workload.ready === 0 || workload.requests.cpu === undefined) return false;
  return assessment.signals.every(({ state }) => state === 'stale' || state === 'missing');
}

function isNotReady(node: KubeObject): boolean {
  const ready = listAt(node, 'status', 'conditions').find((condition) => textAt(condition, 'type') === 'Ready');
  return textAt(ready, 'status') !== 'True';
}

/** It has pods that found no room, in the scheduler's words; a pod that fits no node for another reason waits for none. */
export const waitsForRoom = ({ workload }: ServiceView): boolean =>
  (workload?.pods ?? []).some(
    ({ trouble, troubleDetail, terminating }) =>
      trouble === 'Unschedulable' && !terminating && /\bInsufficient \w|Too many pods/.test(troubleDetail ?? ''),
  );
