import { holders } from '../../policy/counters.ts';
import type { Write } from '../carryOut.ts';
import { readCounters } from '../counters/slot.ts';
import type { ExecutorDeps } from '../deps.ts';
import { readFleet } from './fleetRecord.ts';

/** Another executor beside this one holds the service's slot for the very same change. Unreadable: not that we know. */
export async function holdsSlot(deps: ExecutorDeps, { judged, changeId }: Write): Promise<boolean> {
  const read = await readCounters(deps, judged.view.namespace, judged.view.name);
  if (read === undefined || read === 'lost' || read.counters === undefined) return false;
  return holders(read.counters).some((one) => one.changeId === changeId);
}

/** The same, or it is about to: it has the fleet's slot already. */
export async function isUnderWay(deps: ExecutorDeps, write: Write): Promise<boolean> {
  if (await holdsSlot(deps, write)) return true;
  const read = await readFleet(deps);
  if (read === undefined || read === 'gone') return false;
  return read.counters.operations.some((one) => one.inFlight && one.changeId === write.changeId);
}
