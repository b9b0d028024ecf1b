import type { UndoFacts } from '../../schema/request.ts';
import type { Finding } from '../../schema/verdict.ts';
import type { Workload } from '../../schema/workload.ts';
import type { ChangeFacts } from '../facts.ts';
import { forbid, noData, note } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G17: an undo puts back what we changed and nothing else, and never a state that was broken itself. */
export const undoMustBeSafe: Rule<ChangeFacts> = (facts) => {
  const { workload, restart, input } = facts;
  const { undo } = input.request;
  if (undo === undefined) return [];
  if (workload === undefined) return noData('G17', 'forbid', { workload });
  return [
    ...stillOurs(facts, workload, undo),
    ...(restart ? [] : valueBefore(facts, undo)),
    ...loadHasFallen(undo),
    ...(undo.beforeWasBreached
      ? [forbid('G17', 'BeforeWasBroken', 'the state before was itself missing an objective: it is not gone back to')]
      : []),
    ...(undo.alreadyUndone
      ? [forbid('G17', 'AlreadyUndone', `${undo.changeId} was undone before: once is all`, { change: undo.changeId })]
      : []),
  ];
};

function stillOurs(
  { restart, input: { counters } }: ChangeFacts,
  workload: Workload,
  undo: UndoFacts,
): readonly Finding[] {
  const findings: Finding[] = [];
  const current = restart ? (workload.restartedAt ?? '') : String(workload.replicas);
  if (current !== undo.wrote) {
    const message = `we wrote ${undo.wrote}, it is ${current || 'absent'} now: somebody else changed it`;
    findings.push(forbid('G17', 'ChangedSince', message, { wrote: undo.wrote, current }));
  }
  if (workload.lastChange?.id !== undo.changeId) {
    const named = workload.lastChange?.id ?? 'none';
    const message = `the object's last change is ${named}, not ${undo.changeId}`;
    findings.push(forbid('G17', 'NotTheLastChange', message, { change: undo.changeId, lastChange: named }));
  }
  // The annotation counts only if our record names it too, or that record is lost.
  const known = [counters?.lastChangeId, counters?.inFlight?.changeId].filter((id) => id !== undefined);
  if (known.length > 0 && !known.includes(undo.changeId)) {
    const message = `our own record names ${known.join(', ')}, not ${undo.changeId}`;
    findings.push(forbid('G17', 'NotOurRecord', message, { change: undo.changeId, recorded: known.join(', ') }));
  }
  return findings;
}

function valueBefore({ scale }: ChangeFacts, undo: UndoFacts): readonly Finding[] {
  if (scale === undefined || !Number.isInteger(scale.to)) {
    const message = `the value before, "${undo.before}", is no number of replicas`;
    return [forbid('G17', 'NoData', message, { input: 'before' })];
  }
  if (String(scale.to) === undo.before) return [];
  const message = `${undo.before} replicas lie outside the blueprint's range: back to ${scale.to}, and a person is told`;
  return [note('G17', 'ToNearestBound', message, { before: undo.before, to: scale.to })];
}

function loadHasFallen({ direction, loadThen, loadNow }: UndoFacts): readonly Finding[] {
  if (direction !== 'up') return [];
  if (loadThen === undefined || loadNow === undefined) return noData('G17', 'forbid', { loadThen, loadNow });
  if (loadNow < loadThen) return [];
  const message = `load is ${loadNow.toFixed(2)}, as high as the ${loadThen.toFixed(2)} it was scaled up for`;
  return [forbid('G17', 'LoadAsHigh', message, { loadThen, loadNow })];
}
