import { describe, expect, it } from 'vitest';
import { historyFacts } from '../analysis/history.ts';
import type { PastReading, PastSpan } from '../ports/metrics.ts';
import type { UsageSample } from '../schema/samples.ts';
import type { Pod, Workload } from '../schema/workload.ts';
import { FakeMetrics } from '../testing/fakeMetrics.ts';
import { calmBlueprint, calmWorkload } from '../testing/gateInput.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { observing } from '../testing/observedService.ts';
import { PastNumbers } from './pastNumbers.ts';

const never = new AbortController().signal;
const clock = new ManualClock();
const NOW = clock.now();
const WINDOW_MS = 450_000;
const NO_OBJECTIVES = calmBlueprint({ performance: {}, verification: { ...calmBlueprint().verification, checks: [] } });
const TARGETS = [{ namespace: 'shop', deployment: 'web', metrics: [] }];

const pods = (readyMs: number): Pod[] =>
  [0, 1].map((index) => ({
    name: `web-r1-${index}`,
    ready: true,
    current: true,
    startedAt: NOW - readyMs - 5000,
    readyAt: NOW - readyMs,
    restarts: 0,
    terminating: false,
  }));
const workload = (more: Partial<Workload> = {}): Workload =>
  calmWorkload({
    namespace: 'shop',
    name: 'web',
    replicas: 2,
    ready: 2,
    requests: { cpu: 500, memory: 1e9, missing: [] },
    limits: {},
    pods: pods(3_600_000),
    ...more,
  });
const use = (pod: string, at: number, cpu = 300): UsageSample => ({
  namespace: 'shop',
  pod,
  container: 'app',
  cpu,
  memory: 1e8,
  at: at - 5000,
  windowMs: 15_000,
  overMs: 60_000,
});
const both = (at: number): UsageSample[] => [use('web-r1-0', at), use('web-r1-1', at)];

/** What a source kept; `seen` says which samples there were at a time. */
async function pastOf(seen: (at: number) => readonly UsageSample[] = both): Promise<PastNumbers> {
  const source = new FakeMetrics();
  source.past = async (_, { from, to, stepMs }: PastSpan) => {
    const readings: PastReading[] = [];
    for (let at = from; at <= to; at += stepMs) {
      readings.push({ at, reading: { source: 'prometheus', usage: seen(at), objects: [], failures: [] } });
    }
    return readings;
  };
  return PastNumbers.of(source, TARGETS, clock, never);
}
const PODS_NOW: ReadonlySet<string> = new Set(['web-r1-0', 'web-r1-1', 'web-admin-r9-0']);
const factsOf = (past: PastNumbers, of = workload(), podsNow = PODS_NOW) => {
  const history = past.historyOf(of, NO_OBJECTIVES, podsNow);
  const facts = historyFacts(history, WINDOW_MS);
  return { history, facts, unbroken: NOW - (facts.unbrokenSince ?? NOW) };
};

describe('the ring that begins with the past', () => {
  it('is unbroken for longer than the down window, with the load and the replicas that were needed then', async () => {
    const past = await pastOf((at) => [use('web-r1-0', at, 350), use('web-r1-1', at, at > NOW - 300_000 ? 350 : 700)]);
    const { facts, unbroken } = factsOf(past);
    expect(unbroken).toBeGreaterThan(WINDOW_MS);
    expect(facts.highestDesired).toBe(3);
    expect(facts.highestLoad).toBeCloseTo(2.1, 1);
  });

  it.each<[string, Partial<Workload>]>([
    ['a pod is not ready', { pods: pods(3_600_000).map((pod, index) => ({ ...pod, ready: index > 0 })) }],
    ['a pod is on its way out', { pods: pods(3_600_000).map((pod, index) => ({ ...pod, terminating: index > 0 })) }],
    ['a rollout is under way', { rollout: { ...calmWorkload().rollout, underWay: true } }],
    ['it is being deleted', { deleting: true }],
    ['it has no pods', { pods: [], ready: 0 }],
  ])('is empty where %s', async (_, more) => {
    expect(factsOf(await pastOf(), workload(more)).history).toEqual([]);
  });

  it('goes no further back than its youngest pod, with a whole window of samples', async () => {
    const { unbroken, history } = factsOf(await pastOf(), workload({ pods: pods(200_000) }));
    expect(history.length).toBeGreaterThan(2);
    expect(unbroken).toBeLessThanOrEqual(140_000);
  });

  it('forgets what was before a pod went that may have been one of its own', async () => {
    const gone = NOW - 200_000;
    const past = await pastOf((at) => [...both(at), ...(at < gone ? [use('web-r0-7', at)] : [])]);
    expect(factsOf(past).unbroken).toBeLessThanOrEqual(200_000);
    // Pods that are there now belong to whoever owns them.
    expect(factsOf(past, workload(), new Set([...PODS_NOW, 'web-r0-7'])).unbroken).toBeGreaterThan(WINDOW_MS);
  });

  it('has a gap where there were no samples', async () => {
    const past = await pastOf((at) => (at > NOW - 300_000 && at < NOW - 200_000 ? [] : both(at)));
    expect(factsOf(past).unbroken).toBeLessThanOrEqual(200_000);
  });

  it.each<[string, (source: FakeMetrics) => void]>([
    ['keeps nothing', () => undefined],
    ['breaks', (source) => (source.past = () => Promise.reject(new Error('broken')))],
  ])('is empty with a source that %s', async (_, prepare) => {
    const source = new FakeMetrics();
    prepare(source);
    expect(factsOf(await PastNumbers.of(source, TARGETS, clock, never)).history).toEqual([]);
  });

  it('waits for a source that hangs no longer than 8 s', async () => {
    const time = new ManualClock();
    const source = new FakeMetrics();
    source.past = () => new Promise(() => undefined);
    const past = PastNumbers.of(source, TARGETS, time, never);
    await time.advance(8000);
    expect(factsOf(await past).history).toEqual([]);
  });
});

describe('an observer beside a source that keeps its samples', () => {
  it('asks for the past at its first pass, and after a rest, and never between', async () => {
    const { metrics, observer, pass, stop } = await observing();
    const asked: PastSpan[] = [];
    metrics.past = async (_, span) => {
      asked.push(span);
      return [{ at: span.to, reading: { source: 'prometheus', usage: [], objects: [], failures: [] } }];
    };
    await pass();
    await pass();
    expect(asked).toHaveLength(1);
    expect((asked[0]?.to ?? 0) - (asked[0]?.from ?? 0)).toBeGreaterThan(WINDOW_MS);
    observer.rest();
    await pass();
    expect(asked).toHaveLength(2);
    stop.abort();
  });

  it('begins the ring of a service with it', async () => {
    const { metrics, observer, pass, stop } = await observing();
    metrics.past = async (_, { from, to, stepMs }) => {
      const readings: PastReading[] = [];
      for (let at = from; at <= to; at += stepMs) {
        const usage = ['web-r1-0', 'web-r1-1'].map((pod) => use(pod, at));
        readings.push({ at, reading: { source: 'prometheus', usage, objects: [], failures: [] } });
      }
      return readings;
    };
    const view = await pass();
    const history = observer.history('shop', 'web');
    const past = history.slice(0, -1);
    expect(past.length).toBeGreaterThan(15);
    expect(past.map(({ cpu }) => cpu)).toEqual(past.map(() => 0.6));
    expect(history.at(-1)?.at).toBe(view.assessment?.at);
    stop.abort();
  });
});
