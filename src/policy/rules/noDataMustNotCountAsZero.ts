import { emptiness } from '../evidence.ts';
import { type ChangeFacts, usedSignals } from '../facts.ts';
import { noData, wait } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G5: an empty or impossible answer is inconclusive, and what disrupts waits for a better one. */
export const noDataMustNotCountAsZero: Rule<ChangeFacts> = (facts) => {
  const { workload, blueprint, direction, restart } = facts;
  const { assessment } = facts.input;
  if (workload === undefined) return noData('G5', 'wait', { workload });
  // More capacity stays possible on other signals: G3 and G21 see that there is one.
  if (direction !== 'down' && !restart) return [];
  if (assessment === undefined) return noData('G5', 'wait', { assessment });
  return usedSignals(blueprint, assessment).flatMap((signal) => {
    const why = emptiness(signal);
    if (why === undefined) return [];
    const detail = signal.detail === undefined ? '' : `: ${signal.detail}`;
    return why === 'missing'
      ? [wait('G5', 'NoData', `${signal.name} has no value${detail}`, { input: signal.name })]
      : [
          wait('G5', 'ImplausibleData', `${signal.name} has an impossible value${detail}`, {
            signal: signal.name,
            value: signal.value,
          }),
        ];
  });
};
