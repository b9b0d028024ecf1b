import type { OperationRecord } from '../../schema/counters.ts';
import type { Finding } from '../../schema/verdict.ts';
import type { ChangeFacts } from '../facts.ts';
import { noData, span, wait } from '../finding.ts';
import type { Rule } from '../rule.ts';

const REVERSAL_MS = 300_000;
const FLAPS = 3;
const FLAP_WINDOW_MS = 30 * 60_000;
const FREEZE_MS = 60 * 60_000;

/** G11: no back and forth. A move against a fresh one waits, and a service that flaps keeps what it has. */
export const reversalsMustWait: Rule<ChangeFacts> = (facts) => {
  const { direction, restart, workload, input } = facts;
  const { counters } = input;
  if (restart || direction === 'none') return [];
  if (workload === undefined || counters === undefined) return noData('G11', 'wait', { workload, counters });
  const moves = counters.operations.filter((o) => o.direction !== 'none').sort((a, b) => a.at - b.at);
  return [...againstFresh(facts, moves), ...(direction === 'down' ? flapping(moves, facts.now) : [])];
};

function againstFresh(facts: ChangeFacts, moves: readonly OperationRecord[]): readonly Finding[] {
  const { person, direction, pressure, breach, now } = facts;
  if (person || (direction === 'up' && pressure) || (direction === 'down' && breach)) return [];
  const against = moves.filter((move) => move.direction !== direction && now < move.at + REVERSAL_MS).at(-1);
  if (against === undefined) return [];
  const what = against.undo ? 'an undo' : `${against.by === 'person' ? 'a person' : 'an agent'}`;
  const message = `${what} moved it ${against.direction} ${span(now - against.at)} ago, ${span(REVERSAL_MS)} have to pass`;
  return [wait('G11', 'Reversal', message, { against: against.changeId, direction }, against.at + REVERSAL_MS)];
}

function flapping(moves: readonly OperationRecord[], now: number): readonly Finding[] {
  const reversals = moves.flatMap((move, i) => {
    const before = moves[i - 1];
    return before !== undefined && before.direction !== move.direction ? [move.at] : [];
  });
  const frozenUntil = reversals.flatMap((at, i) => {
    const first = reversals[i - (FLAPS - 1)];
    return first !== undefined && at - first <= FLAP_WINDOW_MS ? [at + FREEZE_MS] : [];
  });
  const until = Math.max(0, ...frozenUntil);
  if (until <= now) return [];
  const message = `${FLAPS} reversals within ${span(FLAP_WINDOW_MS)}: no scale-down for ${span(FREEZE_MS)}`;
  return [wait('G11', 'Flapping', message, { reversals: reversals.length }, until)];
}
