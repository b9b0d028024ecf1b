import { describe, expect, it } from 'vitest';
import type { FreezeWindow } from '../blueprint.ts';
import { checkCalendar, frozenAt } from './freeze.ts';

const HOUR = 3_600_000;
const at = (text: string): number => new Date(text).getTime();
const window = (cron: string, hours: number, timeZone = 'UTC', reason = 'freeze'): FreezeWindow => ({
  cron,
  timeZone,
  durationMs: hours * HOUR,
  reason,
});

describe('a freeze window', () => {
  const weekend = window('0 18 * * 5', 60, 'UTC', 'weekend');

  it.each([
    ['a second before it opens', '2026-01-09T17:59:59Z', undefined],
    ['a millisecond before it opens', '2026-01-09T17:59:59.999Z', undefined],
    ['at its opening', '2026-01-09T18:00:00Z', '2026-01-12T06:00:00Z'],
    ['in its middle', '2026-01-11T00:00:00Z', '2026-01-12T06:00:00Z'],
    ['a millisecond before its end', '2026-01-12T05:59:59.999Z', '2026-01-12T06:00:00Z'],
    ['at its end', '2026-01-12T06:00:00Z', undefined],
  ])('%s', (_, now, until) => {
    expect(frozenAt([weekend], at(now))).toEqual(
      until === undefined ? undefined : { until: at(until), reason: 'weekend' },
    );
  });

  it('opens by the clock of its own time zone, in winter and in summer', () => {
    const berlin = window('0 18 * * *', 1, 'Europe/Berlin');
    expect(frozenAt([berlin], at('2026-01-09T17:30:00Z'))).toBeDefined();
    expect(frozenAt([berlin], at('2026-07-09T17:30:00Z'))).toBeUndefined();
    expect(frozenAt([berlin], at('2026-07-09T16:30:00Z'))).toBeDefined();
  });

  it('that overlaps another lasts to the later end', () => {
    const long = window('0 0 9 1 *', 200, 'UTC', 'audit');
    expect(frozenAt([weekend, long], at('2026-01-10T00:00:00Z'))).toEqual({
      until: at('2026-01-17T08:00:00Z'),
      reason: 'audit',
    });
    expect(frozenAt([long, weekend], at('2026-01-10T00:00:00Z'))).toEqual({
      until: at('2026-01-17T08:00:00Z'),
      reason: 'audit',
    });
  });

  it.each([
    ['61 * * * *', 'UTC', 'minute'],
    ['* * * * * *', 'UTC', 'five'],
    ['0 0 31 2 *', 'UTC', 'no such time ever comes'],
    ['0 0 * * *', 'Mars/Base', 'unknown time zone Mars/Base'],
    ['', 'UTC', ''],
  ])('with the calendar %j in %s is broken, and freezes', (cron, timeZone, words) => {
    const checked = checkCalendar(cron, timeZone);
    expect(checked.ok).toBe(false);
    expect(checked.ok ? '' : checked.error).toContain(words);
    expect(frozenAt([weekend, window(cron, 1, timeZone)], at('2026-01-07T00:00:00Z'))).toHaveProperty('broken');
  });

  it('is absent where none is written', () => {
    expect(frozenAt([], at('2026-01-07T00:00:00Z'))).toBeUndefined();
  });
});
