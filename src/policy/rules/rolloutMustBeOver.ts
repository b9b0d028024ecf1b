import { type ChangeRule, wait } from '../rule.ts';
import { ROLLOUT_UP, rolloutLock } from '../step.ts';

/** G7: two causes at once cannot be told apart. During a rollout only a measured scale-up under breach passes, and its repair. */
export const rolloutMustBeOver: ChangeRule = ({ workload, now, scale, direction, breach, repairs }) => {
  const lock = rolloutLock(workload, now);
  const passes = direction === 'up' && breach && scale !== undefined && scale.step <= scale.from * ROLLOUT_UP;
  return lock === undefined || passes || repairs === 'rollout' ? [] : [wait('Rollout', lock.why, {}, lock.until)];
};
