import { resourcesText } from '../../schema/resources.ts';
import { type Move, movesOf } from '../../schema/wantedChange.ts';
import type { ChangeFacts } from '../facts.ts';
import { type ChangeRule, type Findings, forbid, noData } from '../rule.ts';

const DAY_MS = 86_400_000;
/** A ring of a day never holds the whole of it: the oldest pass has just left. */
const SLACK_MS = 60_000;
const PEAK_ROOM = 1.2;

/** G16: resources stay inside the blueprint's bounds, move in steps, and never under what was needed. */
export const resourcesMustStayInBounds: ChangeRule = (facts) => {
  const { template, blueprint, workload, containersAfter, input, now } = facts;
  if (template === undefined) return [];
  const moves = movesOf(template, workload.containers ?? [], containersAfter, blueprint.resources);
  const outside = moves
    .filter((move) => move.isOutside)
    .map(({ name, next, bounds }) => {
      const range = bounds === undefined ? 'none' : `${bounds.min} to ${bounds.max}`;
      const message = `${name} ${next ?? '(unreadable)'} is outside the blueprint's bounds (${range})`;
      return forbid('OutsideBounds', message, { name, value: next, range });
    });
  if (template.kind === 'rollback') return outside;
  if (input.counters === undefined) return [...outside, ...noData('forbid', { counters: undefined })];
  const text = resourcesText(template.to);
  const failed = input.counters.infeasible?.some(({ at, what }) => what === text && now < at + DAY_MS) === true;
  const tooLong = Math.max(text.length, resourcesText(template.from).length) > 100;
  return [
    ...outside,
    ...moves.flatMap((move) => stepOf(facts, move)),
    ...(failed ? [forbid('InfeasibleBefore', `${text} could not be had within the last day`, { text })] : []),
    ...(tooLong ? [forbid('TooLongToRecord', 'these quantities are longer than a record holds')] : []),
  ];
};

function stepOf(
  { workload, input, now }: ChangeFacts,
  { name, old, next, bounds, isDown, wasOutside }: Move,
): Findings {
  // Back inside in one step, where no pod is ready to suffer from it.
  if (next === undefined || (wasOutside && workload.ready === 0)) return [];
  const most = Math.max(2 * (old ?? 0), bounds?.target ?? 0);
  const { memoryPeak, memorySince = now } = input.assessment?.history ?? {};
  const isFar = isDown ? next < 0.8 * (old ?? next) : next > most;
  const isMemory = name.startsWith('memory');
  const isShort = now - memorySince < DAY_MS - SLACK_MS;
  const isUnwatched = isDown && (isShort || (isMemory && memoryPeak === undefined));
  const isLow = isDown && isMemory && next < PEAK_ROOM * (memoryPeak ?? 0);
  const step = `${name} ${old ?? 'none'} to ${next}: one step goes at most 20% down, and up to ${most}`;
  return [
    ...(isFar ? [forbid('StepTooLarge', step, { name, old, next, most })] : []),
    ...(isUnwatched ? [forbid('NoHistory', `${name} goes down only after a day was watched`, { name })] : []),
    ...(isLow
      ? [forbid('BelowPeak', `${name} ${next} is below 1.2 x the day's peak ${memoryPeak}`, { name, next })]
      : []),
  ];
}
