import { type ChangeRule, noData, wait } from '../rule.ts';

/** G6: a service in trouble uses little, and is not idle. Nothing is taken from it. */
export const distressMustNotLookIdle: ChangeRule = ({ direction, input: { assessment } }) => {
  if (direction !== 'down') return [];
  if (assessment === undefined) return noData('wait', { assessment });
  const distress = assessment.distress.join('; ');
  return distress === '' ? [] : [wait('Distress', `low use here is distress, not idleness: ${distress}`, { distress })];
};
