import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, formatPercent, parseDuration, parsePercent } from './units.ts';

describe('percentages', () => {
  it.each([
    ['70%', 0.7],
    ['1%', 0.01],
    ['0.7%', 0.007],
    ['12.3%', 0.123],
    ['0%', 0],
    ['150%', 1.5],
  ])('reads %s as %d', (text, expected) => {
    expect(parsePercent(text)).toBe(expected);
    expect(formatPercent(expected)).toBe(text);
  });

  it.each(['70', '70 %', '%', '-1%', '7,5%', '1e1%', '70%%', ''])('takes %j for no percentage', (text) => {
    expect(parsePercent(text)).toBeUndefined();
  });

  it('writes what it can read again', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (n) => {
        const fraction = n / 1_000_000;
        expect(parsePercent(formatPercent(fraction))).toBeCloseTo(fraction, 12);
      }),
    );
  });
});

describe('durations', () => {
  it.each([
    ['200ms', 200],
    ['60s', 60_000],
    ['1m30s', 90_000],
    ['1h', 3_600_000],
    ['1.5s', 1500],
    ['0.1ms', 0.1],
    ['2h5m1s3ms', 7_501_003],
  ])('reads %s as %d milliseconds', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each(['', '60', '30s1m', '1m1m', '1 s', '-1s', '1d', 's', '1,5s'])('takes %j for no duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('writes what it can read again, for every whole number of milliseconds', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000_000), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});
