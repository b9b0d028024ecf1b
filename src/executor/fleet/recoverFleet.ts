import { holders } from '../../policy/counters.ts';
import type { Counters } from '../../schema/counters.ts';
import type { FleetOperation } from '../../schema/fleet.ts';
import { recoverSlot } from '../counters/recover.ts';
import { readCounters } from '../counters/slot.ts';
import { type AgainAt, type ExecutorDeps, GRACE_MS, POLL_MS } from '../deps.ts';
import { freeFleetSlot } from './fleetSlot.ts';

/** A slot whose Decision holds no service slot belongs to a process that died in between: it is freed (P7). */
export async function recoverFleet(deps: ExecutorDeps): Promise<AgainAt> {
  const [first] = deps.observer.views();
  const again: number[] = [];
  for (const one of first?.fleet?.counters?.operations ?? []) {
    const at = one.inFlight ? await recoverOne(deps, one) : undefined;
    if (at !== undefined) again.push(at);
  }
  return again.length === 0 ? undefined : Math.min(...again);
}

async function recoverOne(deps: ExecutorDeps, one: FleetOperation): Promise<AgainAt> {
  const now = deps.clock.now();
  const [namespace = '', name = ''] = one.service.split('/');
  const view = deps.observer.views().find((each) => each.namespace === namespace && each.name === name);
  if (isHeld(view?.counters, one.decision)) return undefined;
  if (now < one.at + GRACE_MS) return one.at + GRACE_MS;
  const counters = await readCounters(deps, namespace, name);
  if (counters === undefined || (counters !== 'lost' && counters.counters === undefined)) return now + POLL_MS;
  const own = counters === 'lost' ? undefined : counters.counters;
  if (isHeld(own, one.decision)) {
    // Nobody else looks at the slot of a service that no view shows.
    return view?.counters === undefined
      ? ((await recoverSlot(deps, namespace, name)).againAt ?? now + POLL_MS)
      : undefined;
  }
  // With the service's record went the knowledge whether it was written: it counts as spent.
  const isWritten = (id: string): boolean =>
    own === undefined || own.operations.some(({ changeId }) => changeId === id);
  deps.log.warn({ service: one.service, change: one.changeId }, 'a slot of the fleet was left behind');
  return (await freeFleetSlot(deps, one.service, one.decision, isWritten)) ? undefined : now + POLL_MS;
}

const isHeld = (counters: Counters | undefined, decision: string): boolean =>
  counters !== undefined && holders(counters).some((one) => one.decision === decision);
