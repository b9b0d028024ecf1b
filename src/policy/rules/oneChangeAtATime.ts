import type { ChangeFacts } from '../facts.ts';
import { noData, note, wait } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G23: while a change is in flight or being verified everything else waits, save a scale-up under pressure. */
export const oneChangeAtATime: Rule<ChangeFacts> = ({ input: { counters }, direction, pressure }) => {
  if (counters === undefined) return noData('G23', 'wait', { counters });
  const { inFlight } = counters;
  if (inFlight === undefined) return [];
  const values = { change: inFlight.changeId, phase: inFlight.phase };
  if (direction === 'up' && pressure) {
    return [
      note(
        'G23',
        'Supersedes',
        `closes ${inFlight.changeId} as superseded: capacity under pressure goes first`,
        values,
      ),
    ];
  }
  const state = inFlight.phase === 'executing' ? 'being carried out' : 'being verified';
  return [wait('G23', 'ChangeInFlight', `${inFlight.changeId} is ${state}`, values)];
};
