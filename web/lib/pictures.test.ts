import { describe, expect, it } from 'vitest';
import type { Series } from '../../src/schema/api/common.ts';
import { chartText, endOf, upperLimit, valueRange } from './chartScale.ts';
import { lineDiff } from './lineDiff.ts';
import { railCells, railText } from './railCells.ts';
import { href, placeOf, safeReturn } from './route.ts';

const NOW = Date.parse('2026-11-24T03:10:00Z');
const series: Series = {
  name: 'cpu',
  title: 'CPU',
  unit: 'percent',
  points: [
    [NOW - 1_800_000, 66],
    [NOW - 900_000, null],
    [NOW, 84],
  ],
  limits: [
    { name: 'limit', value: 80 },
    { name: 'target', value: 70 },
  ],
  now: '84%',
  over: true,
  source: 'metrics',
};

describe('charts', () => {
  it('say first value, last value and limit in a sentence', () => {
    expect(chartText(series, NOW)).toBe('CPU from 66% at 02:40 to 84% at 03:10; limit 80%, target 70%.');
  });

  it('hold where the trend leads to, in sight and in the sentence', () => {
    const to: [number, number] = [NOW + 600_000, 130];
    const going = { ...series, forecast: { points: [[NOW, 84], to] as [number, number][], text: 'It goes on.' } };
    expect(endOf(series)).toBe(NOW);
    expect(endOf(going)).toBe(to[0]);
    expect(valueRange(going)[1]).toBeGreaterThan(130);
    expect(chartText(going, NOW)).toMatch(/target 70%\. It goes on\.$/);
  });

  it('say that nothing was seen', () => {
    expect(chartText({ ...series, points: [] }, NOW)).toMatch(/no sample/);
  });

  it('always hold the limit that can be passed, and never a target as one', () => {
    const [low, high] = valueRange({ ...series, points: [[NOW, 3]] });
    expect(low).toBeLessThanOrEqual(3);
    expect(high).toBeGreaterThan(80);
    expect(upperLimit({ limits: [{ name: 'target', value: 70 }] })).toBeUndefined();
    const marks = [...series.limits, { name: 'down below', value: 40 }, { name: 'min', value: 2 }];
    expect(upperLimit({ limits: marks })).toBe(80);
  });
});

describe('the limit rail', () => {
  it('counts one cell per replica', () => {
    expect(railCells({ current: 2, min: 1, max: 3, asked: 4, ceiling: 5 })).toEqual([
      'run',
      'run',
      'ask',
      'ask',
      'slot',
    ]);
  });

  it('marks what would leave', () => {
    expect(railCells({ current: 3, min: 1, max: 3, asked: 1 })).toEqual(['run', 'leave', 'leave']);
  });

  it('gives up counting where nobody would', () => expect(railCells({ current: 40, min: 1, max: 60 })).toBeUndefined());

  it('says the same in a sentence', () => {
    expect(railText({ current: 5, min: 2, max: 5, asked: 6, ceiling: 12 })).toBe(
      '5 replicas run. The blueprint allows 2 to 5. This asks for 6. The organisation’s hard ceiling is 12.',
    );
  });
});

describe('lineDiff', () => {
  it('shows what left and what came, with its surroundings', () => {
    const lines = lineDiff('a\nb\nc\nd\nmax: 5\ne', 'a\nb\nc\nd\nmax: 6\ne', 1);
    expect(lines.map(({ sign, text }) => sign + text)).toEqual([' d', '-max: 5', '+max: 6', ' e']);
  });

  it('has nothing to show for the same text', () => {
    expect(lineDiff('a\nb', 'a\nb').filter(({ sign }) => sign !== ' ')).toEqual([]);
  });
});

describe('addresses', () => {
  it('come back as they were made, whatever is in a name', () => {
    const hash = href(['services', 'shop', 'a/b c?d'], { minutes: '60', empty: '' });
    expect(placeOf(hash)).toEqual({ page: 'services', rest: ['shop', 'a/b c?d'], query: { minutes: '60' } });
  });

  it('read a one-time link', () => {
    expect(placeOf('#/first-run?token=abc-_1').query['token']).toBe('abc-_1');
  });

  it('are the inbox when there is none', () => expect(placeOf('').page).toBe('approvals'));

  it.each([['https://evil.example'], ['#/login?back=x'], ['#//evil'], [undefined]])(
    'never return to %s outside',
    (to) => {
      expect(safeReturn(to)).toMatch(/^#\//);
      expect(safeReturn('#/approvals/shop/apr-1')).toBe('#/approvals/shop/apr-1');
    },
  );
});
