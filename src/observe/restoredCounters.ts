import { parseInstant } from '../kernel/parseInstant.ts';
import type { LastChange } from '../schema/change.ts';
import { type Counters, NEW_COUNTERS, type OperationRecord } from '../schema/counters.ts';

const HOUR_MS = 3_600_000;

/**
 * Counters made again from a target's annotation after their record was lost: the cooldown runs from that write, and the
 * hour's budget counts as spent until an hour after it, when nothing that was lost could still count.
 */
export function restoredFrom(lastChange: LastChange, now: number): Counters {
  const { id, decision, undo } = lastChange;
  const at = Math.min(now, parseInstant(lastChange.at) ?? now);
  const direction = directionOf(lastChange);
  const lost: OperationRecord = { at, decision, changeId: id, direction, optional: false, undo, by: 'agent' };
  return { ...NEW_COUNTERS, lastChangeId: id, spentUntil: at + HOUR_MS, operations: [lost] };
}

function directionOf({ before, after }: LastChange): OperationRecord['direction'] {
  if (!/^\d+$/.test(before) || !/^\d+$/.test(after) || before === after) return 'none';
  return Number(after) > Number(before) ? 'up' : 'down';
}
