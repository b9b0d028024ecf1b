import { emptiness, faultsOf } from '../evidence.ts';
import { type ChangeRule, wait } from '../rule.ts';

/** G5: an empty or impossible answer is inconclusive, and what disrupts waits for a better one. */
export const noDataMustNotCountAsZero: ChangeRule = (facts) => {
  // More capacity stays possible on other signals: G21 sees that there is one.
  if (!facts.disruptive) return [];
  return faultsOf(facts, (signal) => {
    const { name, value, detail } = signal;
    const words = detail === undefined ? '' : `: ${detail}`;
    switch (emptiness(signal)) {
      case undefined:
        return undefined;
      case 'missing':
        return wait('NoData', `${name} has no value${words}`, { input: name });
      case 'implausible':
        return wait('ImplausibleData', `${name} has an impossible value${words}`, { signal: name, value });
    }
  });
};
