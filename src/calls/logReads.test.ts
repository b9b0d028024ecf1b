import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tail } from './logReads.ts';

describe('the end of a log', () => {
  it.each([
    ['one that fits is whole', 'a\nb\n', 20, 'a\nb\n'],
    ['one that does not begins with a whole line', 'first line\nsecond\nthird\n', 20, '…second\nthird\n'],
    ['a single line is cut within', `${'x'.repeat(40)} the end`, 12, '…xxxx the end'],
    ['what JSON escapes counts as it is written', `${'"'.repeat(40)}end`, 11, '…""""end'],
  ])('%s', (_, text, max, shown) => expect(tail(text, max)).toBe(shown));

  it('is always the newest, and never longer than it may be', () => {
    const log = fc
      .array(fc.string({ unit: fc.constantFrom('a', '"', '\\', '\u0001', 'é', '\t') }))
      .map((l) => l.join('\n'));
    fc.assert(
      fc.property(log, fc.integer({ min: 10, max: 200 }), (text, max) => {
        const shown = tail(text, max);
        expect(JSON.stringify(shown.replace(/^…/, '')).length - 2).toBeLessThanOrEqual(max);
        expect(text.endsWith(shown.replace(/^…/, ''))).toBe(true);
      }),
    );
  });
});
