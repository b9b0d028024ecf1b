import { describe, expect, it } from 'vitest';
import type { MetricsReading } from '../schema/samples.ts';
import { FakeMetrics } from '../testing/fakeMetrics.ts';
import { calmBlueprint, calmWorkload } from '../testing/gateInput.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { metricTargetOf, ReadingIndex, readMetrics } from './readings.ts';

const TARGETS = [{ namespace: 'shop', deployment: 'web', metrics: [] }];
const metrics = { latencyP95: 'p95', errorRate: 'errors', requestsPerSecond: 'rps' };
const NO_CHECKS = { ...calmBlueprint().verification, checks: [] };

describe('metricTargetOf', () => {
  it.each([
    ['no objective and no check asks for nothing', { performance: {}, verification: NO_CHECKS }, []],
    [
      'a latency objective asks for latency and traffic',
      { performance: { latencyP95Ms: 200 }, verification: NO_CHECKS },
      ['p95', 'rps'],
    ],
    [
      'an error objective asks for errors and traffic',
      { performance: { errorRate: 0.01 }, verification: NO_CHECKS },
      ['errors', 'rps'],
    ],
    ['checks ask for what they read', { performance: {} }, ['p95', 'errors', 'rps']],
    [
      'checks that are switched off do not',
      { performance: {}, verification: { ...calmBlueprint().verification, enabled: false } },
      [],
    ],
  ])('%s', (_name, over, expected) => {
    const { signals = [], ...target } = metricTargetOf(calmBlueprint({ metrics, ...over }));
    expect(target).toEqual({ namespace: 'shop', deployment: 'web', metrics: expected });
    expect(signals.map(({ metric }) => metric)).toEqual(expected);
  });

  it('leaves a signal with a query of its own to the source that can ask it', () => {
    const queries = { latencyP95: 'job:p95{app="web"}' };
    const { metrics: names, signals = [] } = metricTargetOf(calmBlueprint({ metrics: { ...metrics, queries } }));
    expect(names).toEqual(['errors', 'rps']);
    expect(signals[0]).toMatchObject({ signal: 'latency_p95', metric: 'p95', query: 'job:p95{app="web"}' });
  });

  it('names the largest latency that anything is held against, in seconds', () => {
    const checks = calmBlueprint().verification.checks.map((check) => ({ ...check, value: 900 }));
    const verification = { ...NO_CHECKS, checks: checks.filter(({ signal }) => signal === 'latency_p95') };
    const target = metricTargetOf(calmBlueprint({ performance: { latencyP95Ms: 200 }, verification }));
    expect(target.signals?.[0]).toMatchObject({ signal: 'latency_p95', limit: 0.9 });
  });
});

describe('readMetrics', () => {
  const signal = new AbortController().signal;

  it('asks once for all services, and not at all for none', async () => {
    const source = new FakeMetrics();
    await readMetrics(source, [], new ManualClock(), signal);
    expect(source.asked).toEqual([]);
    expect((await readMetrics(source, TARGETS, new ManualClock(), signal))?.source).toBe('fake');
    expect(source.asked).toEqual([TARGETS]);
  });

  it('turns a source that throws into failures', async () => {
    const source = new FakeMetrics();
    source.fault = 'throw';
    const reading = await readMetrics(source, TARGETS, new ManualClock(), signal);
    expect(reading?.failures.map(({ what, message }) => `${what}: ${message}`)).toEqual([
      'usage: metrics broke',
      'object: metrics broke',
    ]);
  });

  it('does not wait for ever', async () => {
    const source = new FakeMetrics();
    source.fault = 'hang';
    const clock = new ManualClock();
    const reading = readMetrics(source, TARGETS, clock, signal);
    await clock.advance(15_000);
    expect((await reading)?.failures[0]?.message).toBe('no answer within 15 s');
  });

  it('says nothing of a source that had no answer because this process was frozen, or told to end', async () => {
    const source = new FakeMetrics();
    source.fault = 'hang';
    const clock = new ManualClock();
    let stoodMs = 0;
    const frozen = { now: () => clock.now() + stoodMs, sleep: (ms: number, s?: AbortSignal) => clock.sleep(ms, s) };
    const reading = readMetrics(source, TARGETS, frozen, signal);
    stoodMs = 6_000;
    await clock.advance(15_000);
    expect(await reading).toBeUndefined();
    const end = new AbortController();
    source.fault = 'none';
    const last = readMetrics(source, TARGETS, clock, end.signal);
    end.abort();
    expect(await last).toBeUndefined();
  });
});

describe('ReadingIndex', () => {
  const use = (namespace: string, pod: string) => ({
    namespace,
    pod,
    container: 'app',
    cpu: 1,
    memory: 1,
    at: 0,
    windowMs: 15_000,
  });
  const value = (namespace: string, deployment: string, metric: string) => ({
    namespace,
    deployment,
    metric,
    value: 1,
    at: 0,
    windowMs: 15_000,
  });
  const reading: MetricsReading = {
    source: 'fake',
    usage: [use('shop', 'web-1'), use('shop', 'web-2'), use('other', 'web-1'), use('shop', 'web-old')],
    objects: [
      value('shop', 'web', 'p95'),
      value('shop', 'web', 'their-own'),
      value('other', 'web', 'p95'),
      value('shop', 'api', 'p95'),
    ],
    failures: [
      { what: 'usage', message: 'all' },
      { what: 'usage', namespace: 'other', message: 'other namespace' },
      { what: 'object', namespace: 'shop', metric: 'their-own', message: 'another metric' },
      { what: 'object', namespace: 'shop', metric: 'errors', message: 'mine' },
    ],
  };

  it('gives a service its own pods, metrics and failures, and nothing of others (one bad query touches only what it asked for)', () => {
    const pod = (name: string) => ({ name, ready: true, current: true, restarts: 0, terminating: false });
    const workload = calmWorkload({ pods: [pod('web-1'), pod('web-2'), pod('web-3')] });
    const mine = new ReadingIndex(reading).of(workload, calmBlueprint({ metrics }));
    expect(mine.usage.map(({ namespace, pod: name }) => `${namespace}/${name}`)).toEqual(['shop/web-1', 'shop/web-2']);
    expect(mine.objects.map(({ namespace, deployment, metric }) => `${namespace}/${deployment} ${metric}`)).toEqual([
      'shop/web p95',
    ]);
    expect(mine.failures.map(({ message }) => message)).toEqual(['all', 'mine']);
  });
});
