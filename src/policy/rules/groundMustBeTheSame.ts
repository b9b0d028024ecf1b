import { changeTexts, hashOf } from '../../schema/changeText.ts';
import { namesOurs } from '../counters.ts';
import type { ChangeFacts } from '../facts.ts';
import { type ChangeRule, type Findings, forbid } from '../rule.ts';

/** G18: a plan made on other ground goes back, the same id twice is one effect, and a write has to change something. */
export const groundMustBeTheSame: ChangeRule = (facts) => {
  return [...seenGround(facts), ...(facts.call === 'change' ? sameIdTwice(facts) : []), ...somethingToChange(facts)];
};

function somethingToChange({ scale, template, field, person, call, workload }: ChangeFacts): Findings {
  if (scale !== undefined) {
    const message = `it has ${scale.from} replicas already`;
    return scale.to === scale.from ? [forbid('NothingToChange', message, { replicas: scale.from })] : [];
  }
  // An undo that has nothing to put back is G17's to refuse.
  if (field === 'template' || (call === 'undo' && template === undefined)) return [];
  if (template === undefined) {
    if (field === 'image') return [forbid('NoSuchRevision', 'there is no such revision to go back to')];
    return [forbid('NoOneContainer', 'it is not clear which container this is about')];
  }
  const { before, after } = changeTexts(template);
  const healthy = workload.revisions?.find(({ hash }) => hash === hashOf(after))?.healthy === true;
  const unknown = call === 'change' && !person && field === 'image' && !healthy;
  return [
    ...(before === after ? [forbid('NothingToChange', `${before} is what stands there already`, { before })] : []),
    ...(unknown ? [forbid('NotKnownHealthy', `${after} was never seen with all its pods ready`, { after })] : []),
  ];
}

function seenGround(facts: ChangeFacts): Findings {
  const { input, scale, call, workload } = facts;
  const { seen } = input.request;
  if (seen === undefined) return [];
  if (seen.uid !== workload.uid) {
    const message = 'the target was made anew since it was seen: it has another UID';
    return [forbid('OtherObject', message, { seen: seen.uid, found: workload.uid })];
  }
  const { replicas } = workload;
  if (scale === undefined || call === 'undo' || seen.replicas === replicas || isOwnStep(facts)) return [];
  const message = `it had ${seen.replicas} replicas when this was asked for and has ${replicas} now`;
  return [forbid('StalePlan', message, { seen: seen.replicas, found: replicas })];
}

/**
 * What stands there is what an earlier step of this same request wrote. Anybody can write the annotation, so it excuses
 * only where our record names the same change, or that record is lost.
 */
function isOwnStep({ input: { request, counters }, workload: { lastChange, replicas } }: ChangeFacts): boolean {
  if (lastChange === undefined || lastChange.decision !== request.id || lastChange.undo) return false;
  return namesOurs(counters, lastChange.id) && lastChange.after === String(replicas);
}

/** A request that wrote before goes on only from its own last step; otherwise it has had its effect. */
function sameIdTwice(facts: ChangeFacts): Findings {
  const { input, scale, workload } = facts;
  const { counters } = input;
  const { id } = input.request;
  const wrote =
    workload.lastChange?.decision === id || counters?.operations.some((o) => o.decision === id && !o.undo) === true;
  if (!wrote || (scale !== undefined && isOwnStep(facts))) return [];
  return [forbid('AlreadyDone', `${id} has been carried out: the same request twice is one effect`)];
}
