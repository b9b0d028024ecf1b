import { afterEach, beforeEach, expect, it } from 'vitest';
import { PrometheusClient } from './client.ts';
import { FakePrometheus } from './fakePrometheus.ts';
import { PrometheusMetrics } from './prometheusMetrics.ts';
import { PART } from './queries.ts';

/** Seconds. */
const AT = 1_767_614_400;
const WINDOW_MS = 60_000;
const web = { namespace: 'shop', deployment: 'web' };
let server: FakePrometheus;
let source: PrometheusMetrics;

beforeEach(async () => {
  server = new FakePrometheus();
  const client = new PrometheusClient({ url: await server.start(), windowMs: WINDOW_MS }, { ids: { random: () => 0 } });
  source = new PrometheusMetrics(client, WINDOW_MS);
});
afterEach(() => server.stop());

it('asks each question once for all steps of the past, and answers step by step', async () => {
  server.answer = ({ path, form }) => {
    if (!path.endsWith('query_range')) return { status: 500, body: '' };
    const [from = 0, to = 0, step = 1] = ['start', 'end', 'step'].map((name) => Number(form.get(name)));
    const times: number[] = [];
    for (let at = from; at <= to; at += step) times.push(at);
    const isTraffic = form.get('query')?.includes('rate(http_requests_total') === true;
    const series: [Record<string, string>, (at: number) => number][] = [
      [{ ...web, code: '200', [PART]: 'http_requests_total rate' }, (at) => at - AT + 3],
      [{ ...web, [PART]: 'http_requests_total at' }, (at) => at - 5],
      [{ ...web, [PART]: 'http_requests_total count' }, () => 4],
    ];
    const result = (isTraffic ? series : []).map(([metric, value]) => ({
      metric,
      // Nothing was there at the second step.
      values: times.filter((_, index) => index !== 1).map((at) => [at, String(value(at))]),
    }));
    return { status: 200, body: { status: 'success', data: { resultType: 'matrix', result } } };
  };
  const signals = [
    { signal: 'latency_p95', metric: 'p95' },
    { signal: 'requests_per_second', metric: 'rps' },
  ] as const;
  const span = { from: AT * 1000, to: AT * 1000 + 90_000, stepMs: 30_000 };
  const past = await source.past([{ ...web, metrics: [], signals }], span, new AbortController().signal);
  expect(server.asked).toHaveLength(4);
  expect(past.map(({ at, reading }) => [at / 1000 - AT, reading.objects[0]?.value])).toEqual([
    [0, 3],
    [30, undefined],
    [60, 63],
    [90, 93],
  ]);
  expect(past[2]?.reading.objects[0]?.at).toBe((AT + 55) * 1000);
});

it('says nothing of the past where it is stopped', async () => {
  const stop = new AbortController();
  stop.abort();
  expect(await source.past([{ ...web, metrics: [] }], { from: 0, to: 60_000, stepMs: 30_000 }, stop.signal)).toEqual(
    [],
  );
});
