import type { ServiceView } from '../../observe/serviceView.ts';
import { holders } from '../../policy/counters.ts';
import { changeFactsOf, factsOf } from '../../policy/facts.ts';
import type { GlobalRules } from '../../schema/blueprint.ts';
import type { Counters, OperationRecord } from '../../schema/counters.ts';
import type { FleetCounters, FleetOperation } from '../../schema/fleet.ts';
import { KINDS } from '../../schema/kube.ts';
import type { Write } from '../carryOut.ts';
import type { Slot } from '../counters/slot.ts';
import type { ExecutorDeps } from '../deps.ts';
import { createFleet, readFleet, withFleet } from './fleetRecord.ts';

const HOUR_MS = 3_600_000;
const MOST = 1000;

/**
 * Takes this write's slot of the fleet, before the service's own: of whatever takes capacity away, and of scale-ups where
 * the organisation limits the capacity of all. Swapped on the very record that the verdict was made from, so that two
 * services can never take the last one together. `none`: it needs none.
 */
export async function takeFleetSlot(deps: ExecutorDeps, write: Write, record: OperationRecord): Promise<Slot | 'none'> {
  const { view, input } = write.judged;
  const facts = changeFactsOf(factsOf(input));
  if (write.undo || facts === undefined) return 'none';
  if (!facts.disruptive && !drawsOnCapacity(record.direction, input.global)) return 'none';
  const counters = view.fleet?.counters;
  // Unknown counters never get this far: the gate waits for them.
  if (counters === undefined) return 'failed';
  const { change } = write.permit.terms;
  const operation: FleetOperation = {
    at: record.at,
    service: serviceOf(view.namespace, view.name),
    decision: record.decision,
    changeId: record.changeId,
    disruptive: facts.disruptive,
    inFlight: true,
    ...(change.kind === 'scale' && !facts.disruptive && { replicas: change.to }),
  };
  const base = view.fleetObject ?? (await createFleet(deps));
  if (typeof base === 'string') return base;
  const swapped = await deps.records.replaceStatus(KINDS.CircuitBreaker, withFleet(base, taken(counters, operation)));
  if (swapped.ok) return 'taken';
  if (!swapped.error.uncertain) return swapped.error.code === 'unavailable' ? 'failed' : 'again';
  const now = await readFleet(deps);
  if (now === undefined || now === 'gone') return 'failed';
  const isOurs = (one: FleetOperation): boolean => one.changeId === operation.changeId && one.at === operation.at;
  return now.counters.operations.some(isOurs) ? 'taken' : 'again';
}

const drawsOnCapacity = (direction: OperationRecord['direction'], global: GlobalRules | undefined): boolean =>
  direction === 'up' && Object.keys(global?.capacity ?? {}).length > 0;

/** The same change id again takes no second one. Ends of long ago make room; what is in flight stays. */
function taken(counters: FleetCounters, operation: FleetOperation): FleetCounters {
  const kept = counters.operations.filter(
    (one) => one.changeId !== operation.changeId && (one.inFlight || one.at > operation.at - HOUR_MS),
  );
  return { ...counters, operations: [...kept, operation].slice(-MOST) };
}

/**
 * The service's slot of a Decision is free, and with it the fleet's: what was written stays counted, what was not leaves
 * no trace. False: it could not be done now; recovery finds it.
 */
export async function freeFleetSlot(
  deps: ExecutorDeps,
  service: string,
  decision: string,
  isWritten: (changeId: string) => boolean,
): Promise<boolean> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const now = await readFleet(deps);
    if (now === undefined) return false;
    if (now === 'gone') return true;
    const isHeld = (one: FleetOperation): boolean =>
      one.inFlight && one.service === service && one.decision === decision;
    if (!now.counters.operations.some(isHeld)) return true;
    const operations = now.counters.operations.flatMap((one) =>
      !isHeld(one) ? [one] : isWritten(one.changeId) && one.disruptive ? [{ ...one, inFlight: false }] : [],
    );
    const swapped = await deps.records.replaceStatus(
      KINDS.CircuitBreaker,
      withFleet(now.object, { ...now.counters, operations }),
    );
    if (swapped.ok) return true;
    if (swapped.error.code !== 'conflict' && !swapped.error.uncertain) return false;
  }
  return false;
}

/** After a step of a service's counters: frees the fleet's slot where the Decision in flight is in flight no more. */
export async function freeWith(
  deps: ExecutorDeps,
  { namespace, name, global }: Pick<ServiceView, 'namespace' | 'name' | 'global'>,
  before: Counters,
  after: Counters,
): Promise<void> {
  const still = holders(after).map(({ decision }) => decision);
  for (const ended of holders(before)) {
    if (still.includes(ended.decision)) continue;
    // Most changes are ups without a shared limit: they hold no slot, and this costs no request. An undo is an up as well,
    // but what its Decision took away before holds one.
    const isUndo = before.operations.some(({ changeId, undo }) => undo && changeId === ended.changeId);
    if (ended.direction === 'up' && !isUndo && global !== undefined && !drawsOnCapacity('up', global)) continue;
    await freeFleetSlot(deps, serviceOf(namespace, name), ended.decision, (changeId) =>
      after.operations.some((operation) => operation.changeId === changeId),
    );
  }
}

const serviceOf = (namespace: string, name: string): string => `${namespace}/${name}`;
