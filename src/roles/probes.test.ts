import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manualClock.ts';
import { Probes } from './probes.ts';

const call = (status?: number) => ({ method: 'GET', host: 'h', ms: 1, ...(status !== undefined && { status }) });

function started(): { clock: ManualClock; probes: Probes } {
  const clock = new ManualClock();
  const probes = new Probes(clock);
  probes.looked();
  return { clock, probes };
}

describe('probes', () => {
  it('say that it is not started before the services were looked at', () => {
    const probes = new Probes(new ManualClock());
    expect([probes.started().ok, probes.ready().ok]).toEqual([false, false]);
    probes.looked();
    expect([probes.started().ok, probes.ready().ok]).toEqual([true, true]);
  });

  it('say that it is not ready while no call has been answered for longer than a sample may be old', async () => {
    const { clock, probes } = started();
    probes.called(call());
    await clock.advance(45_000);
    probes.called(call());
    expect(probes.ready().ok).toBe(true);
    await clock.advance(1);
    expect(probes.ready()).toEqual({ ok: false, why: 'the API server has not answered for 45 s' });
    expect(probes.started().ok).toBe(true);
    probes.called(call(200));
    expect(probes.ready().ok).toBe(true);
  });

  it.each([401, 403, 404, 409, 429, 500, 503])('take %d for an answer', async (status) => {
    const { clock, probes } = started();
    probes.called(call());
    await clock.advance(44_000);
    probes.called(call(status));
    await clock.advance(60_000);
    expect(probes.ready().ok).toBe(true);
  });

  it('stay ready while nobody calls: a quiet cluster is no dead one', async () => {
    const { clock, probes } = started();
    await clock.advance(3_600_000);
    expect(probes.ready().ok).toBe(true);
  });

  it('say that it is not ready once it is stopping', () => {
    const { probes } = started();
    probes.stopping();
    expect(probes.ready()).toEqual({ ok: false, why: 'stopping' });
  });
});
