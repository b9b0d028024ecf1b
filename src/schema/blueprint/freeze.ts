import { Cron } from 'croner';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { FreezeWindow } from '../blueprint.ts';
import type { GateInput } from '../verdict.ts';

const CACHED = 256;
const cache = new Map<string, Result<Cron, string>>();
// Any fixed instant: whether a calendar ever comes does not depend on when one asks.
const REFERENCE = Date.UTC(2026, 0, 1);

/** Whether a calendar can be read and ever comes; the error says what is wrong. */
export function checkCalendar(cron: string, timeZone: string): Result<void, string> {
  const calendar = read(cron, timeZone);
  return calendar.ok ? ok(undefined) : calendar;
}

/**
 * The freeze in force at `now` (ms), with the latest end of those that overlap; undefined when none is. A calendar that
 * cannot be read is `broken`, which the gate takes as frozen.
 */
export function frozenAt(windows: readonly FreezeWindow[], now: number): GateInput['frozen'] {
  let frozen: { readonly until: number; readonly reason: string } | undefined;
  for (const window of windows) {
    const calendar = read(window.cron, window.timeZone);
    if (!calendar.ok) return { broken: `freeze window "${window.cron}" (${window.timeZone}): ${calendar.error}` };
    const opened = lastOpening(calendar.value, now);
    if (opened === undefined) continue;
    const until = opened + window.durationMs;
    if (now < until && (frozen === undefined || until > frozen.until)) frozen = { until, reason: window.reason };
  }
  return frozen;
}

function lastOpening(calendar: Cron, now: number): number | undefined {
  // One second ahead, because an opening at `now` itself counts and croner looks strictly before.
  const runs = calendar.previousRuns(2, new Date(now + 1000)).map((date) => date.getTime());
  return runs.filter((time) => time <= now).sort((a, b) => b - a)[0];
}

function read(cron: string, timeZone: string): Result<Cron, string> {
  const key = `${timeZone} ${cron}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const calendar = readNew(cron, timeZone);
  if (cache.size >= CACHED) cache.clear();
  cache.set(key, calendar);
  return calendar;
}

function readNew(cron: string, timeZone: string): Result<Cron, string> {
  const fields = cron.trim().split(/\s+/).length;
  if (fields !== 5) return err(`five fields are needed, found ${fields}`);
  try {
    const calendar = new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true });
    const reference = new Date(REFERENCE);
    const ever = calendar.nextRun(reference) ?? calendar.previousRuns(1, reference)[0];
    return ever === undefined ? err('no such time ever comes') : ok(calendar);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return err(
      text.includes('imezone') ? `unknown time zone ${timeZone}` : text.replace(/^CronPattern: /, '').slice(0, 200),
    );
  }
}
