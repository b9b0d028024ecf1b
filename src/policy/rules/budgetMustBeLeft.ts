import { KEEP } from '../counters.ts';
import { type ChangeRule, type Findings, noData, note, type Said, span, wait } from '../rule.ts';

const HOUR_MS = 3_600_000;

/** G12: so many writes an hour and so far apart, with shares that leave room for the floor. */
export const budgetMustBeLeft: ChangeRule = ({ input: { counters }, blueprint: { safety }, now, ...facts }) => {
  if (counters === undefined) return noData('wait', { counters });
  const { operations, spentUntil } = counters;
  const last = Math.max(...operations.map(({ at }) => at)) + safety.cooldownMs;
  const cooldown = `the last write was ${span(now - last + safety.cooldownMs)} ago, the cooldown is ${span(safety.cooldownMs)}`;
  // An undo takes from no budget; its write only starts the cooldown.
  const ofTheHour = operations.filter((o) => o.at > now - HOUR_MS);
  const hour = ofTheHour.filter((o) => !o.undo);
  const downs = hour.filter((o) => o.direction === 'down');
  const optional = hour.filter((o) => o.optional);
  const lost = 'the record of this service was lost, so the hour counts as spent';
  const spent = [
    ...full('BudgetSpent', 'operations', hour, safety.operationsPerHour),
    // Beyond what the record holds nobody can count: a larger budget ends there, undos included.
    ...full('BudgetSpent', 'writes on record', ofTheHour, KEEP),
    ...(facts.direction === 'down' ? full('DownsSpent', 'scale-downs', downs, safety.downsPerHour) : []),
    ...(facts.optional ? full('OptionalSpent', 'optional operations', optional, safety.optionalPerHour) : []),
    ...(now < (spentUntil ?? now) ? [wait('BudgetUnknown', lost, {}, spentUntil)] : []),
  ];
  return [
    ...(now < last ? [wait('Cooldown', cooldown, { cooldownMs: safety.cooldownMs }, last)] : []),
    ...spent,
    ...(facts.breach && spent.length > 0
      ? [note('SpentUnderBreach', 'the budget is spent while an objective is missed: a person is called')]
      : []),
  ];
};

/** Used up until so many have left the hour that one more fits. */
export function full(code: Said['code'], what: string, used: readonly { at: number }[], limit: number): Findings {
  if (used.length < limit) return [];
  // With a budget of none nothing has to leave: it waits openly.
  const leaves = used.map(({ at }) => at).sort((a, b) => a - b)[used.length - limit] ?? Number.NaN;
  const message = `${used.length} of ${limit} ${what} an hour are used`;
  return [wait(code, message, { used: used.length, limit }, leaves + HOUR_MS)];
}
