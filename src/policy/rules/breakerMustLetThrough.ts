import type { BreakerState } from '../../schema/counters.ts';
import { breakerAt } from '../breaker.ts';
import { type ChangeRule, type Findings, noData, note, wait } from '../rule.ts';

/** G19: after failures in a row nothing is tried for a while, then one smallest step. */
export const breakerMustLetThrough: ChangeRule = ({ input: { counters, holds }, optional, now }) => {
  const held =
    holds === undefined
      ? noData('wait', { holds })
      : holds
          .filter((hold) => hold.kind === 'breaker')
          .map(({ by, reason }) => wait('BreakerHeld', `${by} holds the breaker open: ${reason}`, { by, reason }));
  if (counters === undefined) return [...held, ...noData('wait', { counters })];
  const busy = counters.inFlight !== undefined;
  return [
    ...held,
    ...judge('breaker', counters.breaker, busy, now),
    ...(optional ? judge('breaker of optional changes', counters.optionalBreaker, busy, now) : []),
  ];
};

function judge(name: string, breaker: BreakerState, busy: boolean, now: number): Findings {
  const { failures, opens, until } = breaker;
  switch (breakerAt(breaker, now)) {
    case 'closed':
      return [];
    case 'open':
      return [wait('BreakerOpen', `the ${name} is open after ${failures} failures`, { failures, opens }, until)];
    case 'halfOpen':
      return busy
        ? [wait('TrialInFlight', `the ${name} is half-open and its one trial is in flight`)]
        : [note('Trial', `the ${name} is half-open: this is its one smallest step`)];
  }
}
