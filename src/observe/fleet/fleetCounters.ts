import { type FleetCounters, type FleetOperation, NEW_FLEET } from '../../schema/fleet.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { CircuitBreakerStatus } from '../../schema/records.ts';
import type { ServiceView } from '../serviceView.ts';

const HOUR_MS = 3_600_000;

/**
 * What the CircuitBreaker `fleet` says was taken; undefined when it cannot be read. Where it says nothing (it was deleted,
 * or never written), what was taken is counted again from the services' own counters, so that losing it frees nothing.
 */
export function fleetCountersOf(
  record: KubeObject | undefined,
  views: readonly ServiceView[],
  now: number,
): FleetCounters | undefined {
  const status = record?.status;
  if (status === undefined || status === null || !(typeof status === 'object' && 'fleet' in status)) {
    return countedAgain(views, now);
  }
  const parsed = CircuitBreakerStatus.safeParse(status);
  return parsed.success ? (parsed.data.fleet ?? NEW_FLEET) : undefined;
}

function countedAgain(views: readonly ServiceView[], now: number): FleetCounters {
  const operations = views.flatMap(({ namespace, name, counters }) =>
    (counters?.operations ?? []).flatMap(({ at, decision, changeId, direction, undo }): FleetOperation[] => {
      const held = [counters?.inFlight, counters?.inFlight?.over];
      const inFlight = held.some((one) => one?.changeId === changeId);
      if (undo || direction === 'up' || (at <= now - HOUR_MS && !inFlight)) return [];
      return [{ at, service: `${namespace}/${name}`, decision, changeId, disruptive: true, inFlight }];
    }),
  );
  return { operations: operations.sort((a, b) => a.at - b.at).slice(-1000) };
}
