import { ageLimit, faultsOf, staleness } from '../evidence.ts';
import { type ChangeRule, span, wait } from '../rule.ts';

/** G3: nothing is decided on old numbers. */
export const evidenceMustBeFresh: ChangeRule = (facts) => {
  if (facts.direction !== 'up' && !facts.disruptive) return [];
  return faultsOf(facts, (signal) => {
    const why = staleness(signal, facts);
    if (why === undefined) return undefined;
    const { name, sampleAt } = signal;
    if (why === 'future')
      return wait('FutureEvidence', `the newest sample of ${name} lies in the future`, { signal: name });
    const ageMs = sampleAt === undefined ? undefined : facts.now - sampleAt;
    const limitMs = ageLimit(facts, signal);
    const age = ageMs === undefined ? 'of unknown age' : `${span(ageMs)} old`;
    const message = `the newest sample of ${name} is ${age}, at most ${span(limitMs)} is allowed`;
    return wait('StaleEvidence', message, { signal: name, ageMs, limitMs });
  });
};
