import { type ChangeRule, noData, span, wait } from '../rule.ts';

/** G9: an agent takes capacity away only as far as the highest need of the last minutes, all of them watched. */
export const downsMustRespectWindow: ChangeRule = ({
  direction,
  person,
  scale,
  blueprint,
  now,
  input: { assessment },
}) => {
  if (person || direction !== 'down' || scale === undefined) return [];
  if (assessment === undefined) return noData('wait', { assessment });
  const { unbrokenSince, highestDesired } = assessment.history;
  if (unbrokenSince === undefined || highestDesired === undefined) {
    return noData('wait', { unbrokenSince, highestDesired });
  }
  const findings = [];
  const neededMs = blueprint.safety.downWindowMs;
  const watchedMs = now - unbrokenSince;
  if (!(watchedMs >= neededMs)) {
    const message = `watched without a gap for ${span(watchedMs)}, ${span(neededMs)} are needed before a scale-down`;
    findings.push(wait('ShortHistory', message, { watchedMs, neededMs }, unbrokenSince + neededMs));
  }
  if (!(scale.to >= highestDesired)) {
    const message = `${highestDesired} replicas were needed within the last ${span(neededMs)}, ${scale.to} are fewer`;
    findings.push(wait('NeededLately', message, { replicas: scale.to, highestDesired }));
  }
  return findings;
};
