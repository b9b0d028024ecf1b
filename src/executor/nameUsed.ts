import type { Judged } from './decideAgain.ts';
import type { AgainAt, ExecutorDeps } from './deps.ts';
import { finish } from './records/close.ts';
import { askedBy, tell } from './records/events.ts';
import { type HeldDecision, lastApplied } from './records/heldDecision.ts';

/**
 * Ids of writes and their records in the budgets are made of the Decision's name. One that says it has written nothing
 * while the target or the counters know writes of its name was made again under it: its writes would take the place of
 * those (G12, G18). What another executor is carrying out under this very name is its own.
 */
export const isNameUsed = (held: HeldDecision, { workload, input: { counters } }: Judged): boolean =>
  lastApplied(held.status) === undefined &&
  counters?.inFlight?.decision !== held.name &&
  (workload.lastChange?.decision === held.name ||
    counters?.operations.some(({ decision }) => decision === held.name) === true);

export async function refuseUsedName(deps: ExecutorDeps, held: HeldDecision): Promise<AgainAt> {
  const message = `an earlier Decision ${held.name} wrote to this service: ask again under another name`;
  const note = `${held.spec.tool} refused, NameUsed: ${message}; asked by ${askedBy(held)}`;
  await tell(deps, held, { reason: 'RefusedByFairlead', key: held.object.metadata.uid ?? held.name, note });
  return finish(deps, held, { phase: 'Refused', reason: 'NameUsed', message });
}
