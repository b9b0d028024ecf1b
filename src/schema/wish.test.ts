import { describe, expect, it } from 'vitest';
import { sentText } from './wish.ts';

describe('what was sent to a call that no tool takes', () => {
  it.each([
    { args: { sent: '{"service":"shop/web"}' }, kept: '{"service":"shop/web"}' },
    { args: { sent: 'not even JSON' }, kept: 'not even JSON' },
    { args: { service: 'shop/web', sent: 'x' }, kept: '{"service":"shop/web","sent":"x"}' },
    { args: { sent: 7 }, kept: '{"sent":7}' },
    { args: {}, kept: '{}' },
  ])('is kept as it came: $kept', ({ args, kept }) => {
    expect(sentText(args)).toBe(kept);
  });

  it('is cut to what a record takes', () => {
    expect(sentText({ sent: 'x'.repeat(3_000) })).toHaveLength(2_000);
  });
});
