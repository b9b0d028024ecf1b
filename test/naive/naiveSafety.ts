import { kindOf, standsAs } from '../../src/schema/changeText.ts';
import type { BreakerState } from '../../src/schema/counters.ts';
import type { GateInput } from '../../src/schema/verdict.ts';
import type { Workload } from '../../src/schema/workload.ts';
import { type Book, type Case, HOUR, MINUTE } from './book.ts';
import { isOptional } from './naiveMoves.ts';
import { movesOf } from './naiveResources.ts';

/** G1, G19, G20's holds and freeze windows, G23: who else is at it, and what holds everything back. */
export function naiveSafety(book: Book, subject: Case): void {
  owners(book, subject);
  foreignChanges(book, subject);
  holds(book, subject);
  if (subject.input.request.undo !== undefined) return;
  reverts(book, subject);
  breakers(book, subject);
  freeze(book, subject);
  inFlight(book, subject);
}

const FIELDS = { scale: 'replicas', restart: 'template', resources: 'resources', rollback: 'image' } as const;

function owners(book: Book, subject: Case): void {
  const fields: string[] = [FIELDS[subject.kind]];
  // Where the template of a rollback says other resources, it writes those too.
  if (subject.kind === 'rollback' && movesOf(subject).length > 0) fields.push('resources');
  if (subject.workload.owners.some((owner) => fields.includes(owner.field))) book.forbid('G1');
}

function foreignChanges(book: Book, subject: Case): void {
  const { input, workload } = subject;
  const urgent = subject.pressure || subject.readyBelowMin || workload.rollout.newPodsFailing > 0;
  const repairs = subject.up || subject.kind === 'rollback' || subject.kind === 'resources';
  if (repairs && urgent && input.request.undo === undefined) return;
  const field = subject.rolls ? 'template' : 'replicas';
  const wrote = input.request.undo === undefined ? undefined : timeOfWrite(input, input.request.undo.changeId);
  for (const change of workload.foreignChanges) {
    if (change.field !== field) continue;
    if (input.now - change.at >= 15 * MINUTE) continue;
    if (wrote !== undefined && change.at <= wrote) continue;
    book.wait('G1', change.at + 15 * MINUTE);
  }
}

/** When we wrote a change: by our record, else by the target's annotation. */
function timeOfWrite(input: GateInput, changeId: string): number | undefined {
  const record = input.counters?.operations.find((operation) => operation.changeId === changeId);
  if (record !== undefined) return record.at;
  const last = input.workload?.lastChange;
  if (last === undefined || last.id !== changeId) return undefined;
  const at = Date.parse(last.at);
  return Number.isNaN(at) ? undefined : at;
}

/** The annotation counts where our record names the same change, or that record is lost. */
export function ourLastChange(input: GateInput): Workload['lastChange'] {
  const last = input.workload?.lastChange;
  if (last === undefined) return undefined;
  const newest = input.counters?.lastChangeId;
  const running = input.counters?.inFlight?.changeId;
  if (newest === undefined && running === undefined) return last;
  return newest === last.id || running === last.id ? last : undefined;
}

function reverts(book: Book, subject: Case): void {
  if (!subject.agent) return;
  const { counters, now } = subject.input;
  if (counters === undefined) {
    book.wait('G1');
    return;
  }
  if (!counters.operations.some((write) => !write.undo && now - write.at < HOUR)) return;
  let count = counters.reverts;
  const last = ourLastChange(subject.input);
  if (last !== undefined && !last.undo && last.id === counters.lastChangeId && last.before !== last.after) {
    const stands = (text: string): boolean => standsAs(subject.workload, kindOf(last), text);
    if (stands(last.before) && !stands(last.after)) count += 1;
  }
  if (count >= 3) book.forbid('G1');
}

function breakers(book: Book, subject: Case): void {
  const { counters, holds: held } = subject.input;
  if (held === undefined || held.some((hold) => hold.kind === 'breaker')) book.wait('G19');
  if (counters === undefined) {
    book.wait('G19');
    return;
  }
  const states: BreakerState[] = [counters.breaker];
  if (isOptional(subject)) states.push(counters.optionalBreaker);
  for (const { state, until } of states) {
    if (state === 'closed') continue;
    if (until === undefined) book.wait('G19');
    else if (subject.input.now < until) book.wait('G19', until);
    // Half-open: one at a time; the write itself is cut to the smallest step.
    else if (counters.inFlight !== undefined) book.wait('G19');
  }
}

function holds(book: Book, subject: Case): void {
  const undo = subject.input.request.undo !== undefined;
  if (subject.input.counters?.frozen !== undefined && !undo) book.wait('G20');
  if (subject.input.holds === undefined) {
    if (!undo) book.wait('G20');
    return;
  }
  for (const hold of subject.input.holds) {
    if (hold.kind === 'stop') book.wait('G20');
    if (hold.kind !== 'pause' || undo) continue;
    if (hold.what === 'all') book.wait('G20');
    if (hold.what === 'downs' && subject.disrupts) book.wait('G20');
    if (hold.what === 'ups' && subject.up) book.wait('G20');
  }
}

function freeze(book: Book, subject: Case): void {
  const { frozen, now } = subject.input;
  if (frozen === undefined) return;
  if ('broken' in frozen) book.wait('G20');
  else if (now < frozen.until) book.wait('G20', frozen.until);
}

function inFlight(book: Book, subject: Case): void {
  const { counters } = subject.input;
  if (counters === undefined) book.wait('G23');
  else if (counters.inFlight !== undefined && !(subject.up && subject.pressure)) book.wait('G23');
}
