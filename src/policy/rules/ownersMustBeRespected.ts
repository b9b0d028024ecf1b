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

function changedByOther(facts: ChangeFacts): Findings {
  const { workload, field, now } = facts;
  const mayMend = facts.direction === 'up' || (facts.rolls && field !== 'template');
  if (facts.call === 'change' && mayMend && isUrgent(facts)) return [];
  const since = facts.call === 'undo' ? timeOfOurWrite(facts) : Number.NEGATIVE_INFINITY;
  const newest = workload.foreignChanges
    .filter(
      (change) =>
        change.field === (facts.rolls ? 'template' : 'replicas') && change.at > since && now < change.at + QUIET_MS,
    )
    .sort((a, b) => b.at - a.at)[0];
  if (newest === undefined) return [];
  const { manager, from, to, at } = newest;
  const message = `${manager} changed ${field} from ${from} to ${to} less than 15 min ago`;
  return [wait('ChangedByOther', message, { field, manager, from, to }, at + QUIET_MS)];
}

/** What may not wait for a quarter of an hour. */
const isUrgent = ({ pressure, readyBelowMin, workload }: ChangeFacts): boolean =>
  pressure || readyBelowMin || workload.rollout.newPodsFailing > 0;

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
