import { describe, expect, it } from 'vitest';
import type { MetricsSource, MetricTarget } from '../../ports/metrics.ts';
import type { MetricFailure, MetricsReading, ObjectSample, UsageSample } from '../../schema/samples.ts';
import { FakeMetrics } from '../../testing/fakeMetrics.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { CombinedMetrics } from './combinedMetrics.ts';
import { withoutQueries } from './withoutQueries.ts';

const never = new AbortController().signal;
const clock = new ManualClock();
const NOW = clock.now();
const target = (deployment: string, more: Partial<MetricTarget> = {}): MetricTarget => ({
  namespace: 'shop',
  deployment,
  metrics: ['p95', 'rps'],
  podNames: () => [`${deployment}-1`, `${deployment}-2`],
  ...more,
});
const object = (deployment: string, metric: string, value: number, at = NOW): ObjectSample => ({
  namespace: 'shop',
  deployment,
  metric,
  value,
  at,
  windowMs: 0,
});
const use = (pod: string, cpu: number, at = NOW): UsageSample => ({
  namespace: 'shop',
  pod,
  container: 'app',
  cpu,
  memory: 1,
  at,
  windowMs: 0,
});
const whole = (deployment: string, value: number): Pick<FakeMetrics, 'usage' | 'objects'> => ({
  usage: [use(`${deployment}-1`, value), use(`${deployment}-2`, value)],
  objects: [object(deployment, 'p95', value), object(deployment, 'rps', value)],
});
const parts = (first: Partial<MetricsReading>, second: Partial<MetricsReading>) => {
  const sources = [first, second].map((given) => Object.assign(new FakeMetrics(), given));
  const [one, two] = sources as [FakeMetrics, FakeMetrics];
  return { one, two, both: new CombinedMetrics(one, two, clock) };
};
const values = (reading: MetricsReading) => ({
  cpu: reading.usage.map(({ pod, cpu }) => `${pod} ${cpu}`),
  objects: reading.objects.map(({ deployment, metric, value }) => `${deployment} ${metric} ${value}`).sort(),
});

describe('two sources', () => {
  it('the second is not asked where the first says all', async () => {
    const { both, two } = parts(whole('web', 1), whole('web', 2));
    expect(values(await both.read([target('web')], never)).cpu).toEqual(['web-1 1', 'web-2 1']);
    expect(two.asked).toEqual([]);
  });

  it('the second stands in by signal and service, is asked only for what is missing, and is named', async () => {
    const { both, two } = parts(
      { usage: whole('a', 1).usage, objects: [object('a', 'p95', 1)] },
      {
        usage: [...whole('a', 2).usage, ...whole('b', 2).usage],
        objects: [object('a', 'rps', 2), object('b', 'p95', 2)],
      },
    );
    const reading = await both.read([target('a'), target('b')], never);
    expect(values(reading)).toEqual({
      cpu: ['a-1 1', 'a-2 1', 'b-1 2', 'b-2 2'],
      objects: ['a p95 1', 'a rps 2', 'b p95 2'],
    });
    expect(two.asked[0]?.map(({ deployment, metrics }) => [deployment, metrics])).toEqual([
      ['a', ['rps']],
      ['b', ['p95', 'rps']],
    ]);
    expect(reading.objects.find(({ metric, deployment }) => deployment === 'a' && metric === 'rps')?.source).toBe(
      'fake',
    );
  });

  it('all pods of a service come from one of them, the one that knows more', async () => {
    const { both } = parts({ usage: [use('web-1', 1)] }, whole('web', 2));
    expect(values(await both.read([target('web', { metrics: [] })], never)).cpu).toEqual(['web-1 2', 'web-2 2']);
  });

  it('a value that stands still does not hide a newer one, and is kept where there is no newer', async () => {
    const old = NOW - 60_000;
    const { both } = parts(
      {
        usage: [use('web-1', 1, old), use('web-2', 1, old)],
        objects: [object('web', 'p95', 1, old), object('web', 'rps', 1, old)],
      },
      { usage: whole('web', 2).usage, objects: [object('web', 'p95', 2)] },
    );
    expect(values(await both.read([target('web')], never))).toEqual({
      cpu: ['web-1 2', 'web-2 2'],
      objects: ['web p95 2', 'web rps 1'],
    });
  });

  it("a query of a blueprint's own is never answered by the second", async () => {
    const own = target('web', { metrics: ['rps'] });
    const { both, two } = parts(whole('web', 1), whole('web', 2));
    await both.read([own], never);
    expect(two.asked).toEqual([]);
  });

  it('two failures of one thing are one, with both words; what one of them could say is none', async () => {
    const failure = (metric: string, message: string): MetricFailure => ({
      what: 'object',
      namespace: 'shop',
      deployment: 'web',
      metric,
      message,
    });
    const { both } = parts(
      { failures: [failure('p95', 'Prometheus: no series'), failure('rps', 'Prometheus: no series')] },
      {
        objects: [object('web', 'rps', 2)],
        failures: [
          { what: 'object', namespace: 'shop', metric: 'p95', message: 'not served' },
          { what: 'usage', message: 'no metrics server' },
        ],
      },
    );
    expect((await both.read([target('web')], never)).failures.map(({ message }) => message)).toEqual([
      'Prometheus: no series; metrics API: not served',
      'no metrics server',
    ]);
  });
});

describe('a source that hangs', () => {
  const slow = (): ManualClock => new ManualClock(NOW);

  it('the first: the second answers, and the next pass does not wait for the first to ask it', async () => {
    const time = slow();
    const one = Object.assign(new FakeMetrics(), { fault: 'hang' });
    const two = Object.assign(new FakeMetrics(), whole('web', 2));
    const both = new CombinedMetrics(one, two, time);
    const reading = both.read([target('web')], never);
    await time.advance(7000);
    expect(values(await reading).cpu).toEqual(['web-1 2', 'web-2 2']);
    const again = both.read([target('web')], never);
    await time.advance(1);
    expect(two.asked).toHaveLength(2);
    await time.advance(7000);
    expect(values(await again).objects).toHaveLength(2);
  });

  it('the second: what the first knew is kept, within the time that a pass has', async () => {
    const time = slow();
    const one = Object.assign(new FakeMetrics(), { usage: [use('web-1', 1)] });
    const two = Object.assign(new FakeMetrics(), { fault: 'hang' });
    const reading = new CombinedMetrics(one, two, time).read([target('web')], never);
    await time.advance(14_000);
    expect(values(await reading).cpu).toEqual(['web-1 1']);
  });

  it('both: one failure each for use and for the rest', async () => {
    const time = slow();
    const hang: MetricsSource = { read: () => new Promise(() => undefined) };
    const reading = new CombinedMetrics(hang, hang, time).read([target('web')], never);
    await time.advance(14_000);
    expect((await reading).failures.map(({ what, message }) => `${what}: ${message}`)).toEqual([
      'usage: no answer within 7 s; metrics API: no answer within 7 s',
      'object: no answer within 7 s; metrics API: no answer within 7 s',
    ]);
  });
});

describe('without a Prometheus', () => {
  it("a query of a blueprint's own says that nobody can be asked", async () => {
    const source = withoutQueries(Object.assign(new FakeMetrics(), whole('web', 1)));
    const signals = [
      { signal: 'latency_p95', metric: 'p95', query: 'mine' },
      { signal: 'requests_per_second', metric: 'rps' },
    ] as const;
    expect((await source.read([target('web', { signals })], never)).failures).toEqual([
      {
        what: 'object',
        namespace: 'shop',
        deployment: 'web',
        metric: 'p95',
        message: expect.stringContaining('FAIRLEAD_PROMETHEUS_URL'),
      },
    ]);
    expect((await source.read([target('web')], never)).failures).toEqual([]);
  });
});
