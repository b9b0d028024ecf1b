import type { ChangeFacts } from '../facts.ts';
import { type ChangeRule, type Findings, forbid, noData, percent, type Said, span } from '../rule.ts';

const AGENT_SHARE = 0.85;
const LESSON_MS = 6 * 3_600_000;
const LESSON_LOAD = 0.8;

/**
 * G10: before less capacity its use is predicted, and what failed at this load is not tried again. A number that people
 * approved is not predicted, so to those who are asked for one the prediction is told and forbids nothing.
 */
export const loadMustFitAfterDown: ChangeRule = (facts, before) => {
  const { direction, scale, person, approved } = facts;
  if (direction !== 'down' || scale === undefined) return [];
  const asked = before.some(({ effect }) => effect === 'restrict');
  const prediction = approved ? [] : predicted(facts, scale.to);
  return [...(asked ? prediction.map(told) : prediction), ...(person ? [] : lesson(facts))];
};

const told = (said: Said): Said => ({ ...said, effect: 'note' });

/** What speaks against so many replicas, at the highest load there is to compare with. */
export function predicted({ person, blueprint, input }: ChangeFacts, replicas: number): Findings {
  const { highestLoadEver, highestLoad, load: last } = input.assessment?.history ?? {};
  const load = person ? (highestLoadEver ?? highestLoad ?? last) : highestLoad;
  if (load === undefined) return noData('forbid', { load });
  const limit = person ? 1 : AGENT_SHARE * blueprint.scaling.upThreshold;
  const utilisation = load === 0 ? 0 : load / replicas;
  // At the limit is not under it, whatever rounding makes of 0.85 x 0.8.
  if (utilisation >= 0 && utilisation < limit - 1e-9) return [];
  const message = `${replicas} replicas would run at ${percent(utilisation)}, it has to stay under ${percent(limit)}`;
  return [forbid('WouldOverload', message, { replicas, predicted: percent(utilisation), limit: percent(limit) })];
}

function lesson({ input: { counters, assessment }, now }: ChangeFacts): Findings {
  if (counters === undefined) return noData('forbid', { counters });
  const [undoneDown, load] = [counters.undoneDown, assessment?.history.load];
  if (undoneDown === undefined || now >= undoneDown.at + LESSON_MS) return [];
  if (load === undefined) return noData('forbid', { load });
  if (load < LESSON_LOAD * undoneDown.load) return [];
  const [then, today] = [undoneDown.load.toFixed(2), load.toFixed(2)];
  const message = `a scale-down was undone ${span(now - undoneDown.at)} ago at load ${then}, now it is ${today}`;
  return [forbid('UndoneBefore', message, { loadThen: then, load: today })];
}
