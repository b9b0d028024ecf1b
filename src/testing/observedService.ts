import { Observer } from '../observe/observer.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import { KINDS } from '../schema/kube.ts';
import type { Request } from '../schema/request.ts';
import { FakeCluster } from './fakeCluster.ts';
import { FakeMetrics } from './fakeMetrics.ts';
import { ManualClock, settle } from './manualClock.ts';
import { blueprint, deployment, pod, replicaSet } from './observedObjects.ts';

/** An Observer at work over a small cluster. `pass` lets 15 s go by, puts the CPU of both pods at `cpu` of their requests, and looks. */
export async function observing(prepare: (cluster: FakeCluster) => void = service) {
  const cluster = new FakeCluster();
  for (const kind of [KINDS.ScaledObject, KINDS.VerticalPodAutoscaler]) cluster.notServed(kind);
  prepare(cluster);
  const clock = new ManualClock();
  const metrics = new FakeMetrics();
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const observer = new Observer({ reader: cluster, metrics, clock, log, ownNamespace: 'agent-system' });
  const stop = new AbortController();
  await observer.start(stop.signal);
  await settle();
  const load = (cpu: number, pods: readonly string[] = ['web-r1-0', 'web-r1-1']): void => {
    const at = clock.now();
    metrics.usage = pods.map((name) => ({
      namespace: 'shop',
      pod: name,
      container: 'app',
      cpu: cpu * 500,
      memory: 1e8,
      at,
      windowMs: 15_000,
    }));
  };
  const pass = async (cpu = 0.6): Promise<ServiceView> => {
    await clock.advance(15_000);
    load(cpu);
    const [view] = await observer.pass();
    if (view === undefined) throw new Error('no view');
    return view;
  };
  return { cluster, clock, metrics, observer, pass, stop };
}

/** One calm service of two pods. */
export function service(cluster: FakeCluster): void {
  cluster.put(blueprint());
  const web = cluster.put(deployment());
  const set = cluster.put(replicaSet(web, 1));
  for (const index of [0, 1]) cluster.put(pod(set, index));
}

/** An agent's call of `scale`. */
export const scaleRequest = (replicas: number): Request => ({
  id: 'r1',
  tool: 'scale',
  effect: 'change',
  args: { service: 'shop/web', replicas, reason: 'load' },
  wanted: { kind: 'scale', replicas },
  target: { namespace: 'shop', name: 'web' },
  requester: { kind: 'agent', name: 'rules' },
});
