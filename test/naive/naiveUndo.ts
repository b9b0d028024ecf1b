import { mainContainer } from '../../src/schema/changeText.ts';
import type { UndoFacts } from '../../src/schema/request.ts';
import { resourcesText, sameJson } from '../../src/schema/resources.ts';
import { nearestInBounds } from '../../src/schema/wantedChange.ts';
import type { Book, Case } from './book.ts';
import { fits } from './naiveEvidence.ts';
import { changesNothing, revisionAsked } from './naiveResources.ts';
import { ourLastChange } from './naiveSafety.ts';

/** G17 and G18: an undo that is safe, and ground that is still the same. */
export function naiveUndo(book: Book, subject: Case): void {
  const { undo } = subject.input.request;
  if (undo !== undefined && !isSafe(subject, undo)) book.forbid('G17');
  ground(book, subject);
}

function isSafe(subject: Case, undo: UndoFacts): boolean {
  const { workload, input, wanted } = subject;
  if (undo.asked !== undefined && !mayBeAskedFor(subject, undo.asked)) return false;
  if (undo.alreadyUndone || undo.beforeWasBreached) return false;
  if (undo.direction === 'up') {
    if (undo.loadThen === undefined || undo.loadNow === undefined || undo.loadNow >= undo.loadThen) return false;
  }
  if (workload.lastChange?.id !== undo.changeId || ourLastChange(input) === undefined) return false;
  if (subject.kind === 'resources' || subject.kind === 'rollback') return standsAndGoesBack(subject, undo);
  if (wanted === undefined) return undo.wrote === (workload.restartedAt ?? '');
  if (undo.wrote !== String(workload.replicas)) return false;
  return Number.isInteger(wanted);
}

/** Only of what could not be judged, that no person approved, where the blueprint would let it happen by itself. */
function mayBeAskedFor(subject: Case, asked: NonNullable<UndoFacts['asked']>): boolean {
  const { blueprint, agent, workload, wanted } = subject;
  if (wanted !== undefined && wanted < workload.replicas && !isSpare(subject, wanted)) return false;
  if (!asked.inconclusive || asked.approved) return false;
  const { rollback } = blueprint.verification;
  if (!rollback.enabled || !rollback.automatic) return false;
  return !agent || (blueprint.autonomy !== 'propose' && blueprint.autonomy !== 'observe');
}

/** Fewer would do: nothing asks for more now, and the load of late would fit. */
function isSpare(subject: Case, wanted: number): boolean {
  const { pressure, breach, readyBelowMin, agent, blueprint } = subject;
  if (pressure || breach || readyBelowMin) return false;
  const { highestLoad, highestLoadEver, load } = subject.input.assessment?.history ?? {};
  const most = agent ? highestLoad : (highestLoadEver ?? highestLoad ?? load);
  return most !== undefined && fits(most, wanted, agent ? 0.85 * blueprint.scaling.upThreshold : 1);
}

/** The object equals what we wrote, and what stood there before is known and there. */
function standsAndGoesBack({ workload, kind }: Case, { change }: UndoFacts): boolean {
  if (change === undefined || change.kind !== kind) return false;
  if (change.kind === 'resources') {
    const container = (workload.containers ?? [])[change.index];
    return container?.name === change.container && sameJson(container.resources ?? null, change.to);
  }
  if (change.kind !== 'rollback') return false;
  if (workload.current?.hash !== change.to.hash) return false;
  return (workload.revisions ?? []).some(({ hash, healthy }) => healthy && hash === change.from.hash);
}

function leadsSomewhere(subject: Case): boolean {
  const { workload, input, blueprint, agent } = subject;
  const change = input.request.undo?.change;
  if (input.request.undo !== undefined) {
    // What an undo cannot go back to is G17's matter.
    if (change?.kind !== subject.kind) return true;
    if (change.kind === 'rollback')
      return change.from.revision !== change.to.revision || change.from.hash !== change.to.hash;
    if (change.kind !== 'resources') return true;
    return resourcesText(nearestInBounds(change.from, blueprint.resources)) !== resourcesText(change.to);
  }
  if (subject.kind === 'resources') return mainContainer(workload) !== undefined && !changesNothing(subject);
  if (subject.kind !== 'rollback') return true;
  const goal = revisionAsked(subject);
  if (goal === undefined || goal.hash === workload.current?.hash) return false;
  return goal.healthy || !agent;
}

function ground(book: Book, subject: Case): void {
  const { workload, input, wanted } = subject;
  const { request } = input;
  if (wanted !== undefined && wanted === workload.replicas) book.forbid('G18');
  if (!leadsSomewhere(subject)) book.forbid('G18');

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
