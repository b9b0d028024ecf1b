import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../testing/manualClock.ts';
import { HealthCounter } from './health.ts';

describe('HealthCounter', () => {
  it('counts the last five minutes and forgets what is older', async () => {
    const clock = new ManualClock();
    const health = new HealthCounter(clock);
    for (let n = 0; n < 20; n += 1) health.count(n % 4 === 0);
    expect(health.read()).toEqual({ calls: 20, failures: 5 });
    await clock.advance(200_000);
    health.count(true);
    expect(health.read()).toEqual({ calls: 21, failures: 6 });
    await clock.advance(111_000);
    expect(health.read()).toEqual({ calls: 1, failures: 1 });
    await clock.advance(300_000);
    expect(health.read()).toEqual({ calls: 0, failures: 0 });
  });

  it('answers nothing before the first call', () => {
    expect(new HealthCounter(new ManualClock()).read()).toEqual({ calls: 0, failures: 0 });
  });
});
