import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PrometheusSettings } from '../../src/adapters/prometheus/access.ts';
import { PrometheusClient } from '../../src/adapters/prometheus/client.ts';
import { PrometheusMetrics } from '../../src/adapters/prometheus/prometheusMetrics.ts';
import type { MetricTarget, WantedSignal } from '../../src/ports/metrics.ts';
import type { MetricsReading } from '../../src/schema/samples.ts';
import { selfSigned } from '../../src/testing/selfSigned.ts';
import {
  describePrometheus,
  type Exporter,
  type Prometheus,
  startExporter,
  startPrometheus,
} from '../cluster/prometheus.ts';

const never = new AbortController().signal;
const WINDOW_MS = 10_000;
const SERVICES = 300;
const FROZEN_AT = Date.now() - 20_000;
const NAMES = {
  latency_p95: 'http_latency_p95_seconds',
  error_rate: 'http_error_ratio',
  requests_per_second: 'http_requests_per_second',
} as const;
const wanted = (queries: Partial<Record<keyof typeof NAMES, string>> = {}): WantedSignal[] =>
  (Object.keys(NAMES) as (keyof typeof NAMES)[]).map((signal) => ({
    signal,
    metric: NAMES[signal],
    ...(queries[signal] !== undefined && { query: queries[signal] }),
  }));
const target = (deployment: string, more: Partial<MetricTarget> = {}): MetricTarget => ({
  namespace: 'shop',
  deployment,
  metrics: Object.values(NAMES),
  signals: wanted(),
  ...more,
});
const sourceOf = (settings: Partial<PrometheusSettings> & { url: string }): PrometheusMetrics =>
  new PrometheusMetrics(
    new PrometheusClient({ windowMs: WINDOW_MS, ...settings }, { ids: { random: () => 0 } }),
    WINDOW_MS,
  );
const objectsOf = ({ objects }: MetricsReading, deployment: string) =>
  Object.fromEntries(objects.filter((one) => one.deployment === deployment).map((one) => [one.metric, one]));

/** Counters of a service with 40 requests a second, one in ten failed, most within 100 ms. */
function service(labels: string, seconds: number): string {
  const n = 40 * seconds;
  return [
    `http_requests_total{${labels},code="200"} ${0.9 * n}`,
    `http_requests_total{${labels},code="503"} ${0.1 * n}`,
    `http_request_duration_seconds_bucket{${labels},le="0.1"} ${0.9 * n}`,
    `http_request_duration_seconds_bucket{${labels},le="0.5"} ${n}`,
    `http_request_duration_seconds_bucket{${labels},le="+Inf"} ${n}`,
    `http_request_duration_seconds_count{${labels}} ${n}`,
  ].join('\n');
}

/** One service by its label, many by their pods, one with series of its own name, one that stands still, and one that is not ours. */
function page(startedAt: number): string {
  const seconds = (Date.now() - startedAt) / 1000;
  const lines = [service('namespace="shop",deployment="labelled"', seconds)];
  for (let index = 0; index < SERVICES; index += 1) {
    for (const pod of ['a', 'b']) {
      lines.push(service(`namespace="shop",pod="s${index}-7d8f-${pod}"`, seconds / 2));
      const container = `namespace="shop",pod="s${index}-7d8f-${pod}",container="app"`;
      lines.push(`container_cpu_usage_seconds_total{${container}} ${0.25 * seconds}`);
      lines.push(`container_memory_working_set_bytes{${container}} 1048576`);
    }
  }
  lines.push(service('namespace="shop",pod="s0-7d8f-stranger"', 100 * seconds));
  lines.push('http_latency_p95_seconds{namespace="shop",deployment="named"} 0.25');
  lines.push('http_error_ratio{namespace="shop",deployment="named"} 0.02');
  lines.push('http_requests_per_second{namespace="shop",deployment="named"} 12');
  lines.push(`http_requests_per_second{namespace="shop",deployment="frozen"} 7 ${FROZEN_AT}`);
  return `${lines.join('\n')}\n`;
}

const many = (): MetricTarget[] =>
  Array.from({ length: SERVICES }, (_, index) =>
    target(`s${index}`, { podNames: () => [`s${index}-7d8f-a`, `s${index}-7d8f-b`] }),
  );

describePrometheus('a real Prometheus', () => {
  let exporter: Exporter;
  let prometheus: Prometheus;
  let source: PrometheusMetrics;

  beforeAll(async () => {
    const startedAt = Date.now() - 60_000;
    exporter = await startExporter(() => page(startedAt));
    prometheus = await startPrometheus({ targets: [exporter.target] });
    source = sourceOf({ url: prometheus.url });
    await until(async () => (await source.read([target('labelled')], never)).objects.length === 3);
    // A rate of series younger than its window is too small.
    await sleep(WINDOW_MS + 3000);
  });
  afterAll(async () => {
    await prometheus?.stop();
    await exporter?.stop();
  });

  it('answers for all services at once, by label and by the pods they own', async () => {
    const asked = many();
    const reading = await source.read([...asked, target('labelled'), target('named')], never);
    expect(reading.failures).toEqual([]);
    expect(reading.objects).toHaveLength(3 * (SERVICES + 2));
    expect(reading.usage).toHaveLength(2 * SERVICES);
    for (const name of ['labelled', 's0', `s${SERVICES - 1}`]) {
      const found = objectsOf(reading, name);
      expect(found[NAMES.latency_p95]?.value).toBeCloseTo(0.3, 1);
      expect(found[NAMES.error_rate]?.value).toBeCloseTo(0.1, 3);
      expect(found[NAMES.requests_per_second]?.value).toBeGreaterThan(36);
      expect(found[NAMES.requests_per_second]?.value).toBeLessThan(44);
      expect(found[NAMES.error_rate]?.requests).toBeGreaterThan(300);
    }
    expect(objectsOf(reading, 'named')[NAMES.latency_p95]?.value).toBe(0.25);
    for (const sample of [reading.usage[0], ...reading.objects]) {
      expect(Date.now() - (sample?.at ?? 0)).toBeLessThan(5000);
      expect(sample?.windowMs).toBeGreaterThan(800);
      expect(sample?.windowMs).toBeLessThan(3500);
    }
    expect(reading.usage[0]?.cpu).toBeGreaterThan(220);
    expect(reading.usage[0]?.cpu).toBeLessThan(280);
    expect(reading.usage[0]?.memory).toBe(1_048_576);
  });

  it('lets a query of one blueprint fail alone, in words of Prometheus, and answers the others', async () => {
    const queries = {
      latency_p95: 'sum by (pod) (rate(http_requests_total[10s])) * on(pod) group_left() http_requests_total',
      requests_per_second: 'sum(rate(http_requests_total{deployment="labelled"}[10s])) * 2',
      error_rate: 'rate(http_requests_total{deployment="labelled"}[10s])',
    };
    const reading = await source.read([target('own', { signals: wanted(queries) }), target('labelled')], never);
    expect(Object.keys(objectsOf(reading, 'labelled'))).toHaveLength(3);
    const own = objectsOf(reading, 'own');
    expect(own[NAMES.requests_per_second]?.value).toBeGreaterThan(70);
    expect(own[NAMES.requests_per_second]).toMatchObject({ overMs: 10_000 });
    expect(Date.now() - (own[NAMES.requests_per_second]?.at ?? 0)).toBeLessThan(5000);
    const told = new Map(
      reading.failures.map(({ deployment, metric, message }) => [`${deployment} ${metric}`, message]),
    );
    expect([...told.keys()].sort()).toEqual([`own ${NAMES.error_rate}`, `own ${NAMES.latency_p95}`]);
    expect(told.get(`own ${NAMES.error_rate}`)).toContain('the query gives 2 values, not one');
    expect(told.get(`own ${NAMES.latency_p95}`)).toMatch(/latency_p95: HTTP 422, execution: found duplicate series/);
  });

  it('says what there is no series of', async () => {
    const reading = await source.read([target('nobody')], never);
    expect(reading.failures.filter(({ what }) => what === 'object').map(({ message }) => message)).toEqual([
      expect.stringMatching(/no series http_latency_p95_seconds\{namespace,deployment\}, and no histogram/),
      expect.stringMatching(/no series http_error_ratio.*no counter http_requests_total/),
      expect.stringMatching(/no series http_requests_per_second/),
    ]);
  });

  it('bears the time of the measurement: a value that stands still grows old, in a query of its own too', async () => {
    const queries = { requests_per_second: 'sum(http_requests_per_second{deployment="frozen"})' };
    const reading = await source.read([target('frozen'), target('own', { signals: wanted(queries) })], never);
    const at = (name: string): number | undefined => objectsOf(reading, name)[NAMES.requests_per_second]?.at;
    expect([at('frozen'), at('own')]).toEqual([FROZEN_AT, FROZEN_AT]);
  });

  it('gives at each step of the past what it would have answered then, for all services', async () => {
    const to = Math.floor(Date.now() / 1000) * 1000 - 1000;
    const span = { from: to - 3000, to, stepMs: 1000 };
    const past = await source.past([...many().slice(0, 50), target('labelled')], span, never);
    expect(past.map(({ at }) => to - at)).toEqual([3000, 2000, 1000, 0]);
    for (const { at, reading } of past) {
      expect(reading.objects).toHaveLength(3 * 51);
      for (const sample of reading.usage) expect(at - sample.at).toBeLessThan(5000);
      // Also pods of other services: who is gone must be seen.
      expect(reading.usage).toHaveLength(2 * SERVICES);
      expect(objectsOf(reading, 'labelled')[NAMES.error_rate]?.value).toBeCloseTo(0.1, 3);
    }
  });

  it('is gone, and back', async () => {
    await prometheus.halt();
    const gone = await source.read([target('labelled')], never);
    expect([gone.usage, gone.objects]).toEqual([[], []]);
    expect(gone.failures.map(({ message }) => message)).toContainEqual(expect.stringContaining('ECONNREFUSED'));
    await prometheus.resume();
    await until(async () => (await source.read([target('labelled')], never)).objects.length === 3);
  });
});

describePrometheus('a Prometheus that asks who we are', () => {
  const now = Date.now();
  const pair = selfSigned(now);
  // bcrypt of "hunter2-hunter2", cost 4.
  const HASH = '$2b$04$abcdefghijklmnopqrstuuho/ppTcmsBIj2TNMdOGwEUcNR/Zfi5u';
  let prometheus: Prometheus;

  beforeAll(async () => {
    prometheus = await startPrometheus({
      targets: [],
      files: { 'tls.crt': pair.cert, 'tls.key': pair.key },
      webConfig: `tls_server_config: {cert_file: DIR/tls.crt, key_file: DIR/tls.key}\nbasic_auth_users: {ada: '${HASH}'}\n`,
    });
  });
  afterAll(async () => prometheus?.stop());

  const words = async (settings: Partial<PrometheusSettings>): Promise<string> => {
    const client = new PrometheusClient(
      { url: prometheus.url, windowMs: WINDOW_MS, ...settings },
      { ids: { random: () => 0 } },
    );
    const answer = await client.query('vector(1)', never);
    return answer.ok ? 'ok' : answer.error;
  };

  it('is asked over TLS with its authority, by a user', async () => {
    const caFile = path.join(prometheus.dir, 'tls.crt');
    writeFileSync(path.join(prometheus.dir, 'other.crt'), selfSigned(now).cert);
    expect(await words({ caFile, basic: 'ada:hunter2-hunter2' })).toBe('ok');
    expect(await words({ caFile, basic: 'ada:wrong' })).toMatch(/HTTP 401: Prometheus does not accept who we are/);
    expect(await words({ caFile })).toMatch(/HTTP 401/);
    expect(await words({ basic: 'ada:hunter2-hunter2' })).toMatch(/certificate/);
    expect(await words({ caFile: path.join(prometheus.dir, 'other.crt') })).toMatch(/certificate/);
  });
});

async function until(done: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(300)) if (await done()) return;
  throw new Error('not within a minute');
}
