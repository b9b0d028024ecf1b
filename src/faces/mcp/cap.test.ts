import { describe, expect, it } from 'vitest';
import { capped, cutWords, MOST_DATA } from './cap.ts';

describe('an answer within the limit', () => {
  it('stays as it is', () => {
    const data = { rows: [1, 2], next: 'c' };
    expect(capped(data)).toEqual(data);
  });

  it('says what was left out of it, and offers no way on that would skip that', () => {
    const data = { rows: Array.from({ length: 100 }, (_, n) => `${n} ${'x'.repeat(400)}`), next: 'c' };
    const told = capped(data);
    expect(JSON.stringify(told).length).toBeLessThanOrEqual(MOST_DATA);
    expect(told).toMatchObject({ left_out: expect.stringContaining('cut at their ends') });
    expect(told).not.toHaveProperty('next');
  });

  it('cannot be told where no list can be cut', () => {
    expect(capped({ text: 'x'.repeat(MOST_DATA) })).toBeUndefined();
  });
});

describe('words within a limit', () => {
  it.each([
    ['short', 'short'],
    ['ours and «theirs» and more', 'ours and «theirs» an\n… (cut)'],
    ['ours and «theirs that goes on»', 'ours and «theirs tha…»\n… (cut)'],
    [`${'x'.repeat(19)}🚀`, `${'x'.repeat(19)}\n… (cut)`],
  ])('%j', (text, told) => {
    expect(cutWords(text, 20)).toBe(told);
  });
});
