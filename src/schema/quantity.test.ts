import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCpu, formatMemory, parseCpu, parseMemory, parseQuantity } from './quantity.ts';

describe('quantities', () => {
  it.each([
    ['100m', 100],
    ['1', 1000],
    ['0.1', 100],
    ['.5', 500],
    ['2.', 2000],
    ['1234567n', 1.234567],
    ['250u', 0.25],
    ['1e3', 1_000_000],
    ['1k', 1_000_000],
    ['-5m', -5],
    ['0', 0],
  ])('reads %s as %d millicores', (text, expected) => {
    expect(parseCpu(text)).toBe(expected);
  });

  it.each([
    ['128Mi', 134_217_728],
    ['1.5Gi', 1_610_612_736],
    ['2Gi', 2_147_483_648],
    ['1Ki', 1024],
    ['1Ti', 2 ** 40],
    ['1Pi', 2 ** 50],
    ['1Ei', 2 ** 60],
    ['1E', 1e18],
    ['1E3', 1000],
    ['1e-3', 0.001],
    ['500M', 500_000_000],
    ['1T', 1e12],
    ['1P', 1e15],
    ['128m', 0.128],
    ['536870912', 536_870_912],
  ])('reads %s as %d bytes', (text, expected) => {
    expect(parseMemory(text)).toBe(expected);
  });

  it.each([
    '',
    '.',
    'Mi',
    '1KI',
    '1mi',
    '1 Gi',
    ' 1',
    '1Gi ',
    '1.2.3',
    '1e',
    '0x10',
    '1_000',
    'NaN',
    'Infinity',
    '1m1',
    '9'.repeat(65),
  ])('takes %j for no quantity', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  it('writes what it can read again, for every whole number of millicores and bytes', () => {
    fc.assert(
      fc.property(fc.nat(100_000_000), (n) => {
        expect(parseCpu(formatCpu(n))).toBe(n);
      }),
    );
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => {
        expect(parseMemory(formatMemory(n))).toBe(n);
      }),
    );
  });

  it('agrees with plain arithmetic on every suffix', () => {
    const factor: Record<string, number> = {
      n: 1e-9,
      u: 1e-6,
      m: 1e-3,
      '': 1,
      k: 1e3,
      M: 1e6,
      G: 1e9,
      T: 1e12,
      P: 1e15,
      E: 1e18,
      Ki: 2 ** 10,
      Mi: 2 ** 20,
      Gi: 2 ** 30,
      Ti: 2 ** 40,
      Pi: 2 ** 50,
      Ei: 2 ** 60,
    };
    fc.assert(
      fc.property(fc.nat(9999), fc.nat(999), fc.constantFrom(...Object.keys(factor)), (whole, part, suffix) => {
        const text = `${whole}.${String(part).padStart(3, '0')}${suffix}`;
        const expected = (whole + part / 1000) * (factor[suffix] ?? Number.NaN);
        const got = parseQuantity(text) ?? Number.NaN;
        expect(Math.abs(got - expected)).toBeLessThanOrEqual(Math.abs(expected) * 1e-12);
      }),
    );
  });

  it.each([
    [500, '500m'],
    [2000, '2'],
    [0.2, '1m'],
    [0, '0'],
  ])('writes %d millicores as %s', (value, text) => {
    expect(formatCpu(value)).toBe(text);
  });

  it.each([
    [512 * 2 ** 20, '512Mi'],
    [1.5 * 2 ** 30, '1536Mi'],
    [1000, '1000'],
    [0, '0'],
  ])('writes %d bytes as %s', (value, text) => {
    expect(formatMemory(value)).toBe(text);
  });
});
