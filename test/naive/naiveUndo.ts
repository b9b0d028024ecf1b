import type { UndoFacts } from '../../src/schema/request.ts';
import type { Book, Case } from './book.ts';
import { ourLastChange } from './naiveSafety.ts';

/** G17 and G18: an undo that is safe, and ground that is still the same. */
export function naiveUndo(book: Book, subject: Case): void {
  const { undo } = subject.input.request;
  if (undo !== undefined && !isSafe(subject, undo)) book.forbid('G17');
  ground(book, subject);
}

function isSafe(subject: Case, undo: UndoFacts): boolean {
  const { workload, input, wanted } = subject;
  if (undo.alreadyUndone || undo.beforeWasBreached) return false;
  if (undo.direction === 'up') {
    if (undo.loadThen === undefined || undo.loadNow === undefined || undo.loadNow >= undo.loadThen) return false;
  }
  if (workload.lastChange?.id !== undo.changeId || ourLastChange(input) === undefined) return false;
  if (wanted === undefined) return undo.wrote === (workload.restartedAt ?? '');
  if (undo.wrote !== String(workload.replicas)) return false;
  return Number.isInteger(wanted);
}

function ground(book: Book, subject: Case): void {
  const { workload, input, wanted } = subject;
  const { request } = input;
  if (wanted !== undefined && wanted === workload.replicas) book.forbid('G18');

  const { seen } = request;
  if (seen !== undefined && seen.uid !== workload.uid) book.forbid('G18');
  // Whether the object is still what we wrote is G17's matter for an undo.
  if (request.undo !== undefined) return;

  const last = ourLastChange(input);
  const stands = last !== undefined && last.decision === request.id && last.after === String(workload.replicas);
  const ownStep = stands && !last.undo && wanted !== undefined;
  if (seen !== undefined && wanted !== undefined) {
    if (seen.replicas !== workload.replicas && !ownStep) book.forbid('G18');
  }
  const wroteBefore =
    workload.lastChange?.decision === request.id ||
    input.counters?.operations.some((write) => write.decision === request.id && !write.undo) === true;
  if (wroteBefore && !ownStep) book.forbid('G18');
}
