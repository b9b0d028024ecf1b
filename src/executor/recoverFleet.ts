import { holders } from '../policy/counters.ts';
import type { Counters } from '../schema/counters.ts';
import { type AgainAt, type ExecutorDeps, GRACE_MS, POLL_MS } from './deps.ts';
import { freeFleetSlot } from './fleetSlot.ts';
import { readCounters } from './slot.ts';

/** A slot whose Decision holds no service slot belongs to a process that died in between: it is freed (P7). */
export async function recoverFleet(deps: ExecutorDeps): Promise<AgainAt> {
  const views = deps.observer.views();
  const now = deps.clock.now();
  const again: number[] = [];
  for (const one of views[0]?.fleet?.counters?.operations ?? []) {
    if (!one.inFlight) continue;
    const [namespace = '', name = ''] = one.service.split('/');
    const view = views.find((each) => each.namespace === namespace && each.name === name);
    if (isHeld(view?.counters, one.decision)) continue;
    if (now < one.at + GRACE_MS) {
      again.push(one.at + GRACE_MS);
      continue;
    }
    const counters = await readCounters(deps, namespace, name);
    if (counters === undefined || (counters !== 'lost' && counters.counters === undefined)) {
      again.push(now + POLL_MS);
      continue;
    }
    const own = counters === 'lost' ? undefined : counters.counters;
    if (isHeld(own, one.decision)) continue;
    // With the service's record went the knowledge whether it was written: it counts as spent.
    const isWritten = (id: string): boolean =>
      own === undefined || own.operations.some(({ changeId }) => changeId === id);
    deps.log.warn({ service: one.service, change: one.changeId }, 'a slot of the fleet was left behind');
    if (!(await freeFleetSlot(deps, one.service, one.decision, isWritten))) again.push(now + POLL_MS);
  }
  return again.length === 0 ? undefined : Math.min(...again);
}

const isHeld = (counters: Counters | undefined, decision: string): boolean =>
  counters !== undefined && holders(counters).some((one) => one.decision === decision);
