import { describe, expect, it } from 'vitest';
import { GrowingText } from './growingText.ts';

/** What stands on the screen after each step. */
function shown(steps: readonly string[], end?: string): readonly string[] {
  let screen = '';
  const text = new GrowingText((piece) => {
    screen += piece;
  });
  const after = steps.map((step) => {
    text.grown(step);
    return screen;
  });
  text.ended(end);
  return [...after, screen];
}

describe('text that grows', () => {
  it('is shown by whole words, and to its end when it has one', () => {
    expect(shown(['we', 'web i', 'web is', 'web is w'], 'web is well')).toEqual([
      '',
      'web',
      'web',
      'web is',
      'web is well',
    ]);
  });

  it('keeps its lines, and nothing before or after them', () => {
    expect(shown(['\n web\n- is ', '\n web\n- is\n\n'], '\n web\n- is\n\nwell\n').at(-1)).toBe('web\n- is\n\nwell');
  });

  it('is not shown to the end when it came to none', () => {
    expect(shown(['web is w']).at(-1)).toBe('web is');
  });

  it.each([
    ['a clear screen', 'web \u001b[2J\u001b]0;owned\u0007is well'],
    ['letters that turn around', 'web \u202eis well\u202c'],
    ['a line that is written over', 'web \ris well'],
  ])('draws nothing: %s', (_, text) => {
    const steps = [...text].map((_letter, n) => text.slice(0, n));
    const screens = shown(steps, text);
    for (const screen of screens) expect('web is well'.startsWith(screen.replace(/ +/g, ' '))).toBe(true);
    expect(screens.join('')).toMatch(/^[a-z ]*$/);
  });

  it('stops when what was shown turns out to be another thing, and shows nothing any more', () => {
    expect(shown(['it is basic x', 'it is [redacted] and so ', 'it is basic xyz and '], 'it is basic')).toEqual([
      'it is basic',
      'it is basic',
      'it is basic',
      'it is basic',
    ]);
  });
});
