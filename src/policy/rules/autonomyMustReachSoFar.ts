import { authorityOf } from '../authority.ts';
import type { ChangeFacts } from '../facts.ts';
import { forbid, restrict } from '../finding.ts';
import type { Rule } from '../rule.ts';

/**
 * G20, last of all so that the record shows what would have been done: `observe` refuses, `propose` asks people before
 * an agent's change.
 */
export const autonomyMustReachSoFar: Rule<ChangeFacts> = ({ blueprint, person, approved, operation }, before) => {
  const soFar = authorityOf(before, approved);
  if (blueprint.autonomy === 'observe') {
    const waits = before.some((finding) => finding.effect === 'wait');
    const would = soFar === 'allowed' && waits ? 'deferred' : soFar;
    return [
      forbid('G20', 'ObserveOnly', `only observing: ${operation} would have been ${would}`, { wouldHaveBeen: would }),
    ];
  }
  if (blueprint.autonomy !== 'propose' || person || authorityOf(before, false) !== 'allowed') return [];
  const groups = [...new Set(blueprint.authority.requiresApproval.flatMap((entry) => entry.approvers))];
  const approvers = groups.length > 0 ? groups : ['admins'];
  const message = `agents only propose here: ${operation} needs approval by ${approvers.join(', ')}`;
  return [restrict('G20', 'ProposeOnly', message, approvers, { autonomy: blueprint.autonomy })];
};
