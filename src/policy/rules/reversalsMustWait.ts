import type { OperationRecord } from '../../schema/counters.ts';
import type { ChangeFacts } from '../facts.ts';
import { type ChangeRule, type Findings, noData, span, wait } from '../rule.ts';

const REVERSAL_MS = 300_000;
const FLAPS = 3;
const FLAP_WINDOW_MS = 30 * 60_000;
const FREEZE_MS = 60 * 60_000;

/** G11: no back and forth. A move against a fresh one waits, and a service that flaps keeps what it has. */
export const reversalsMustWait: ChangeRule = (facts) => {
  const { direction, now, input } = facts;
  if (direction === 'none') return [];
  if (input.counters === undefined) return noData('wait', { counters: undefined });
  const moves = input.counters.operations.filter((o) => o.direction !== 'none').sort((a, b) => a.at - b.at);
  return [...againstFresh(facts, moves), ...(direction === 'down' ? flapping(moves, now) : [])];
};

function againstFresh(
  { person, direction, pressure, breach, now }: ChangeFacts,
  moves: readonly OperationRecord[],
): Findings {
  if (person || (direction === 'up' ? pressure : breach)) return [];
  const against = moves.filter((move) => move.direction !== direction && now < move.at + REVERSAL_MS).at(-1);
  if (against === undefined) return [];
  const who = against.undo ? 'an undo' : against.by === 'person' ? 'a person' : 'an agent';
  const message = `${who} moved it ${against.direction} ${span(now - against.at)} ago, ${span(REVERSAL_MS)} have to pass`;
  return [wait('Reversal', message, { against: against.changeId }, against.at + REVERSAL_MS)];
}

function flapping(moves: readonly OperationRecord[], now: number): Findings {
  const reversals = moves.filter((move, i) => i > 0 && moves[i - 1]?.direction !== move.direction).map(({ at }) => at);
  const third = reversals.filter(
    (at, i) => at - (reversals[i - FLAPS + 1] ?? Number.NEGATIVE_INFINITY) < FLAP_WINDOW_MS,
  );
  const until = (third.at(-1) ?? Number.NEGATIVE_INFINITY) + FREEZE_MS;
  const message = `${FLAPS} reversals within ${span(FLAP_WINDOW_MS)}: no scale-down for ${span(FREEZE_MS)}`;
  return now < until ? [wait('Flapping', message, { reversals: reversals.length }, until)] : [];
}
