import type { BreakerState } from '../../schema/counters.ts';
import type { Finding } from '../../schema/verdict.ts';
import { breakerAt } from '../breaker.ts';
import type { ChangeFacts } from '../facts.ts';
import { noData, note, wait } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G19: after failures in a row nothing is tried for a while, then one smallest step. */
export const breakerMustLetThrough: Rule<ChangeFacts> = ({ input: { counters, holds }, optional, now }) => {
  const held = (holds ?? []).filter((hold) => hold.kind === 'breaker');
  const findings: Finding[] = held.map((hold) =>
    wait('G19', 'BreakerHeld', `${hold.by} holds the breaker open: ${hold.reason}`, {
      by: hold.by,
      reason: hold.reason,
    }),
  );
  if (counters === undefined) return [...findings, ...noData('G19', 'wait', { counters })];
  const breakers = [{ name: 'breaker', breaker: counters.breaker }];
  if (optional) breakers.push({ name: 'breaker of optional changes', breaker: counters.optionalBreaker });
  const busy = counters.inFlight !== undefined;
  return [...findings, ...breakers.flatMap(({ name, breaker }) => judge(name, breaker, busy, now))];
};

function judge(name: string, breaker: BreakerState, busy: boolean, now: number): readonly Finding[] {
  switch (breakerAt(breaker, now)) {
    case 'closed':
      return [];
    case 'open': {
      const message = `the ${name} is open after ${breaker.failures} failures in a row`;
      return [wait('G19', 'BreakerOpen', message, { failures: breaker.failures, opens: breaker.opens }, breaker.until)];
    }
    case 'halfOpen':
      return busy
        ? [wait('G19', 'TrialInFlight', `the ${name} is half-open and its one trial is in flight`)]
        : [note('G19', 'Trial', `the ${name} is half-open: this is its one smallest step`)];
  }
}
