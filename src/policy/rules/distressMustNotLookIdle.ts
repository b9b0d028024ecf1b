import type { ChangeFacts } from '../facts.ts';
import { noData, wait } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G6: a service in trouble uses little, and is not idle. Nothing is taken from it. */
export const distressMustNotLookIdle: Rule<ChangeFacts> = ({ direction, restart, input: { assessment } }) => {
  if (restart || direction === 'up' || direction === 'none') return [];
  if (assessment === undefined) return noData('G6', 'wait', { assessment });
  if (assessment.distress.length === 0) return [];
  const reasons = assessment.distress.join('; ');
  return [wait('G6', 'Distress', `low use here is distress, not idleness: ${reasons}`, { distress: reasons })];
};
