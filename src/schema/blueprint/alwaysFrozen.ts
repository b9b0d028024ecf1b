import type { FreezeWindow } from '../blueprint.ts';
import { frozenAt } from './freeze.ts';

const DAY_MS = 86_400_000;
// Any fixed instant, a Thursday: what repeats does so from any day on.
const FROM = Date.UTC(2026, 0, 1);
/** Looks at one window: enough for hours in a week and days in a year. Each costs a third of a millisecond, and blueprints are read where changes are made. */
const MOST_LOOKS = 400;

/** Whether freeze windows, one after the other, leave no moment open. Says no where that would take too long to tell. */
export function isAlwaysFrozen(windows: readonly FreezeWindow[]): boolean {
  if (windows.length === 0) return false;
  // Where no day is named a calendar has come round after a day, and where only weekdays are, after a week.
  const days = windows.map(({ cron }) => cron.trim().split(/\s+/).slice(2).join(' '));
  const turn = days.every((fields) => fields === '* * *') ? 1 : days.every((f) => f.startsWith('* * ')) ? 8 : 730;
  const end = FROM + (turn + 1) * DAY_MS;
  let now = FROM;
  for (let step = 0; step * windows.length < MOST_LOOKS && now < end; step += 1) {
    const frozen = frozenAt(windows, now);
    if (frozen === undefined || 'broken' in frozen) return false;
    now = frozen.until;
  }
  return now >= end;
}
