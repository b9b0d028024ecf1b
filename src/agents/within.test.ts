import { describe, expect, it } from 'vitest';
import { ManualClock, settle } from '../testing/manualClock.ts';
import { within } from './within.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe('within', () => {
  it('gives the value of work that settles in time', async () => {
    expect(await within(new ManualClock(), 1000, new AbortController().signal, async () => 7)).toEqual({
      kind: 'done',
      value: 7,
    });
  });

  it('ends work that ignores its signal when time is up, and tells it', async () => {
    const clock = new ManualClock();
    let told = false;
    const ended = within(clock, 1000, new AbortController().signal, (signal) => {
      signal.addEventListener('abort', () => {
        told = true;
      });
      return never();
    });
    await clock.advance(999);
    expect(told).toBe(false);
    await clock.advance(1);
    expect(await ended).toEqual({ kind: 'time' });
    expect(told).toBe(true);
  });

  it('ends when the caller aborts, before or during the work', async () => {
    const stop = new AbortController();
    const ended = within(new ManualClock(), 1000, stop.signal, never);
    await settle();
    stop.abort();
    expect(await ended).toEqual({ kind: 'aborted' });
    let ran = false;
    expect(
      await within(new ManualClock(), 1000, stop.signal, async () => {
        ran = true;
      }),
    ).toEqual({ kind: 'aborted' });
    expect(ran).toBe(false);
  });

  it('passes a rejection on, also one thrown at once', async () => {
    const { signal } = new AbortController();
    await expect(within(new ManualClock(), 1, signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(
      within(new ManualClock(), 1, signal, () => {
        throw new Error('at once');
      }),
    ).rejects.toThrow('at once');
  });

  it('drops what comes after its end', async () => {
    const clock = new ManualClock();
    let fail = (_: Error): void => undefined;
    const ended = within(
      clock,
      10,
      new AbortController().signal,
      () =>
        new Promise<never>((_, reject) => {
          fail = reject;
        }),
    );
    await clock.advance(10);
    expect(await ended).toEqual({ kind: 'time' });
    fail(new Error('late'));
    await settle();
  });
});
