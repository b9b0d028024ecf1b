import { describe, expect, it } from 'vitest';
import { clockOf, fullOf, leftOf, lengthOf, whenOf } from './time.ts';

const NOW = Date.parse('2026-11-24T03:10:28Z');

describe('time', () => {
  it.each([
    ['minutes and seconds', 702_000, '11:42'],
    ['rounded down, so that it never says more than there is', 59_999, '00:59'],
    ['nothing left is nothing', -5, '00:00'],
    ['hours', 4_860_000, '1 h 21'],
    ['days', 100 * 3_600_000, '4 d 4 h'],
  ])('says what is left: %s', (_, ms, text) => expect(leftOf(ms)).toBe(text));

  it.each([
    [400, '0.4 s'],
    [37_000, '37 s'],
    [110_000, '1 min 50 s'],
    [900_000, '15 min'],
    [7_500_000, '2 h 5 min'],
  ])('says a length of %d ms as %s', (ms, text) => expect(lengthOf(ms)).toBe(text));

  it('shows the day only when it is another', () => {
    expect(whenOf('2026-11-24T02:16:00Z', NOW)).toBe('02:16');
    expect(whenOf('2026-11-23T22:40:00Z', NOW)).toBe('23 Nov 22:40');
  });

  it('is in UTC and says so', () => {
    expect(fullOf('2026-11-24T03:07:10Z')).toBe('Tue 24 Nov 2026, 03:07:10 UTC');
    expect(clockOf('2026-11-24T03:07:10+02:00')).toBe('01:07:10');
  });

  it('shows an instant that is none as it came', () => {
    expect([clockOf('soon'), fullOf('soon'), whenOf('soon', NOW)]).toEqual(['soon', 'soon', 'soon']);
  });
});
