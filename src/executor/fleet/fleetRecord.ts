import { NEW_COUNTERS } from '../../schema/counters.ts';
import { type FleetCounters, NEW_FLEET } from '../../schema/fleet.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { CircuitBreakerStatus, FLEET } from '../../schema/records.ts';
import type { ExecutorDeps } from '../deps.ts';

export interface FleetRead {
  readonly object: KubeObject;
  readonly counters: FleetCounters;
}

/** The record as it stands at the API server; undefined: unreadable. */
export async function readFleet(deps: ExecutorDeps): Promise<FleetRead | 'gone' | undefined> {
  const found = await deps.reader.get(KINDS.CircuitBreaker, deps.ownNamespace, FLEET);
  if (!found.ok) return undefined;
  if (found.value === undefined) return 'gone';
  const parsed = CircuitBreakerStatus.partial().safeParse(found.value.status ?? {});
  return parsed.success ? { object: found.value, counters: parsed.data.fleet ?? NEW_FLEET } : undefined;
}

/** The CircuitBreaker `fleet` with these counters. The rest of its status says nothing of a fleet, but the shape wants it. */
export const withFleet = (object: KubeObject, fleet: FleetCounters): KubeObject => ({
  ...object,
  status: { ...NEW_COUNTERS, ...(object.status as object | undefined), fleet },
});

export async function createFleet(deps: ExecutorDeps): Promise<KubeObject | 'again' | 'failed'> {
  const { apiVersion, kind } = KINDS.CircuitBreaker;
  const metadata = { name: FLEET, namespace: deps.ownNamespace };
  const made = await deps.records.create(KINDS.CircuitBreaker, { apiVersion, kind, metadata, spec: { holds: [] } });
  if (made.ok) return made.value;
  if (made.error.code === 'conflict') return 'again';
  deps.log.warn(
    { object: `${deps.ownNamespace}/${FLEET}`, error: made.error.message },
    'the record of the fleet could not be created',
  );
  return 'failed';
}
