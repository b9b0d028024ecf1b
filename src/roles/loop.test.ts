import { describe, expect, it } from 'vitest';
import { ManualClock, settle } from '../testing/manualClock.ts';
import { Loop } from './loop.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

function start(look: (now: number) => Promise<{ againAt?: number }>) {
  const clock = new ManualClock(0);
  const errors: object[] = [];
  const log = { ...silent, error: (fields: object) => void errors.push(fields) };
  const loop = new Loop({ clock, log, look: () => look(clock.now()), intervalMs: 15_000 });
  const stop = new AbortController();
  const ended = loop.run(stop.signal);
  return { clock, loop, stop, ended, errors };
}

describe('loop', () => {
  it('looks at once and then at every interval', async () => {
    const seen: number[] = [];
    const { clock, stop, ended } = start(async (now) => {
      seen.push(now);
      return {};
    });
    await clock.advance(31_000);
    stop.abort();
    await ended;
    expect(seen).toEqual([0, 15_000, 30_000]);
  });

  it('looks earlier when a look asked for it, never later than the interval', async () => {
    const seen: number[] = [];
    const { clock, stop, ended } = start(async (now) => {
      seen.push(now);
      return { againAt: now + (seen.length === 1 ? 4_000 : 99_000) };
    });
    await clock.advance(20_000);
    stop.abort();
    await ended;
    expect(seen).toEqual([0, 4_000, 19_000]);
  });

  it('turns many wakes during one look into one more look', async () => {
    let looks = 0;
    let release: () => void = () => {};
    const { clock, loop, stop, ended } = start(async () => {
      looks += 1;
      if (looks === 1) await new Promise<void>((resolve) => (release = resolve));
      return {};
    });
    await settle();
    for (let i = 0; i < 100; i += 1) loop.wake();
    release();
    await clock.advance(1_000);
    stop.abort();
    await ended;
    expect(looks).toBe(2);
  });

  it('ends with the look during which the signal came, and does not rest first', async () => {
    const stopping = new AbortController();
    const clock = new ManualClock(0);
    const look = async (): Promise<object> => {
      stopping.abort();
      return {};
    };
    await new Loop({ clock, log: silent, look, intervalMs: 15_000 }).run(stopping.signal);
    expect(clock.now()).toBe(0);
  });

  it('goes on after a look that threw, and says so', async () => {
    let looks = 0;
    const { clock, stop, ended, errors } = start(async () => {
      looks += 1;
      if (looks === 1) throw new Error('boom');
      return {};
    });
    await clock.advance(15_000);
    stop.abort();
    await ended;
    expect(looks).toBe(2);
    expect(errors).toHaveLength(1);
  });
});
