import { beforeEach, describe, expect, it } from 'vitest';
import { err, ok } from '../../kernel/result.ts';
import type { ClusterErrorCode, ClusterResult } from '../../ports/cluster.ts';
import type { MetricTarget } from '../../ports/metrics.ts';
import { KubernetesMetrics } from './kubernetesMetrics.ts';

const AT = '2026-01-05T00:00:00Z';
const LATENCY = 'http_latency_p95_seconds';
const never = new AbortController().signal;

class FakeApi {
  readonly asked: string[] = [];
  readonly answers = new Map<string, unknown>();
  readonly errors = new Map<string, ClusterErrorCode>();
  readonly silent = new Set<string>();

  async raw(path: string): Promise<ClusterResult<unknown>> {
    this.asked.push(path);
    if (this.silent.has(path)) return new Promise(() => undefined);
    const code = this.errors.get(path);
    if (code !== undefined) return err({ code, message: `the server said ${code}`, uncertain: false });
    return ok(this.answers.get(path));
  }

  serves(...versions: string[]): void {
    this.answers.set('/apis/custom.metrics.k8s.io', { versions: versions.map((version) => ({ version })) });
  }
}

const podsPath = (namespace: string): string => `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
const valuePath = (namespace: string, metric: string, version = 'v1beta2'): string =>
  `/apis/custom.metrics.k8s.io/${version}/namespaces/${namespace}/deployments.apps/*/${metric}`;
const podMetrics = (namespace: string, name: string, cpu: string, memory = '64Mi', timestamp = AT) => ({
  metadata: { name, namespace },
  timestamp,
  window: '10.5s',
  containers: [{ name: 'app', usage: { cpu, memory } }],
});
const metricValue = (name: string, value: string, more: object = {}) => ({
  describedObject: { kind: 'Deployment', name },
  timestamp: AT,
  value,
  ...more,
});
const target = (namespace: string, deployment: string, ...metrics: string[]): MetricTarget => ({
  namespace,
  deployment,
  metrics,
});

describe('KubernetesMetrics', () => {
  let api: FakeApi;
  let source: KubernetesMetrics;
  beforeEach(() => {
    api = new FakeApi();
    api.serves('v1beta2', 'v1beta1');
    source = new KubernetesMetrics(api);
  });

  it('reads use per container in millicores and bytes, with the time and window of the sample', async () => {
    api.answers.set(podsPath('shop'), { items: [podMetrics('shop', 'web-1', '1234567n', '65856Ki')] });
    expect(await source.read([target('shop', 'web')], never)).toEqual({
      source: 'kubernetes',
      usage: [
        {
          namespace: 'shop',
          pod: 'web-1',
          container: 'app',
          cpu: 1.234567,
          memory: 65856 * 1024,
          at: Date.parse(AT),
          windowMs: 10_500,
        },
      ],
      objects: [],
      failures: [],
    });
  });

  it('reads a metric of a Deployment in its base unit', async () => {
    api.answers.set(valuePath('shop', LATENCY), { items: [metricValue('web', '180m', { windowSeconds: 60 })] });
    const { objects } = await source.read([target('shop', 'web', LATENCY)], never);
    expect(objects).toEqual([
      { namespace: 'shop', deployment: 'web', metric: LATENCY, value: 0.18, at: Date.parse(AT), windowMs: 60_000 },
    ]);
  });

  it.each([
    ['use', 'one query per namespace', 3, ['/apis/metrics.k8s.io/v1beta1/namespaces/n0/pods']],
    ['use', 'one for all from the fourth namespace on', 4, ['/apis/metrics.k8s.io/v1beta1/pods']],
  ])('asks for %s with %s', async (_what, _how, namespaces, some) => {
    const targets = Array.from({ length: namespaces * 20 }, (_, n) => target(`n${n % namespaces}`, `d${n}`));
    await source.read(targets, never);
    expect(api.asked).toHaveLength(namespaces > 3 ? 1 : namespaces);
    expect(api.asked).toEqual(expect.arrayContaining(some));
  });

  it('keeps only the namespaces that were asked for when it asks for all', async () => {
    const items = ['a', 'b', 'c', 'd', 'other'].map((namespace) => podMetrics(namespace, 'p', '1m'));
    api.answers.set('/apis/metrics.k8s.io/v1beta1/pods', { items });
    const { usage } = await source.read(
      ['a', 'b', 'c', 'd'].map((namespace) => target(namespace, 'web')),
      never,
    );
    expect(usage.map((sample) => sample.namespace)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('asks by namespace, and goes on so, where the whole cluster may not be read', async () => {
    api.errors.set('/apis/metrics.k8s.io/v1beta1/pods', 'denied');
    const targets = ['a', 'b', 'c', 'd'].map((namespace) => target(namespace, 'web'));
    for (const namespace of ['a', 'b', 'c', 'd']) {
      api.answers.set(podsPath(namespace), { items: [podMetrics(namespace, 'p', '1m')] });
    }
    expect((await source.read(targets, never)).usage).toHaveLength(4);
    await source.read(targets, never);
    expect(api.asked.filter((path) => path === '/apis/metrics.k8s.io/v1beta1/pods')).toHaveLength(1);
  });

  it('asks once per namespace and metric name, whatever the number of services', async () => {
    const targets = Array.from({ length: 50 }, (_, n) => target('shop', `d${n}`, LATENCY, 'http_error_ratio'));
    await source.read(targets, never);
    expect(api.asked.filter((path) => path.includes('/deployments.apps/'))).toEqual([
      valuePath('shop', LATENCY),
      valuePath('shop', 'http_error_ratio'),
    ]);
  });

  it('leaves out Deployments that nobody asked about', async () => {
    api.answers.set(valuePath('shop', LATENCY), { items: [metricValue('web', '1'), metricValue('stranger', '2')] });
    const { objects } = await source.read([target('shop', 'web', LATENCY)], never);
    expect(objects.map((sample) => sample.deployment)).toEqual(['web']);
  });

  it.each([
    [['v1beta2', 'v1beta1'], 'v1beta2'],
    [['v1beta1'], 'v1beta1'],
  ])('of the served versions %j takes %s, and remembers it', async (served, taken) => {
    api.serves(...served);
    api.answers.set(valuePath('shop', LATENCY, taken), { items: [metricValue('web', '1')] });
    for (let pass = 0; pass < 3; pass += 1) {
      expect((await source.read([target('shop', 'web', LATENCY)], never)).objects).toHaveLength(1);
    }
    expect(api.asked.filter((path) => path === '/apis/custom.metrics.k8s.io')).toHaveLength(1);
  });

  it('finds the version again after an adapter of another one took over', async () => {
    await source.read([target('shop', 'web', LATENCY)], never);
    api.serves('v1beta1');
    api.answers.set(valuePath('shop', LATENCY, 'v1beta1'), { items: [metricValue('web', '1')] });
    expect((await source.read([target('shop', 'web', LATENCY)], never)).objects).toHaveLength(1);
  });

  it.each([
    [[], /no metrics adapter is installed/],
    [['v9'], /it serves v9/],
  ])('says what is missing when the served versions are %j', async (served, words) => {
    api.serves(...served);
    const { failures } = await source.read([target('shop', 'web', LATENCY)], never);
    expect(failures).toContainEqual({
      what: 'object',
      namespace: 'shop',
      metric: LATENCY,
      message: expect.stringMatching(words),
    });
  });

  it('loses only what the failed query asked for, with the words of the server', async () => {
    api.answers.set(podsPath('shop'), { items: [podMetrics('shop', 'web-1', '1m')] });
    api.errors.set(podsPath('bank'), 'unavailable');
    api.errors.set(valuePath('shop', LATENCY), 'unavailable');
    api.answers.set(valuePath('shop', 'http_error_ratio'), { items: [metricValue('web', '0')] });
    const targets = [target('shop', 'web', LATENCY, 'http_error_ratio'), target('bank', 'ledger')];
    const reading = await source.read(targets, never);
    expect(reading.usage).toHaveLength(1);
    expect(reading.objects).toHaveLength(1);
    expect(reading.failures).toEqual([
      { what: 'usage', namespace: 'bank', message: 'the server said unavailable' },
      { what: 'object', namespace: 'shop', metric: LATENCY, message: 'the server said unavailable' },
    ]);
  });

  it('calls a metric that is not served a failure of that metric', async () => {
    api.answers.set(podsPath('shop'), { items: [] });
    const { failures } = await source.read([target('shop', 'web', 'nope')], never);
    expect(failures).toEqual([
      { what: 'object', namespace: 'shop', metric: 'nope', message: expect.stringContaining('metric nope') },
    ]);
  });

  it('says so when no metrics server is installed', async () => {
    const { failures } = await source.read([target('shop', 'web')], never);
    expect(failures).toEqual([
      { what: 'usage', namespace: 'shop', message: expect.stringContaining('no metrics server is installed') },
    ]);
  });

  it.each([
    ['', Number.NaN],
    ['NaN', Number.NaN],
    ['-5m', -5],
    ['0', 0],
  ])('passes the CPU value %j on as %d, and never as a zero it is not', async (cpu, expected) => {
    api.answers.set(podsPath('shop'), { items: [podMetrics('shop', 'web-1', cpu)] });
    const { usage } = await source.read([target('shop', 'web')], never);
    expect(usage.map((sample) => sample.cpu)).toEqual([expected]);
  });

  it.each([
    ['a sample without a time', { ...podMetrics('shop', 'web-1', '1m'), timestamp: 'yesterday' }],
    ['something else', { surprise: true }],
    ['null', null],
  ])('leaves out %s, keeps the rest, and says how many', async (_, item) => {
    api.answers.set(podsPath('shop'), { items: [item, podMetrics('shop', 'web-2', '1m')] });
    const { usage, failures } = await source.read([target('shop', 'web')], never);
    expect(usage.map((sample) => sample.pod)).toEqual(['web-2']);
    expect(failures).toEqual([{ what: 'usage', namespace: 'shop', message: 'the metrics of 1 pods cannot be read' }]);
  });

  it.each(['a page', 7, { items: 'none' }])('calls the answer %j a failure', async (answer) => {
    api.answers.set(podsPath('shop'), answer);
    const { failures } = await source.read([target('shop', 'web')], never);
    expect(failures).toEqual([{ what: 'usage', namespace: 'shop', message: expect.stringContaining('no list') }]);
  });

  it('waits for no query when it is stopped', async () => {
    const stop = new AbortController();
    api.answers.set(podsPath('shop'), { items: [podMetrics('shop', 'web-1', '1m')] });
    api.silent.add(valuePath('shop', LATENCY));
    const reading = source.read([target('shop', 'web', LATENCY)], stop.signal);
    stop.abort();
    expect((await reading).failures).toContainEqual({
      what: 'object',
      namespace: 'shop',
      metric: LATENCY,
      message: 'reading was stopped',
    });
  });

  it('encodes names, so that a metric cannot lead to another path', async () => {
    await source.read([target('shop', 'web', '../../secrets')], never);
    expect(api.asked).toContain(valuePath('shop', '..%2F..%2Fsecrets'));
  });
});
