import { authorityOf } from '../authority.ts';
import { type ChangeRule, forbid, restrict } from '../rule.ts';

/** G20, last of all so that the record shows what would have been: `observe` refuses, `propose` asks people first. */
export const autonomyMustReachSoFar: ChangeRule = ({ blueprint, person, approved, operation }, before) => {
  const { autonomy, authority } = blueprint;
  const soFar = authorityOf(before, approved);
  if (autonomy === 'observe') {
    const would = soFar === 'allowed' && before.some(({ effect }) => effect === 'wait') ? 'deferred' : soFar;
    return [forbid('ObserveOnly', `only observing: ${operation} would have been ${would}`, { would })];
  }
  if (autonomy !== 'propose' || person || authorityOf(before, false) !== 'allowed') return [];
  const groups = [...new Set(authority.requiresApproval.flatMap((entry) => entry.approvers))];
  const approvers = groups.length > 0 ? groups : ['admins'];
  const message = `agents only propose here: ${operation} needs approval by ${approvers.join(', ')}`;
  return [restrict('ProposeOnly', message, approvers)];
};
