import { describe, expect, it } from 'vitest';
import { settledRows } from './queueOrder.ts';

const row = (name: string) => ({ namespace: 'shop', name });

describe('settledRows', () => {
  it('shows everything at first', () => {
    expect(settledRows([], [row('a'), row('b')]).rows.map(({ key }) => key)).toEqual(['shop/a', 'shop/b']);
  });

  it('keeps the order that is shown, and lets new ones wait', () => {
    const { rows, fresh } = settledRows(['shop/b', 'shop/a'], [row('c'), row('a'), row('b')]);
    expect(rows.map(({ key }) => key)).toEqual(['shop/b', 'shop/a']);
    expect(fresh).toBe(1);
  });

  it('keeps the place of a row that is gone', () => {
    const { rows } = settledRows(['shop/a', 'shop/b'], [row('b')]);
    expect(rows.map(({ item }) => item?.name)).toEqual([undefined, 'b']);
  });
});
