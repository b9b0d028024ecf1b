import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelBudget } from './modelBudget.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const budget = (): ModelBudget => new ModelBudget({ tokensPerHour: 10_000, tokensPerHourAndService: 4_000 });

describe('the hourly tokens', () => {
  it('are taken before they are spent, and what was not used comes back', () => {
    const tokens = budget();
    const taken = tokens.take('shop/web', 3_000, 0);
    expect(tokens.take('shop/web', 2_000, 0)).toEqual({
      ok: false,
      error: 'the hourly tokens of shop/web are used up: 3000 of 4000 spent, the next exchange may need 2000',
    });
    if (taken.ok) tokens.settle(taken.value, 1_200);
    expect(tokens.spent(0)).toBe(1_200);
    expect(tokens.take('shop/web', 2_000, 0).ok).toBe(true);
  });

  it('of one service end at its own limit, the others go on; those of all end for everybody', () => {
    const tokens = budget();
    for (const service of ['shop/a', 'shop/b']) {
      expect(tokens.take(service, 4_000, 0).ok).toBe(true);
      expect(tokens.take(service, 1, 0)).toMatchObject({ ok: false });
    }
    expect(tokens.take('shop/c', 2_000, 0).ok).toBe(true);
    expect(tokens.take('shop/d', 1, 0)).toMatchObject({ error: expect.stringContaining('all services together') });
  });

  it('come back when their hour is over, to the minute', () => {
    const tokens = budget();
    tokens.take('shop/web', 4_000, 30_000);
    expect(tokens.take('shop/web', 1, HOUR + 30_000).ok).toBe(false);
    expect(tokens.take('shop/web', 1, HOUR + MINUTE).ok).toBe(true);
    expect(tokens.spent(HOUR + MINUTE, 'shop/web')).toBe(1);
  });

  it('count what was used beyond what was put aside', () => {
    const tokens = budget();
    const taken = tokens.take('shop/web', 100, 0);
    if (taken.ok) tokens.settle(taken.value, 50_000);
    expect(tokens.take('shop/other', 1, 0).ok).toBe(false);
  });

  it('are never passed in any hour, whatever is asked for and when', () => {
    const asks = fc.array(
      fc.record({ service: fc.constantFrom('a', 'b', 'c'), tokens: fc.nat(5_000), after: fc.nat(HOUR / 4) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(asks, (list) => {
        const tokens = budget();
        const given: { at: number; service: string; tokens: number }[] = [];
        let now = 0;
        for (const ask of list) {
          now += ask.after;
          if (tokens.take(ask.service, ask.tokens, now).ok) given.push({ at: now, ...ask });
          const hour = given.filter(({ at }) => at > now - HOUR);
          const sum = (of: typeof given): number => of.reduce((total, one) => total + one.tokens, 0);
          expect(sum(hour)).toBeLessThanOrEqual(10_000);
          expect(sum(hour.filter(({ service }) => service === ask.service))).toBeLessThanOrEqual(4_000);
        }
      }),
    );
  });
});
