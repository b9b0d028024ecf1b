import type { ChangeFacts } from '../facts.ts';
import { noData, span, wait } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G9: an agent takes capacity away only as far as the highest need of the last minutes, all of them watched. */
export const downsMustRespectWindow: Rule<ChangeFacts> = ({
  direction,
  person,
  scale,
  blueprint,
  now,
  workload,
  input,
}) => {
  if (person || direction === 'up' || direction === 'none') return [];
  const { assessment } = input;
  if (workload === undefined || assessment === undefined || scale === undefined) {
    return noData('G9', 'wait', { workload, assessment });
  }
  const window = blueprint.safety.downWindowMs;
  const { unbrokenSince, highestDesired } = assessment.history;
  if (unbrokenSince === undefined) return noData('G9', 'wait', { history: undefined });
  if (now < unbrokenSince + window) {
    const message = `watched without a gap for ${span(now - unbrokenSince)}, ${span(window)} are needed before a scale-down`;
    return [
      wait('G9', 'ShortHistory', message, { watchedMs: now - unbrokenSince, neededMs: window }, unbrokenSince + window),
    ];
  }
  if (highestDesired === undefined) return noData('G9', 'wait', { highestDesired });
  if (scale.to >= highestDesired) return [];
  const message = `${highestDesired} replicas were needed within the last ${span(window)}, ${scale.to} are fewer`;
  return [wait('G9', 'NeededLately', message, { wanted: scale.to, highest: highestDesired, windowMs: window })];
};
