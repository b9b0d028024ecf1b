import type { ChangeFacts } from '../facts.ts';
import { noData, wait } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { ROLLOUT_UP, rolloutLock } from '../step.ts';

/** G7: two causes at once cannot be told apart. During a rollout only a measured scale-up under breach passes. */
export const rolloutMustBeOver: Rule<ChangeFacts> = ({ workload, now, scale, direction, breach }) => {
  if (workload === undefined) return noData('G7', 'wait', { workload });
  const lock = rolloutLock(workload, now);
  if (lock === undefined) return [];
  if (direction === 'up' && breach && scale !== undefined && scale.step <= scale.from * ROLLOUT_UP) return [];
  const what = {
    'under way': 'a rollout is under way',
    paused: 'the rollout is paused',
    completed: 'a rollout completed less than 120 s ago',
  };
  return [wait('G7', 'Rollout', what[lock.why], { rollout: lock.why }, lock.until)];
};
