import { directionOf } from '../../schema/changeRecord.ts';
import type { ChangeRecord } from '../../schema/records.ts';
import type { Seen } from '../decideAgain.ts';
import type { AgainAt, ExecutorDeps } from '../deps.ts';
import { alert } from '../records/alert.ts';
import { close, SUPERSEDED_BY_UP } from '../records/close.ts';
import { type HeldDecision, openIntent } from '../records/heldDecision.ts';

/** Nothing can be judged and nothing may be undone without blueprint or target: a person is told. */
export async function lost(
  deps: ExecutorDeps,
  held: HeldDecision,
  change: ChangeRecord,
  reason: 'BlueprintGone' | 'TargetGone',
  message: string,
): Promise<AgainAt> {
  await alert(deps, held, { code: reason, message: `${message} while change ${change.id} was being verified` });
  return close(deps, held, openIntent(held.status)?.id ?? change.id, { phase: 'Inconclusive', reason, message });
}

/** A scale-up under pressure took the slot of this change (G23): the counters or the target's own annotation name it. */
export function supersededBy({ view, workload }: Seen, held: HeldDecision, change: ChangeRecord): string | undefined {
  const inFlight = view.counters?.inFlight;
  if (inFlight !== undefined && inFlight.decision !== held.name) return inFlight.changeId;
  const carried = workload.lastChange;
  const isNewer = carried !== undefined && carried.decision !== held.name && carried.id === view.counters?.lastChangeId;
  return isNewer && inFlight?.changeId !== change.id ? carried.id : undefined;
}

/**
 * The annotation that the write left on its target tells another change than the record, under the same id: one of the two
 * is not ours. Each can be written by somebody who cannot write the other, so nothing is judged or undone by them.
 */
export const isToldOtherwise = ({ workload: { lastChange } }: Seen, change: ChangeRecord): boolean =>
  lastChange?.id === change.id &&
  (lastChange.before !== change.before || lastChange.after !== change.after || lastChange.undo !== change.undo);

export async function superseded(
  deps: ExecutorDeps,
  held: HeldDecision,
  change: ChangeRecord,
  newer: string,
): Promise<AgainAt> {
  return close(deps, held, change.id, {
    phase: directionOf(change) === 'down' ? 'RolledBack' : 'Superseded',
    reason: SUPERSEDED_BY_UP,
    message: `closed by the scale-up ${newer} under pressure`,
  });
}
