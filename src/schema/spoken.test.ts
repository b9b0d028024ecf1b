import { expect, it } from 'vitest';
import { Hold } from './counters.ts';
import { spoken } from './spoken.ts';
import { sentText } from './wish.ts';

it('keeps within a record what taking a secret out has lengthened', () => {
  const words = `${'x'.repeat(490)} pwd=a b`;
  const reason = spoken(`  ${words}  `, 500);
  expect(reason).toMatch(/x pwd=\[red…$/);
  expect(Hold.safeParse({ kind: 'stop', what: 'all', by: 'ada', reason, at: '2026-01-05T00:00:00Z' }).success).toBe(
    true,
  );
});

it('leaves an ordinary reason as it is', () => {
  expect(spoken(' the sale begins ', 500)).toBe('the sale begins');
});

it('takes what looks like a secret out of what was sent to a call that no tool takes', () => {
  const text = sentText({ service: 'shop/web', note: 'token=abcdef123456', reason: 'as told: password=hunter22' });
  expect(text).not.toMatch(/abcdef123456|hunter22/);
  expect(text).toContain('shop/web');
});
