import type { Finding } from '../../schema/verdict.ts';
import type { ForeignChange, Workload } from '../../schema/workload.ts';
import type { ChangeFacts } from '../facts.ts';
import { forbid, noData, wait } from '../finding.ts';
import { instantOf } from '../instantOf.ts';
import type { Rule } from '../rule.ts';

const QUIET_MS = 15 * 60_000;
const ROUNDS = 3;

/** G1: a field that something else steers is left to it, and a fresh change by somebody else is left alone. */
export const ownersMustBeRespected: Rule<ChangeFacts> = (facts) => {
  const { workload, restart } = facts;
  if (workload === undefined) return noData('G1', 'forbid', { workload });
  const field = restart ? 'template' : 'replicas';
  return [
    ...owned(workload, field),
    ...changedBySomebody(facts, workload, field),
    ...(facts.call === 'change' && !facts.person ? revertedAgainAndAgain(facts) : []),
  ];
};

function owned(workload: Workload, field: 'replicas' | 'template'): readonly Finding[] {
  const owners = workload.owners.filter((owner) => owner.field === field);
  if (owners.length === 0) return [];
  const names = owners.map((owner) => `${owner.kind} ${owner.name}`).join(', ');
  const message = `${names} steers ${field} here: change it there, only a proposal to its bounds is possible`;
  return [forbid('G1', 'OwnedByOther', message, { field, owner: names })];
}

function changedBySomebody(facts: ChangeFacts, workload: Workload, field: 'replicas' | 'template'): readonly Finding[] {
  if (facts.call === 'change' && facts.direction === 'up' && isUrgent(facts, workload)) return [];
  const ourWrite = facts.call === 'undo' ? timeOfOurWrite(facts, workload) : undefined;
  const newest = workload.foreignChanges
    .filter((change) => change.field === field && facts.now < change.at + QUIET_MS)
    .filter((change) => ourWrite === undefined || change.at > ourWrite)
    .reduce<ForeignChange | undefined>(
      (latest, c) => (latest === undefined || c.at > latest.at ? c : latest),
      undefined,
    );
  if (newest === undefined) return [];
  const message = `${newest.manager} changed ${field} from ${newest.from} to ${newest.to} less than 15 min ago`;
  const values = { field, manager: newest.manager, from: newest.from, to: newest.to };
  return [wait('G1', 'ChangedByOther', message, values, newest.at + QUIET_MS)];
}

/** What may not wait for a quarter of an hour: capacity under pressure, too few ready, or new pods that fail. */
const isUrgent = (facts: ChangeFacts, workload: Workload): boolean =>
  facts.pressure || facts.readyBelowMin || workload.rollout.newPodsFailing > 0;

/** `undefined` when it cannot be told: then every fresh change counts as younger. */
function timeOfOurWrite(facts: ChangeFacts, workload: Workload): number | undefined {
  const { counters, request } = facts.input;
  const id = request.undo?.changeId;
  const record = counters?.operations.find((operation) => operation.changeId === id);
  if (record !== undefined) return record.at;
  return workload.lastChange?.id === id ? instantOf(workload.lastChange?.at ?? '') : undefined;
}

function revertedAgainAndAgain({ input: { counters } }: ChangeFacts): readonly Finding[] {
  if (counters === undefined) return noData('G1', 'forbid', { counters });
  if (counters.reverts < ROUNDS) return [];
  const message = `somebody put our change back ${counters.reverts} times in a row: a person decides what is right`;
  return [forbid('G1', 'RevertedAgainAndAgain', message, { reverts: counters.reverts, limit: ROUNDS })];
}
