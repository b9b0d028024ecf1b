import { COVERAGE, faultsOf, thinness } from '../evidence.ts';
import { type ChangeRule, percent, wait } from '../rule.ts';

/** G4: a mean over too few pods, or one that the missing pods could turn round, moves nothing. */
export const evidenceMustCoverPods: ChangeRule = (facts) => {
  if (facts.direction === 'none') return [];
  return faultsOf(facts, (signal) => {
    const { name, covered, ready } = signal;
    switch (thinness(signal)) {
      case undefined:
        return undefined;
      case 'flips':
        return wait('DirectionFlips', `with its missing pods counted the other way ${name} turns round`, {
          signal: name,
        });
      case 'unknown':
        return wait('NoData', `of how many ready pods ${name} has samples is not known`, { input: `${name} coverage` });
      case 'uncovered': {
        const needed = percent(COVERAGE);
        const message = `${name} has samples of ${covered} of ${ready} ready pods, ${needed} are needed`;
        return wait('TooFewSamples', message, { signal: name, covered, ready, needed });
      }
    }
  });
};
