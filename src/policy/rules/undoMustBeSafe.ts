import { changeTexts, hashOf, standing, standsAs } from '../../schema/changeText.ts';
import type { AskedUndo, UndoFacts } from '../../schema/request.ts';
import { sameJson } from '../../schema/resources.ts';
import { namesOurs } from '../counters.ts';
import type { ChangeFacts } from '../facts.ts';
import { type ChangeRule, type Findings, forbid, noData, note } from '../rule.ts';
import { predicted } from './loadMustFitAfterDown.ts';

/** G17: an undo puts back what we changed and nothing else, and never a state that was broken itself. */
export const undoMustBeSafe: ChangeRule = (facts) => {
  const { undo } = facts.input.request;
  if (undo === undefined) return [];
  const broken = 'the state before was itself missing an objective: it is not gone back to';
  return [
    ...(undo.asked === undefined ? [] : askedFor(facts, undo.asked, undo.changeId)),
    ...stillOurs(facts, undo),
    ...valueBefore(facts, undo),
    ...(undo.direction === 'up' ? loadHasFallen(undo) : []),
    ...(undo.beforeWasBreached ? [forbid('BeforeWasBroken', broken)] : []),
    ...(undo.alreadyUndone ? [forbid('AlreadyUndone', `${undo.changeId} was undone before: once is all`)] : []),
  ];
};

/**
 * One that somebody asks for is for a change that could not be judged: what passed stays, what failed is undone without
 * asking, and what people approved is theirs. It does no more than the blueprint lets happen by itself, and takes no
 * capacity back that is needed (G10): it costs no budget, but the scale-up that would have to follow does.
 */
function askedFor(facts: ChangeFacts, asked: AskedUndo, changeId: string): Findings {
  const { autonomy, verification } = facts.blueprint;
  const { enabled, automatic } = verification.rollback;
  const less = facts.direction === 'down' ? facts.scale : undefined;
  const bars = [
    [!asked.inconclusive, 'NotInconclusive', `the checks of ${changeId} are not inconclusive (any more)`],
    [asked.approved, 'ApprovedByPeople', `people approved ${changeId}: it is theirs to undo`],
    [!enabled || !automatic, 'UndoSwitchedOff', 'the blueprint lets nothing be undone by itself'],
    [!facts.person && autonomy !== 'autonomous', 'UndoIsForPeople', `under ${autonomy} people decide about an undo`],
    [less && (facts.pressure || facts.readyBelowMin), 'CapacityNeeded', `what ${changeId} added is needed now`],
  ] as const;
  const barred = bars.flatMap(([holds, code, message]) => (holds ? [forbid(code, message, { changeId })] : []));
  return less === undefined ? barred : [...barred, ...predicted(facts, less.to)];
}

function stillOurs({ workload, input: { counters, request } }: ChangeFacts, undo: UndoFacts): Findings {
  const { changeId, wrote } = undo;
  const findings = [];
  const kind = request.wanted?.kind ?? 'scale';
  const current = standing(workload, kind);
  if (!standsAs(workload, kind, wrote) || !isWhole(workload, undo)) {
    const message = `we wrote ${wrote}, it is ${current || 'absent'} now: somebody else changed it`;
    findings.push(forbid('ChangedSince', message, { wrote, current }));
  }
  const lastChange = workload.lastChange?.id ?? 'none';
  if (lastChange !== changeId) {
    const message = `the object's last change is ${lastChange}, not ${changeId}`;
    findings.push(forbid('NotTheLastChange', message, { changeId, lastChange }));
  }
  // The annotation counts only if our record names it too, or that record is lost.
  if (!namesOurs(counters, changeId)) {
    const recorded = counters?.lastChangeId ?? counters?.inFlight?.changeId;
    findings.push(forbid('NotOurRecord', `our record names ${recorded}, not ${changeId}`, { changeId, recorded }));
  }
  return findings;
}

/** Of resources the text says requests and limits alone: all of them have to be what we wrote, on the same container. */
function isWhole({ containers }: ChangeFacts['workload'], { change }: UndoFacts): boolean {
  if (change?.kind !== 'resources') return true;
  const container = containers?.[change.index];
  return container?.name === change.container && sameJson(container.resources ?? null, change.to);
}

function valueBefore({ scale, field, template, workload }: ChangeFacts, { before }: UndoFacts): Findings {
  if (field === 'resources' || field === 'image') {
    if (template === undefined) return noData('forbid', { before: undefined });
    const { after } = changeTexts(template);
    const bound = `back to ${after}, the nearest bound to ${before}`;
    if (field === 'resources') return after === before ? [] : [note('ToNearestBound', bound, { before, to: after })];
    const back = workload.revisions?.find(({ hash }) => hash === hashOf(before));
    if (back === undefined) return [forbid('RevisionGone', `${before} is gone: no template to put back`, { before })];
    const message = `${before} was never seen with all its pods ready: it is not gone back to`;
    return back.healthy ? [] : [forbid('BeforeWasBroken', message, { before })];
  }
  if (scale === undefined || String(scale.to) === before) return [];
  const { to } = scale;
  if (!Number.isInteger(to)) return noData('forbid', { before: undefined });
  const message = `${before} replicas lie outside the blueprint's range: back to ${to}, and a person is told`;
  return [note('ToNearestBound', message, { before, to })];
}

function loadHasFallen({ loadThen, loadNow }: UndoFacts): Findings {
  if (loadThen === undefined || loadNow === undefined) return noData('forbid', { loadThen, loadNow });
  const message = `load is ${loadNow.toFixed(2)}, as high as the ${loadThen.toFixed(2)} it was scaled up for`;
  return loadNow < loadThen ? [] : [forbid('LoadAsHigh', message, { loadThen, loadNow })];
}
