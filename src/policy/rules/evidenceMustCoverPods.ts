import { COVERAGE, thinness } from '../evidence.ts';
import { type ChangeFacts, usedSignals } from '../facts.ts';
import { noData, percent, wait } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G4: a mean over too few pods, or one that the missing pods could turn round, moves nothing. */
export const evidenceMustCoverPods: Rule<ChangeFacts> = (facts) => {
  const { workload, blueprint, direction, restart, person, readyBelowMin } = facts;
  const { assessment } = facts.input;
  if (workload === undefined) return noData('G4', 'wait', { workload });
  if (restart || direction === 'none' || (direction === 'up' && (person || readyBelowMin))) return [];
  if (assessment === undefined) return noData('G4', 'wait', { assessment });
  const used = usedSignals(blueprint, assessment);
  const judged = direction === 'up' ? used.filter((signal) => signal.says === 'up') : used;
  const thin = judged.filter((signal) => thinness(signal) !== undefined);
  if (direction === 'up' && thin.length < judged.length) return [];
  return thin.map((signal) => {
    if (thinness(signal) === 'flips') {
      const message = `with the missing pods counted the other way ${signal.name} would say the opposite`;
      return wait('G4', 'DirectionFlips', message, { signal: signal.name });
    }
    const { covered, ready } = signal;
    const message = `${signal.name} has samples of ${covered} of ${ready} ready pods, at least ${percent(COVERAGE)} are needed`;
    return wait('G4', 'TooFewSamples', message, { signal: signal.name, covered, ready, needed: percent(COVERAGE) });
  });
};
