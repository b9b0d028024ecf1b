import type { Candidate } from '../schema/assessment.ts';
import { mainContainer } from '../schema/changeText.ts';
import { type Amounts, amountIn, amountText, effectiveRequest } from '../schema/resources.ts';
import type { Facts } from './recommend.ts';

const KILLED_MS = 600_000;
/** Half as much again: two such steps more than double it, one seldom wastes much. */
const STEP = 1.5;

/**
 * More memory where pods are killed for want of it, more CPU where all they may have is used: inside the bounds, and
 * never the request that the number of replicas is divided by (G15).
 */
export function resourceCandidates({ workload, blueprint, cpu, now }: Facts): readonly Candidate[] {
  const resources = mainContainer(workload)?.resources ?? null;
  const killed = workload.pods.filter(
    ({ lastRestart }) => lastRestart?.reason === 'OOMKilled' && now - lastRestart.at < KILLED_MS,
  );
  const memory = killed.length === 0 ? undefined : raised('memory', resources, blueprint.resources.memory?.max);
  const throttled = cpu.isAtLimit ? raised('cpu', resources, blueprint.resources.cpu?.max) : undefined;
  return [
    ...offer(memory, `${killed.length} of ${workload.pods.length} pods were killed for want of memory lately`),
    ...offer(throttled, 'CPU is at its limit: the pods are throttled'),
  ];

  function raised(resource: 'cpu' | 'memory', written: typeof resources, most = 0): Amounts | undefined {
    const [limit, request] = [amountIn(written, `${resource}_limit`), amountIn(written, `${resource}_request`)];
    const drives = resource === 'cpu' || workload.owners.some((owner) => owner.drives?.includes(resource));
    if (limit === undefined || limit >= most || (drives && request === undefined)) return undefined;
    const next = amountText(resource, Math.min(most, limit * STEP));
    // Request and limit that are one (the pods nobody evicts first) stay one, where the request may move.
    const both = !drives && effectiveRequest(written, resource) === limit && request !== undefined;
    return { [`${resource}_limit`]: next, ...(both ? { [`${resource}_request`]: next } : {}) };
  }
}

const offer = (amounts: Amounts | undefined, reason: string): readonly Candidate[] =>
  amounts === undefined ? [] : [{ tool: 'adjust_resources', amounts, floor: false, reason }];
