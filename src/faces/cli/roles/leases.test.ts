import { describe, expect, it } from 'vitest';
import { Leases } from './leases.ts';

function stage(answers: boolean[]) {
  const said: string[] = [];
  let released = 0;
  let held = false;
  const lease = {
    hold: () => {
      held = answers.shift() ?? false;
      return Promise.resolve(held);
    },
    isHeld: () => held,
    release: () => {
      released += 1;
      held = false;
      return Promise.resolve();
    },
  };
  const leases = new Leases(new Map([['executor', lease] as const]), { err: (text) => void said.push(text) });
  const lapse = (): void => {
    held = false;
  };
  return { leases, said, released: () => released, lapse };
}

describe('leases', () => {
  it('holds nothing before the first renewal', () => {
    const { leases } = stage([true]);
    expect([leases.held('executor'), leases.heldAny()]).toEqual([false, false]);
  });

  it('says nothing while it holds all', async () => {
    const { leases, said } = stage([true, true]);
    await leases.keep();
    await leases.keep();
    expect([leases.held('executor'), leases.heldAny()]).toEqual([true, true]);
    expect(said).toEqual([]);
  });

  it('says once that it stands by, and that it took over', async () => {
    const { leases, said } = stage([false, false, true, true]);
    for (let n = 0; n < 2; n += 1) await leases.keep();
    expect(leases.held('executor')).toBe(false);
    for (let n = 0; n < 2; n += 1) await leases.keep();
    expect(leases.held('executor')).toBe(true);
    expect(said).toEqual([expect.stringMatching(/standing by/), expect.stringMatching(/took over/)]);
  });

  it('does not go by the last answer: what has run out since is not held', async () => {
    const { leases, lapse } = stage([true]);
    await leases.keep();
    lapse();
    expect([leases.held('executor'), leases.heldAny()]).toEqual([false, false]);
  });

  it('acts no more once it lost a lease or gave it up', async () => {
    const { leases, said, released } = stage([true, false, true]);
    await leases.keep();
    await leases.keep();
    expect(leases.held('executor')).toBe(false);
    expect(said).toHaveLength(1);
    await leases.keep();
    await leases.release();
    expect(leases.held('executor')).toBe(false);
    expect(released()).toBe(1);
  });
});
