import type { ChangeFacts } from '../facts.ts';
import { wait } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G20: in a freeze window nothing changes but an undo. A calendar that cannot be read freezes as well. */
export const freezeWindowMustBeOver: Rule<ChangeFacts> = ({ input: { frozen }, now }) => {
  if (frozen === undefined) return [];
  if ('broken' in frozen) {
    return [
      wait('G20', 'FreezeUnreadable', `the freeze calendar cannot be read, so it counts as frozen: ${frozen.broken}`),
    ];
  }
  return now < frozen.until
    ? [wait('G20', 'FreezeWindow', `freeze window: ${frozen.reason}`, { reason: frozen.reason }, frozen.until)]
    : [];
};
