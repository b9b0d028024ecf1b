import type { FleetFacts } from '../../schema/fleet.ts';
import { type ChangeRule, noData, percent, wait } from '../rule.ts';

/** So long the fleet must have been well before anything takes capacity away again. */
const WELL_MS = 600_000;

/** G13: where much fails at once, the cause is no single service's, and nothing that takes capacity away helps. */
export const fleetMustBeWell: ChangeRule = ({ input: { fleet }, disruptive, now }) => {
  if (!disruptive) return [];
  const { health } = fleet ?? {};
  if (fleet === undefined || health?.nodes === undefined) {
    return noData('wait', health === undefined ? { 'fleet health': undefined } : { nodes: undefined });
  }
  const halt = fleetHalt(fleet, now);
  return halt === undefined ? [] : [wait('FleetHalt', halt.why, {}, halt.until)];
};

/** Why nothing disruptive happens anywhere, and until when (ms) where that is known; undefined when nothing speaks against it. */
export function fleetHalt(
  fleet: FleetFacts,
  now: number,
): { readonly why: string; readonly until?: number } | undefined {
  const ill = illness(fleet);
  if (ill !== undefined) return { why: `nothing disruptive while ${ill}` };
  const until = (fleet.health?.illAt ?? Number.NEGATIVE_INFINITY) + WELL_MS;
  return now < until ? { why: 'the fleet was ill less than 10 min ago', until } : undefined;
}

/** What fails at once, in words; undefined when the fleet is well as far as is known. */
export function illness({ services, health }: FleetFacts): string | undefined {
  if (health === undefined) return undefined;
  const { unhealthy, blind, examples, nodes, api } = health;
  const down = unhealthy + blind;
  if (down >= Math.max(5, services * 0.2)) {
    return `${unhealthy} of ${services} services are unhealthy and ${blind} blind (${examples.join(', ')})`;
  }
  if (nodes !== undefined && nodes.notReady >= 3 && nodes.notReady >= nodes.total * 0.45) {
    return `${nodes.notReady} of ${nodes.total} nodes are not ready`;
  }
  const failing = api.calls >= 20 && api.failures >= api.calls * 0.1;
  return failing ? `the API server fails ${percent(api.failures / api.calls)} of ${api.calls} calls` : undefined;
}
