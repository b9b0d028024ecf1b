import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counted, limitText, shortHash, valueText } from './format.ts';

const number = (text: string): number => Number(text.replaceAll(',', '').replace(/(%| ms| \/s)$/, ''));

describe('valueText', () => {
  it.each([
    ['a whole value stays short', 84, 'percent', [80], '84%'],
    ['just over its limit keeps the digits that show it', 80.04, 'percent', [80], '80.04%'],
    ['just under its limit is not rounded up to it', 79.96, 'percent', [80], '79.96%'],
    ['a half is rounded one way only', 186.85, 'percent', [186.857], '186.8%'],
    ['exactly the limit is the limit', 80, 'percent', [80], '80%'],
    ['a small share keeps two digits', 0.412, 'percent', [1], '0.41%'],
    ['thousands are grouped', 1148.3, 'per-second', [], '1,148 /s'],
    ['milliseconds have their unit', 236.4, 'ms', [200], '236 ms'],
    ['replicas are a count', 5, 'replicas', [5], '5'],
  ] as const)('%s', (_, value, unit, limits, text) => expect(valueText(value, unit, limits)).toBe(text));

  it('never puts a value on the other side of its limit', () => {
    const thousandth = fc.integer({ min: 0, max: 2_000_000 }).map((value) => value / 1000);
    fc.assert(
      fc.property(thousandth, thousandth, fc.constantFrom('percent', 'ms', 'per-second'), (value, limit, unit) => {
        expect(Math.sign(number(valueText(value, unit, [limit])) - limit)).toBe(Math.sign(value - limit));
      }),
    );
  });

  it('writes a limit as it was written down', () => {
    expect(limitText(0.5, 'percent')).toBe('0.5%');
    expect(limitText(200, 'ms')).toBe('200 ms');
  });
});

describe('words', () => {
  it('counts in one and many', () => {
    expect([counted(1, 'record'), counted(18_204, 'record')]).toEqual(['1 record', '18,204 records']);
  });

  it('shortens a hash in the middle and leaves a short one alone', () => {
    expect(shortHash('sha256:9c41e07b52aa0c13d7f0b86e5f2a5d12')).toBe('9c41 e07b 52aa … 5d12');
    expect(shortHash('3fb291c7')).toBe('3fb291c7');
  });
});
