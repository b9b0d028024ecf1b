import { type ChangeRule, noData, wait } from '../rule.ts';
import { full } from './budgetMustBeLeft.ts';

const IN_FLIGHT = 3;
const PER_HOUR = 20;
const WINDOW_MS = 600_000;

/** G12, fleet: so many disruptive writes at once and an hour, and so many services disrupted in ten minutes. */
export const fleetBudgetMustBeLeft: ChangeRule = ({ input: { fleet }, disruptive, blueprint, now }) => {
  if (!disruptive) return [];
  if (fleet?.counters === undefined) return noData('wait', { 'fleet counters': undefined });
  const taken = fleet.counters.operations.filter((one) => one.disruptive).toSorted((a, b) => a.at - b.at);
  const inFlight = taken.filter((operation) => operation.inFlight).length;
  const hour = taken.filter(({ at }) => at > now - 3_600_000);
  const own = `${blueprint.namespace}/${blueprint.name}`;
  const others = taken.filter(({ at, service }) => at > now - WINDOW_MS && service !== own);
  const latest = new Map(others.map(({ service, at }) => [service, at]));
  const limit = Math.max(3, Math.floor(fleet.services / 10));
  const leaves = [...latest.values()].sort((a, b) => a - b)[latest.size - limit];
  const disrupted = `${latest.size} other services of ${fleet.services} were disrupted in 10 min, at most ${limit} may be`;
  return [
    ...(inFlight >= IN_FLIGHT
      ? [wait('FleetBusy', `${inFlight} disruptive changes are in flight in the fleet, at most ${IN_FLIGHT} may be`)]
      : []),
    ...full('FleetBudgetSpent', 'disruptive operations of the fleet', hour, PER_HOUR),
    ...(leaves !== undefined
      ? [wait('FleetDisrupted', disrupted, { disrupted: latest.size, limit }, leaves + WINDOW_MS)]
      : []),
  ];
};
