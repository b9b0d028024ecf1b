import { type ChangeRule, noData, note, wait } from '../rule.ts';

/** G23: while a change is in flight or being verified everything else waits, save a scale-up under pressure. */
export const oneChangeAtATime: ChangeRule = ({ input: { counters }, direction, pressure }) => {
  if (counters === undefined) return noData('wait', { counters });
  if (counters.inFlight === undefined) return [];
  const { changeId, phase } = counters.inFlight;
  if (direction === 'up' && pressure) {
    const message = `closes ${changeId} as superseded: capacity under pressure goes first`;
    return [note('Supersedes', message, { changeId, phase })];
  }
  const state = phase === 'executing' ? 'being carried out' : 'being verified';
  return [wait('ChangeInFlight', `${changeId} is ${state}`, { changeId, phase })];
};
