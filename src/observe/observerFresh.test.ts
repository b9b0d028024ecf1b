import { describe, expect, it } from 'vitest';
import { decide } from '../policy/decide.ts';
import { KINDS as KIND } from '../schema/kube.ts';
import { settle } from '../testing/manualClock.ts';
import { blueprint, deployment, manages } from '../testing/observedObjects.ts';
import { observing, scaleRequest } from '../testing/observedService.ts';
import { gateInput } from './gateInput.ts';
import type { ServiceView } from './serviceView.ts';

const verdict = (view: ServiceView, now: number) =>
  decide(gateInput(view, scaleRequest(3), { now, ownNamespace: 'agent-system' })).verdict;

describe('fresh', () => {
  it('reads the API server itself, past a watch that stands still', async () => {
    const { cluster, clock, observer, pass } = await observing();
    await pass();
    // What a watch that hangs does not deliver.
    cluster.watch = async function* () {
      await new Promise(() => {});
      yield { type: 'ended', gone: false, message: '' };
    };
    cluster.cut(KIND.Deployment);
    await settle();
    cluster.put(deployment({ replicas: 5, managedFields: [manages('kubectl', 'replicas', '2026-01-05T00:01:00Z')] }));
    await clock.advance(1_000);
    expect((await pass()).workload?.replicas).toBe(2);
    const fresh = await observer.fresh('shop', 'web');
    expect(fresh).toMatchObject({
      ok: true,
      value: {
        matches: 1,
        workload: { replicas: 5, ready: 2, at: clock.now(), foreignChanges: [{ from: '2', to: '5' }] },
      },
    });
  });

  it('weighs the newest reading against the fresh target, and leaves the history alone', async () => {
    const { observer, pass, clock, cluster } = await observing();
    await pass(0.95);
    const view = await pass(0.95);
    const before = observer.history('shop', 'web');
    await clock.advance(2_000);
    const calls = cluster.calls.length;
    const fresh = await observer.fresh('shop', 'web');
    if (!fresh.ok) throw new Error(fresh.error.message);
    expect(fresh.value.assessment?.recommendation).toEqual(view.assessment?.recommendation);
    expect(fresh.value.assessment?.recommendation).toMatchObject({ direction: 'up', started: true });
    expect(observer.history('shop', 'web')).toBe(before);
    expect(cluster.calls.slice(calls).every(({ verb }) => verb !== 'watch')).toBe(true);
    expect(cluster.calls.length - calls).toBe(14);
  });

  it('gives the same verdict as the pass at the same moment (P1)', async () => {
    const { observer, pass, clock } = await observing();
    await pass(0.95);
    const view = await pass(0.95);
    const fresh = await observer.fresh('shop', 'web');
    if (!fresh.ok) throw new Error(fresh.error.message);
    expect(verdict(fresh.value, clock.now())).toEqual(verdict(view, clock.now()));
  });

  it('fails whole when one read fails', async () => {
    for (const kind of [
      KIND.Blueprint,
      KIND.Deployment,
      KIND.CircuitBreaker,
      KIND.HorizontalPodAutoscaler,
      KIND.ClusterBlueprint,
    ]) {
      const { cluster, observer } = await observing();
      cluster.fail(kind, { message: 'down' });
      expect(await observer.fresh('shop', 'web')).toMatchObject({
        ok: false,
        error: { code: 'unavailable', message: 'down' },
      });
    }
  });

  it('says that there is no such blueprint', async () => {
    const { observer } = await observing();
    expect(await observer.fresh('shop', 'nobody')).toMatchObject({ ok: false, error: { code: 'notFound' } });
  });

  it('shows a target that is gone as no target', async () => {
    const { cluster, observer } = await observing();
    cluster.remove(KIND.Deployment, 'shop', 'web');
    expect(await observer.fresh('shop', 'web')).toMatchObject({ ok: true, value: { matches: 0 } });
  });

  it('sees an elder blueprint for the same target that no watch has told of', async () => {
    const { cluster, observer } = await observing();
    cluster.put(blueprint('elder', { target: { name: 'web' } }, '2025-01-01T00:00:00Z'));
    const fresh = await observer.fresh('shop', 'web');
    if (!fresh.ok) throw new Error(fresh.error.message);
    expect(fresh.value.blueprint).toBeUndefined();
    expect(fresh.value.faults?.[0]?.code).toBe('DuplicateTarget');
  });
});
