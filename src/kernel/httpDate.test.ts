import { describe, expect, it } from 'vitest';
import { parseHttpDate } from './httpDate.ts';

describe('the date of an HTTP answer', () => {
  it('is what a server writes', () => {
    const said = new Date('2026-03-01T12:00:00Z').toUTCString();
    expect(parseHttpDate(said)).toBe(Date.parse('2026-03-01T12:00:00Z'));
  });

  it.each([
    undefined,
    '',
    '0',
    'tomorrow',
    'Sat, 13 Sep 275760 00:00:00 GMT',
    '2026-03-01T12:00:00Z',
    'Sun, 99 Abc 2026 12:00:00 GMT',
  ])('is none where %j stands there', (text) => {
    expect(parseHttpDate(text)).toBeUndefined();
  });
});
