import type { HistoryFacts } from '../../schema/assessment.ts';
import type { Finding } from '../../schema/verdict.ts';
import type { ChangeFacts } from '../facts.ts';
import { forbid, noData, percent, span } from '../finding.ts';
import type { Rule } from '../rule.ts';

const AGENT_SHARE = 0.85;
const LESSON_MS = 6 * 3_600_000;
const LESSON_LOAD = 0.8;

/** G10: before less capacity, its use is predicted, and what failed at this load is not tried again. */
export const loadMustFitAfterDown: Rule<ChangeFacts> = (facts) => {
  const { direction, workload, scale, input } = facts;
  if (facts.restart || direction === 'up' || direction === 'none') return [];
  const { assessment } = input;
  if (workload === undefined || assessment === undefined || scale === undefined) {
    return noData('G10', 'forbid', { workload, assessment });
  }
  return [
    ...(facts.approved ? [] : predicted(facts, assessment.history, scale.to)),
    ...(facts.person ? [] : lesson(facts, assessment.history)),
  ];
};

function predicted(facts: ChangeFacts, history: HistoryFacts, replicas: number): readonly Finding[] {
  const load = facts.person ? (history.highestLoadEver ?? history.highestLoad ?? history.load) : history.highestLoad;
  if (load === undefined) return noData('G10', 'forbid', { load });
  const limit = facts.person ? 1 : AGENT_SHARE * facts.blueprint.scaling.upThreshold;
  const utilisation = load === 0 ? 0 : load / replicas;
  if (utilisation < limit) return [];
  const message = `${replicas} replicas would run at ${percent(utilisation)}, it has to stay under ${percent(limit)}`;
  return [
    forbid('G10', 'WouldOverload', message, { replicas, predicted: percent(utilisation), limit: percent(limit) }),
  ];
}

function lesson({ input: { counters }, now }: ChangeFacts, { load }: HistoryFacts): readonly Finding[] {
  if (counters === undefined) return noData('G10', 'forbid', { counters });
  const { undoneDown } = counters;
  if (undoneDown === undefined || now >= undoneDown.at + LESSON_MS) return [];
  if (load === undefined) return noData('G10', 'forbid', { load });
  if (load < LESSON_LOAD * undoneDown.load) return [];
  const message = `a scale-down was undone ${span(now - undoneDown.at)} ago at load ${undoneDown.load.toFixed(2)}, now it is ${load.toFixed(2)}`;
  return [forbid('G10', 'UndoneBefore', message, { undoneAtLoad: undoneDown.load, load })];
}
