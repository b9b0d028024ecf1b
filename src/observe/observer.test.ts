import { describe, expect, it } from 'vitest';
import { decide } from '../policy/decide.ts';
import { KINDS as KIND, type KubeObject } from '../schema/kube.ts';
import { FakeCluster } from '../testing/fakeCluster.ts';
import { FakeMetrics } from '../testing/fakeMetrics.ts';
import { settle } from '../testing/manualClock.ts';
import { blueprint, deployment, manages, pod, replicaSet } from '../testing/observedObjects.ts';
import { observing, scaleRequest, service } from '../testing/observedService.ts';
import { gateInput } from './gateInput.ts';
import { Observer } from './observer.ts';
import type { ServiceView } from './serviceView.ts';

const verdict = (view: ServiceView, now: number) =>
  decide(gateInput(view, scaleRequest(3), { now, ownNamespace: 'agent-system' })).verdict;

function breaker(namespace: string, name: string, holds: readonly object[], status?: object): KubeObject {
  return {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind: 'CircuitBreaker',
    metadata: { name, namespace },
    spec: { holds },
    ...(status && { status }),
  };
}

const WROTE = {
  id: 'web-1.0',
  decision: 'web-1',
  did: 'scale 1 to 2',
  before: '1',
  after: '2',
  at: '2026-01-05T00:00:00Z',
  log: 'unlogged',
  undo: false,
};

describe('start', () => {
  it('opens a watch of every kind without the platform taking them for a leak', async () => {
    const warned: Error[] = [];
    const hear = (warning: Error): unknown => warned.push(warning);
    process.on('warning', hear);
    const { cluster } = await observing();
    await settle();
    process.off('warning', hear);
    expect(cluster.calls.filter(({ verb }) => verb === 'watch').length).toBeGreaterThanOrEqual(10);
    expect(warned.map(({ message }) => message)).toEqual([]);
  });
});

describe('a pass', () => {
  it('sees a whole service, and asks the cluster for nothing beyond its watches', async () => {
    const { cluster, observer, pass, metrics } = await observing();
    const before = cluster.calls.length;
    const view = await pass(0.6);
    expect(view).toMatchObject({ namespace: 'shop', name: 'web', matches: 1, workload: { ready: 2, replicas: 2 } });
    expect(view.assessment?.signals.find(({ name }) => name === 'cpu')?.value).toBeCloseTo(0.6);
    expect(view.counters).toBeDefined();
    expect(view.holds).toEqual([]);
    expect(view.problems).toBeUndefined();
    expect(cluster.calls.length, 'watches and the metrics read only').toBe(before);
    expect(metrics.asked).toHaveLength(1);
    expect(observer.views()).toEqual([view]);
  });

  it('reads the metrics of all services together, and only of those that are there and governed', async () => {
    const { observer, metrics } = await observing((cluster) => {
      service(cluster);
      cluster.put(deployment({ name: 'api' }));
      cluster.put(blueprint('api'));
      cluster.put(blueprint('gone'));
      cluster.put(blueprint('bad', { scaling: { min_replicas: 9, max_replicas: 1 } }));
    });
    const views = await observer.pass();
    expect(views.map(({ name }) => name).sort()).toEqual(['api', 'bad', 'gone', 'web']);
    expect(metrics.asked.map((targets) => targets.map((target) => target.deployment).sort())).toEqual([['api', 'web']]);
    expect(views.find(({ name }) => name === 'bad')?.faults?.length).toBeGreaterThan(0);
    expect(views.find(({ name }) => name === 'gone')).toMatchObject({ matches: 0 });
  });

  it('is blind to a service that makes no sense, and to no other', async () => {
    const { observer } = await observing((cluster) => {
      service(cluster);
      const odd = deployment({ name: 'odd', uid: 'odd-uid' });
      // No API server sends this; whatever else surprises the code has to stay as small.
      Object.assign(odd.metadata, { managedFields: 'text' });
      cluster.put(odd);
      cluster.put(blueprint('odd'));
    });
    const views = await observer.pass();
    expect(views.find(({ name }) => name === 'web')?.workload?.ready).toBe(2);
    expect(views.find(({ name }) => name === 'odd')).toMatchObject({ matches: 0, problems: [expect.any(String)] });
  });

  it('extends the history by one point, also when it was asked for twice at once', async () => {
    const { observer, pass } = await observing();
    await pass();
    await Promise.all([observer.pass(), observer.pass()]);
    await pass();
    const history = observer.history('shop', 'web');
    expect(history.map(({ at }) => at)).toEqual([...new Set(history.map(({ at }) => at))]);
    expect(history.length).toBe(2);
    expect(observer.history('shop', 'nobody')).toEqual([]);
  });

  it('starts the history anew for another uid of the same name', async () => {
    const { cluster, observer, pass } = await observing();
    await pass();
    await pass();
    cluster.remove(KIND.Deployment, 'shop', 'web');
    cluster.put(deployment({ uid: 'another' }));
    await settle();
    await pass();
    expect(observer.history('shop', 'web')).toHaveLength(1);
  });

  it('shows a target on its way out as no target, without an assessment (field case 7)', async () => {
    const { cluster, pass } = await observing();
    cluster.put(deployment({ deletionTimestamp: '2026-01-05T00:00:00Z' }));
    await settle();
    const view = await pass(0.95);
    expect(view).toMatchObject({ matches: 0, workload: { deleting: true } });
    expect(view.assessment).toBeUndefined();
  });

  it('makes nothing of a thousand events without a change (field case 8)', async () => {
    const { cluster, observer, pass } = await observing();
    const told: string[] = [];
    observer.onChange((kind) => told.push(kind));
    const before = await pass();
    const web = cluster.put(deployment({ managedFields: [manages('kubectl', 'replicas', '2026-01-05T00:00:00Z')] }));
    for (let i = 0; i < 1000; i += 1) cluster.send({ type: 'modified', object: web });
    await settle();
    const after = await pass();
    expect(told).toEqual(['Deployment']);
    expect(after.workload?.foreignChanges).toEqual([]);
    expect(after.assessment?.recommendation).toEqual(before.assessment?.recommendation);
  });

  it('sees that somebody else scaled, and that a rollout fails for two passes', async () => {
    const { cluster, pass } = await observing();
    await pass();
    const managedFields = [manages('kubectl', 'replicas', '2026-01-05T00:00:15Z')];
    const web = cluster.put(deployment({ replicas: 3, image: 'web:2', managedFields }));
    cluster.put(replicaSet(web, 2, 'web:2', 1));
    const waiting = {
      containerStatuses: [{ name: 'app', restartCount: 0, state: { waiting: { reason: 'ErrImagePull' } } }],
    };
    cluster.put(pod(replicaSet(web, 2, 'web:2'), 0, { ready: false, status: waiting }));
    await settle();
    const first = await pass();
    expect(first.workload?.foreignChanges).toMatchObject([
      { field: 'replicas', manager: 'kubectl', from: '2', to: '3' },
      { field: 'template' },
    ]);
    expect(first.workload?.rollout).toMatchObject({ underWay: true, newPodsFailing: 1, failingPasses: 1 });
    expect((await pass()).workload?.rollout.failingPasses).toBe(2);
    expect((await pass()).workload?.rollout.failingPasses).toBe(3);
  });
});

describe('what cannot be read is missing, and the gate refuses to guess', () => {
  it('decides normally when all can be read', async () => {
    const { clock, pass } = await observing();
    await pass(0.95);
    expect(verdict(await pass(0.95), clock.now())).toMatchObject({ authority: 'allowed' });
  });

  it.each([
    ['HorizontalPodAutoscaler', KIND.HorizontalPodAutoscaler],
    ['Pod', KIND.Pod],
    ['Deployment', KIND.Deployment],
  ])('knows no workload while %s was never read', async (name, kind) => {
    const { clock, pass } = await observing((cluster) => {
      service(cluster);
      cluster.fail(kind, { code: 'denied', message: 'forbidden' });
    });
    const view = await pass(0.95);
    expect(view.workload).toBeUndefined();
    expect(view.problems?.join()).toContain(`${name}: never read (forbidden)`);
    expect(verdict(view, clock.now()).authority).toBe('forbidden');
  });

  it('forgets what it has not heard of for 45 s', async () => {
    const { cluster, pass } = await observing();
    await pass();
    cluster.fail(KIND.Pod);
    expect((await pass()).workload).toBeDefined();
    await pass();
    expect((await pass()).workload, '45 s').toBeDefined();
    const blind = await pass();
    expect(blind.workload, '60 s').toBeUndefined();
    expect(blind.problems?.join()).toContain('Pod: not heard for 60 s (connection refused)');
    cluster.mend(KIND.Pod);
    await pass();
    await pass();
    expect((await pass()).workload).toBeDefined();
  });

  it('has no counters and no holds while circuit breakers cannot be read', async () => {
    const { clock, pass } = await observing((cluster) => {
      service(cluster);
      cluster.fail(KIND.CircuitBreaker);
    });
    const view = await pass(0.95);
    expect([view.counters, view.holds]).toEqual([undefined, undefined]);
    expect(verdict(view, clock.now()).wait).toBeDefined();
  });

  it('has no global rules until they were read, and none when they were never good', async () => {
    const { cluster, pass } = await observing((c) => {
      service(c);
      c.fail(KIND.ClusterBlueprint);
    });
    const blind = await pass();
    expect([blind.global, blind.blueprint]).toEqual([undefined, undefined]);
    cluster.mend(KIND.ClusterBlueprint);
    cluster.put({
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'ClusterBlueprint',
      metadata: { name: 'default' },
      spec: { autonomy: 'yes' },
    });
    await pass();
    const broken = await pass();
    expect([broken.global, broken.blueprint]).toEqual([undefined, undefined]);
    expect(broken.faults?.length).toBeGreaterThan(0);
  });

  it('goes on without metrics when their source fails', async () => {
    const { metrics, pass } = await observing();
    metrics.fault = 'throw';
    const view = await pass();
    expect(view.assessment?.signals.find(({ name }) => name === 'cpu')?.state).toBe('missing');
  });
});

describe('safety state', () => {
  it('joins the holds of the service, its namespace and the cluster', async () => {
    const hold = (reason: string, namespace?: string) => ({
      kind: 'pause',
      what: 'all',
      by: 'kim',
      reason,
      at: '2026-01-05T00:00:00Z',
      ...(namespace && { namespace }),
    });
    const { pass } = await observing((cluster) => {
      service(cluster);
      cluster.put(breaker('shop', 'web', [hold('mine')]));
      cluster.put(breaker('agent-system', 'fleet', [hold('all'), hold('here', 'shop'), hold('there', 'other')]));
      cluster.put(breaker('shop', 'fleet', [hold('an impostor in another namespace')]));
    });
    expect((await pass()).holds?.map(({ reason }) => reason)).toEqual(['mine', 'all', 'here']);
  });

  it('restores lost counters from the annotation of the target', async () => {
    const { pass } = await observing((cluster) => {
      service(cluster);
      cluster.put(deployment({ annotations: { 'fairlead.dev/last-change': JSON.stringify(WROTE) } }));
    });
    expect((await pass()).counters).toMatchObject({ lastChangeId: 'web-1.0', operations: [{ changeId: 'web-1.0' }] });
  });
});

describe('stopping', () => {
  it('ends every watch, and a start that is stopped already begins none', async () => {
    const { cluster, stop, clock } = await observing();
    stop.abort();
    await settle();
    const calls = cluster.calls.length;
    await clock.advance(600_000);
    expect(cluster.calls.length).toBe(calls);
    const idle = new FakeCluster();
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const late = new Observer({ reader: idle, metrics: new FakeMetrics(), clock, log, ownNamespace: 'agent-system' });
    await late.start(stop.signal);
    expect(idle.calls).toEqual([]);
    expect(await late.pass()).toEqual([]);
  });
});

describe('records', () => {
  it('are at hand as the watches have them', async () => {
    const record = (kind: string, name: string): KubeObject => ({
      apiVersion: 'fairlead.dev/v1alpha1',
      kind,
      metadata: { name, namespace: 'shop' },
      spec: {},
    });
    const { cluster, observer } = await observing();
    cluster.put(record('Decision', 'web-1'));
    cluster.put(record('ApprovalRequest', 'web-1'));
    await settle();
    expect(observer.decisions().map(({ metadata }) => metadata.name)).toEqual(['web-1']);
    expect(observer.approvals().map(({ metadata }) => metadata.name)).toEqual(['web-1']);
  });
});
