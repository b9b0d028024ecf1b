import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainLine, plainLines, visibleJson } from './plainText.ts';

const ESC = '\u001b';

describe('a line for people', () => {
  it.each([
    ['colours', `${ESC}[31mred${ESC}[0m`, 'red'],
    ['an erased line above', `${ESC}[1A${ESC}[2Kapproved`, 'approved'],
    ['a title and a link', `${ESC}]0;pwned\u0007a${ESC}]8;;https://evil.example${ESC}\\b`, 'ab'],
    ['an 8-bit sequence', '\u009b2Jx', 'x'],
    ['new lines of any kind', 'a\nb\r\nc\u2028d\u0085e\u000bf', 'a b c d e f'],
    ['bidirectional overrides', 'safe\u202e05 ot elacs', 'safe05 ot elacs'],
    ['letters of the tag block', `ok${String.fromCodePoint(0xe0064, 0xe0065)}`, 'ok'],
  ])('is without %s', (_, text, line) => {
    expect(plainLine(text, 100)).toBe(line);
  });

  it('is cut, and says so, without half a letter at its end', () => {
    expect(plainLine('x'.repeat(1_000_000), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(plainLine('😀'.repeat(20), 10)).toBe(`${'😀'.repeat(4)}…`);
    expect(plainLine('x'.repeat(10), 10)).toBe('x'.repeat(10));
  });
});

describe('lines for people', () => {
  it('keep their breaks and nothing else that moves a cursor', () => {
    expect(plainLines(`a${ESC}[2J\n  b\rc\u009b1mx\u202e\n`)).toBe('a\n  b cx\n');
  });
});

describe('visible JSON', () => {
  it('shows what is unseen and reads as the same value', () => {
    expect(visibleJson(JSON.stringify({ a: '\u009b\u202e\u{e0064}' }))).toBe('{"a":"\\u009b\\u202e\\udb40\\udc64"}');
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = visibleJson(JSON.stringify(value, null, 2));
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\u2028\u2029]/u);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(JSON.parse(visibleJson(JSON.stringify(value)))).toBe(value);
      }),
    );
  });
});
