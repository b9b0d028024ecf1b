import type { Wanted } from './change.ts';
import { changeOf, directionOf } from './changeRecord.ts';
import type { ChangeRecord } from './records.ts';
import type { AskedUndo, Request, UndoFacts } from './request.ts';

/**
 * What taking back one recorded change wants, and what G17 judges it by. `changes` are all writes of its Decision, `loadNow`
 * is ready pods x CPU utilisation.
 */
export function undoWish(
  change: ChangeRecord,
  changes: readonly ChangeRecord[],
  loadNow: number | undefined,
  asked?: AskedUndo,
): Required<Pick<Request, 'args' | 'wanted' | 'undo'>> {
  const written = changeOf(change);
  const undo: UndoFacts = {
    changeId: change.id,
    ...(written !== undefined && { change: written }),
    wrote: change.after,
    before: change.before,
    direction: directionOf(change),
    ...(change.baseline.load !== undefined && { loadThen: change.baseline.load }),
    ...(loadNow !== undefined && { loadNow }),
    beforeWasBreached: change.baseline.breached,
    alreadyUndone: changes.some((one) => one.undo && one.appliedAt !== undefined),
    ...(asked !== undefined && { asked }),
  };
  return { args: change.kind === 'scale' ? { replicas: Number(change.before) } : {}, wanted: backOf(change), undo };
}

/** Of resources and rollback the facts carry the change itself. */
function backOf({ kind, before }: ChangeRecord): Wanted {
  switch (kind) {
    case 'scale':
      return { kind, replicas: Number(before) };
    case 'resources':
      return { kind, amounts: {} };
    case 'rollback':
      return { kind, revision: null };
    case 'restart':
      return { kind };
  }
}
