import { describe, expect, it } from 'vitest';
import { KINDS } from '../schema/kube.ts';
import { ManualClock, settle } from '../testing/manualClock.ts';
import { blueprint, deployment } from '../testing/observedObjects.ts';
import { worldPort } from '../world/port.ts';
import { World } from '../world/world.ts';
import { Observer } from './observer.ts';

/** The Observer over the embedded cluster, whose controllers make ReplicaSets, pods and metrics of their own. */
async function open() {
  const clock = new ManualClock();
  const world = new World({ clock, seed: 7 });
  const { metadata, spec, ...web } = deployment({ replicas: 2 });
  const { name, namespace = 'shop', labels = {} } = metadata;
  world.apply({ ...web, metadata: { name, namespace, labels }, spec }, 'helm');
  world.apply(blueprint());
  world.setLoad('shop/web', { rps: 85, cpu_m_per_rps: 10, cpu_m_idle: 0 });
  const { reader, metrics, cutWatches } = worldPort(world);
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const observer = new Observer({ reader, metrics, clock, log, ownNamespace: 'agent-system' });
  const stop = new AbortController();
  await observer.start(stop.signal);
  const pass = async (ms = 15_000) => {
    await clock.advance(ms);
    world.settle();
    await settle();
    const [view] = await observer.pass();
    if (view === undefined) throw new Error('no view');
    return view;
  };
  return { world, observer, pass, cutWatches };
}

describe('the Observer over the embedded cluster', () => {
  it('sees two ready pods at 85% of their requests, and what to do about it (scenario 1)', async () => {
    const { pass, observer } = await open();
    await pass(60_000);
    await pass();
    const view = await pass();
    expect(view.problems).toBeUndefined();
    expect(view.workload).toMatchObject({
      ready: 2,
      replicas: 2,
      requests: { cpu: 500 },
      rollout: { underWay: false },
    });
    expect(view.assessment?.signals.find(({ name }) => name === 'cpu')?.value).toBeCloseTo(0.85, 1);
    expect(view.assessment?.recommendation).toMatchObject({ direction: 'up', replicas: 3, started: true });
    const fresh = await observer.fresh('shop', 'web');
    expect(fresh.ok && fresh.value.assessment?.recommendation).toEqual(view.assessment?.recommendation);
  });

  it('follows a rollout from its beginning to its end', async () => {
    const { world, pass } = await open();
    await pass(60_000);
    world.edit(
      KINDS.Deployment,
      'shop',
      'web',
      (draft) => {
        const spec = deployment({ image: 'web:2' }).spec;
        draft.spec = spec;
      },
      'kubectl-edit',
    );
    const during = await pass(100);
    expect(during.workload?.rollout.underWay).toBe(true);
    expect(during.workload?.foreignChanges).toMatchObject([
      { field: 'template', manager: 'kubectl-edit', from: 'web:1', to: 'web:2' },
    ]);
    const after = await pass(60_000);
    expect(after.workload?.rollout).toMatchObject({ underWay: false, newPods: 0 });
    expect(after.workload?.rollout.completedAt).toBe(after.workload?.at);
    expect(after.workload?.image).toBe('web:2');
  });

  it('sees pods that cannot pull their image, pass after pass', async () => {
    const { world, pass } = await open();
    await pass(60_000);
    world.edit(KINDS.Deployment, 'shop', 'web', (draft) => {
      draft.spec = deployment({ image: 'bad:1' }).spec;
    });
    await pass(30_000);
    await pass();
    const view = await pass();
    expect(view.workload?.rollout).toMatchObject({ underWay: true, newPodsReady: 0 });
    expect(view.workload?.rollout.newPodsFailing).toBeGreaterThan(0);
    expect(view.workload?.rollout.failingPasses).toBeGreaterThanOrEqual(2);
    expect(view.workload?.ready).toBe(2);
  });

  it('sees what a person did by hand, also across cut watches', async () => {
    const { world, pass, cutWatches } = await open();
    await pass(60_000);
    cutWatches();
    world.scaleByHand('shop/web', 5);
    const view = await pass();
    expect(view.workload).toMatchObject({
      replicas: 5,
      foreignChanges: [{ field: 'replicas', manager: 'kubectl', from: '2', to: '5' }],
    });
  });

  it('shows a Deployment on its way out, and then none', async () => {
    const { world, pass } = await open();
    await pass(60_000);
    world.remove(KINDS.Deployment, 'shop', 'web', { afterMs: 20_000 });
    expect(await pass(1_000)).toMatchObject({ matches: 0, workload: { deleting: true } });
    const gone = await pass(60_000);
    expect(gone.workload).toBeUndefined();
    expect(gone.matches).toBe(0);
  });
});
