import { describe, expect, it } from 'vitest';
import { observing } from '../testing/observedService.ts';

describe('an observer at rest', () => {
  it('has forgotten what passes saw, asks nobody for numbers, and begins anew with the next pass', async () => {
    const { observer, metrics, pass, clock } = await observing();
    await pass(0.9);
    await pass(0.9);
    const asked = metrics.asked.length;
    observer.rest();
    expect([observer.views(), observer.history('shop', 'web')]).toEqual([[], []]);
    await clock.advance(600_000);
    expect(metrics.asked).toHaveLength(asked);
    const view = await pass(0.6);
    expect(view.workload?.ready).toBe(2);
    expect(observer.history('shop', 'web')).toHaveLength(1);
  });

  it('goes on by what it saw when its own end cuts a pass short: that says nothing of the cluster', async () => {
    const { observer, metrics, pass, stop } = await observing();
    const seen = await pass(0.6);
    metrics.fault = 'throw';
    const passing = observer.pass();
    stop.abort();
    expect(await passing).toEqual([seen]);
    expect(observer.views()).toEqual([seen]);
  });
});
