import type { Finding } from '../../schema/verdict.ts';
import type { Workload } from '../../schema/workload.ts';
import type { ChangeFacts } from '../facts.ts';
import { forbid, noData } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G18: a plan made on other ground goes back, the same id twice is one effect, and a write has to change something. */
export const groundMustBeTheSame: Rule<ChangeFacts> = (facts) => {
  const { workload, scale, restart, call } = facts;
  if (workload === undefined) return noData('G18', 'forbid', { workload });
  const nothing =
    scale !== undefined && scale.to === scale.from
      ? [forbid('G18', 'NothingToChange', `it has ${scale.from} replicas already`, { replicas: scale.from })]
      : [];
  return [
    ...seenGround(facts, workload),
    ...(call === 'change' ? sameIdTwice(facts, workload, restart) : []),
    ...nothing,
  ];
};

function seenGround({ input: { request }, restart, call }: ChangeFacts, workload: Workload): readonly Finding[] {
  const { seen } = request;
  if (seen === undefined) return [];
  if (seen.uid !== workload.uid) {
    const message = 'the target was made anew since it was seen: it has another UID';
    return [forbid('G18', 'OtherObject', message, { seen: seen.uid, found: workload.uid })];
  }
  if (restart || call === 'undo' || seen.replicas === workload.replicas || isOurOwnStep(request.id, workload))
    return [];
  const message = `it had ${seen.replicas} replicas when this was asked for and has ${workload.replicas} now`;
  return [forbid('G18', 'StalePlan', message, { seen: seen.replicas, found: workload.replicas })];
}

/** What stands there is what an earlier step of this same request wrote. */
const isOurOwnStep = (id: string, { lastChange, replicas }: Workload): boolean =>
  lastChange?.decision === id && !lastChange.undo && lastChange.after === String(replicas);

/** A request that wrote before goes on only from its own last step; otherwise it has had its effect. */
function sameIdTwice(
  { input: { request, counters } }: ChangeFacts,
  workload: Workload,
  restart: boolean,
): readonly Finding[] {
  const wrote =
    workload.lastChange?.decision === request.id ||
    (counters?.operations.some((operation) => operation.decision === request.id && !operation.undo) ?? false);
  if (!wrote || (!restart && isOurOwnStep(request.id, workload))) return [];
  return [forbid('G18', 'AlreadyDone', `${request.id} has been carried out: the same request twice is one effect`)];
}
