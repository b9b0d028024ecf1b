import { describe, expect, it } from 'vitest';
import { systemClock } from './systemClock.ts';
import { systemIds } from './systemIds.ts';

describe('systemClock', () => {
  it('sleeps at least as long as asked, by its own time', async () => {
    const before = systemClock.now();
    await systemClock.sleep(20);
    // Timers count on another clock than `now`; they may differ by a millisecond.
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(19);
  });

  it('wakes at once when the signal aborts, and does not sleep when it already has', async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(3_600_000, stop.signal);
    stop.abort();
    await sleeping;
    await systemClock.sleep(3_600_000, stop.signal);
    expect(stop.signal.aborted).toBe(true);
  });

  it('does not wake early from a wait longer than a timer holds', async () => {
    const stop = new AbortController();
    let woke = false;
    const sleeping = systemClock.sleep(90 * 86_400_000, stop.signal).then(() => {
      woke = true;
    });
    await systemClock.sleep(20);
    expect(woke).toBe(false);
    stop.abort();
    await sleeping;
  });
});

describe('systemIds', () => {
  it('gives ten characters that fit a Kubernetes name, and never the same twice', () => {
    const ids = Array.from({ length: 2_000 }, () => systemIds.fresh());
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]{10}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives numbers in [0, 1) that spread', () => {
    const numbers = Array.from({ length: 2_000 }, () => systemIds.random());
    for (const n of numbers) expect(n >= 0 && n < 1).toBe(true);
    const mean = numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
    expect(mean).toBeGreaterThan(0.4);
    expect(mean).toBeLessThan(0.6);
  });
});
