import type { Counters, OperationRecord } from '../../schema/counters.ts';
import type { Finding } from '../../schema/verdict.ts';
import type { ChangeFacts } from '../facts.ts';
import { noData, note, span, wait } from '../finding.ts';
import type { Rule } from '../rule.ts';

const HOUR_MS = 3_600_000;

/** G12: so many writes an hour and so far apart, with shares that leave room for the floor. */
export const budgetMustBeLeft: Rule<ChangeFacts> = (facts) => {
  const { counters } = facts.input;
  if (counters === undefined) return noData('G12', 'wait', { counters });
  const spent = spentBudgets(facts, counters);
  return [...cooldown(facts, counters), ...spent, ...callAPerson(facts, spent)];
};

function cooldown({ blueprint, now }: ChangeFacts, { operations }: Counters): readonly Finding[] {
  const { cooldownMs } = blueprint.safety;
  const last = Math.max(...operations.map((operation) => operation.at));
  if (now >= last + cooldownMs) return [];
  const message = `the last write was ${span(now - last)} ago, the cooldown is ${span(cooldownMs)}`;
  return [wait('G12', 'Cooldown', message, { sinceMs: now - last, cooldownMs }, last + cooldownMs)];
}

function spentBudgets(facts: ChangeFacts, counters: Counters): readonly Finding[] {
  const { now, direction, optional } = facts;
  const { operationsPerHour, downsPerHour, optionalPerHour } = facts.blueprint.safety;
  // An undo takes from no budget; its write only starts the cooldown.
  const hour = counters.operations.filter((o) => !o.undo && o.at > now - HOUR_MS);
  const findings = [spent('BudgetSpent', 'operations', hour, operationsPerHour)];
  if (direction === 'down' || direction === 'unknown') {
    findings.push(
      spent(
        'DownsSpent',
        'scale-downs',
        hour.filter((o) => o.direction === 'down'),
        downsPerHour,
      ),
    );
  }
  if (optional) {
    findings.push(
      spent(
        'OptionalSpent',
        'optional operations',
        hour.filter((o) => o.optional),
        optionalPerHour,
      ),
    );
  }
  if (counters.spentUntil !== undefined && now < counters.spentUntil) {
    const message = 'the record of this service was lost, so the hour counts as spent';
    findings.push([wait('G12', 'BudgetUnknown', message, {}, counters.spentUntil)]);
  }
  return findings.flat();
}

/** Full: until so many have left the hour that one more fits. */
function spent(code: string, what: string, used: readonly OperationRecord[], limit: number): readonly Finding[] {
  if (used.length < limit) return [];
  const times = used.map((o) => o.at).sort((a, b) => a - b);
  const leaves = times[times.length - Math.max(1, limit)];
  const message = `${used.length} of ${limit} ${what} an hour are used`;
  return [
    wait('G12', code, message, { used: used.length, limit }, leaves === undefined ? undefined : leaves + HOUR_MS),
  ];
}

/** A service that needs capacity and may not have it is a person's to help. */
const callAPerson = ({ breach }: ChangeFacts, spent: readonly Finding[]): readonly Finding[] =>
  breach && spent.length > 0
    ? [note('G12', 'SpentUnderBreach', 'the budget is spent while an objective is missed: a person is called')]
    : [];
