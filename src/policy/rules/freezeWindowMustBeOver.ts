import { type ChangeRule, wait } from '../rule.ts';

/** G20: in a freeze window nothing changes but an undo. A calendar that cannot be read freezes as well. */
export const freezeWindowMustBeOver: ChangeRule = ({ input: { frozen }, now }) => {
  if (frozen === undefined) return [];
  if ('broken' in frozen) {
    return [wait('FreezeUnreadable', `the freeze calendar cannot be read, so it counts as frozen: ${frozen.broken}`)];
  }
  const { until, reason } = frozen;
  return now < until ? [wait('FreezeWindow', `freeze window: ${reason}`, { reason }, until)] : [];
};
