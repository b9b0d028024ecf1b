import { parseInstant } from '../../kernel/parseInstant.ts';
import { movesOf } from '../../schema/wantedChange.ts';
import { streakIsOver, wasReverted } from '../counters.ts';
import type { ChangeFacts } from '../facts.ts';
import { type ChangeRule, type Findings, forbid, noData, wait } from '../rule.ts';

const QUIET_MS = 15 * 60_000;
const ROUNDS = 3;

/** G1: a field that something else steers is left to it, and a fresh change by somebody else is left alone. */
export const ownersMustBeRespected: ChangeRule = (facts) => {
  const { workload, field } = facts;
  const fields = movesResources(facts) ? [field, 'resources'] : [field];
  const owners = workload.owners
    .filter((owner) => fields.includes(owner.field))
    .map(({ kind, name }) => `${kind} ${name}`);
  const owner = owners.join(', ');
  const message = `${owner} steers ${field} here: only a proposal to its bounds is possible`;
  return [
    ...(owners.length > 0 ? [forbid('OwnedByOther', message, { field, owner })] : []),
    ...changedByOther(facts),
    ...(facts.call === 'change' && !facts.person ? revertedAgainAndAgain(facts) : []),
  ];
};

/** A template that is gone back to brings its resources along. */
const movesResources = ({ template, workload, containersAfter, blueprint }: ChangeFacts): boolean =>
  template?.kind === 'rollback' &&
  movesOf(template, workload.containers ?? [], containersAfter, blueprint.resources).length > 0;

/** Of an undo only what was changed after the write that it takes back: that write saw the rest. */
function changedByOther(facts: ChangeFacts): Findings {
  const { call, workload, field, rolls, now } = facts;
  if (cannotWait(facts)) return [];
  const written = rolls ? 'template' : 'replicas';
  const after = Math.max(now - QUIET_MS, call === 'undo' ? timeOfOurWrite(facts) : Number.NEGATIVE_INFINITY);
  const fresh = workload.foreignChanges.filter((change) => change.field === written && change.at > after);
  const [newest] = fresh.toSorted((a, b) => b.at - a.at);
  if (newest === undefined) return [];
  const { manager, from, to, at } = newest;
  const message = `${manager} changed ${field} from ${from} to ${to} less than 15 min ago`;
  return [wait('ChangedByOther', message, { field, manager, from, to }, at + QUIET_MS)];
}

/** What may mend something that is wrong now: more capacity, other resources, another revision. A mere restart may not. */
function cannotWait({ call, direction, field, pressure, readyBelowMin, workload }: ChangeFacts): boolean {
  const mayMend = direction === 'up' || field === 'resources' || field === 'image';
  const isUrgent = pressure || readyBelowMin || workload.rollout.newPodsFailing > 0;
  return call === 'change' && mayMend && isUrgent;
}

/** When it cannot be told every fresh change counts as younger. */
function timeOfOurWrite({ input: { counters, request }, workload: { lastChange } }: ChangeFacts): number {
  const id = request.undo?.changeId;
  const recorded = counters?.operations.find((operation) => operation.changeId === id)?.at;
  const proven = lastChange?.id === id ? parseInstant(lastChange?.at ?? '') : undefined;
  return recorded ?? proven ?? Number.NEGATIVE_INFINITY;
}

function revertedAgainAndAgain({ input: { counters }, workload, now }: ChangeFacts): Findings {
  if (counters === undefined) return noData('wait', { counters });
  const reverts = counters.reverts + (wasReverted(workload, counters) ? 1 : 0);
  if (reverts < ROUNDS || streakIsOver(counters, now)) return [];
  const message = `somebody put our change back ${reverts} times in a row: a person decides what is right`;
  return [forbid('RevertedAgainAndAgain', message, { reverts, limit: ROUNDS })];
}
