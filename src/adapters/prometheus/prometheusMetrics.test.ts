import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MetricTarget, WantedSignal } from '../../ports/metrics.ts';
import type { ObjectSample } from '../../schema/samples.ts';
import { PrometheusClient } from './client.ts';
import { FakePrometheus, type Reply, refusal, vector } from './fakePrometheus.ts';
import { PrometheusMetrics } from './prometheusMetrics.ts';
import { PART } from './queries.ts';

const never = new AbortController().signal;
const WINDOW_MS = 60_000;
/** Seconds. */
const AT = 1_767_614_400;
const NAMES = { latency_p95: 'p95', error_rate: 'errors', requests_per_second: 'rps' } as const;
type Name = keyof typeof NAMES;

const signals = (queries: Partial<Record<Name, string>> = {}, limit = 0.2): WantedSignal[] =>
  (Object.keys(NAMES) as Name[]).map((signal) => {
    const query = queries[signal];
    return {
      signal,
      metric: NAMES[signal],
      ...(query !== undefined && { query }),
      ...(signal === 'latency_p95' && { limit }),
    };
  });
const target = (deployment: string, more: Partial<MetricTarget> = {}): MetricTarget => ({
  namespace: 'shop',
  deployment,
  metrics: [],
  signals: signals(),
  podNames: () => [`${deployment}-1`, `${deployment}-2`],
  ...more,
});

/** What there is, by the first words that tell the grouped questions apart. */
let parts: Record<
  'usage' | 'named' | 'latency' | 'traffic',
  readonly (readonly [Record<string, string>, number | string])[]
>;
let server: FakePrometheus;
let source: PrometheusMetrics;
const kindOf = (query: string): keyof typeof parts =>
  query.includes('container_cpu')
    ? 'usage'
    : query.includes('_bucket')
      ? 'latency'
      : query.includes('http_requests_total')
        ? 'traffic'
        : 'named';

beforeEach(async () => {
  parts = { usage: [], named: [], latency: [], traffic: [] };
  server = new FakePrometheus();
  server.answer = ({ form }) => vector(parts[kindOf(form.get('query') ?? '')]);
  const client = new PrometheusClient(
    { url: await server.start(), windowMs: WINDOW_MS },
    { ids: { random: () => 0 }, limits: { timeoutMs: 2000 } },
  );
  source = new PrometheusMetrics(client, WINDOW_MS);
});
afterEach(() => server.stop());

const read = (targets: readonly MetricTarget[]) => source.read(targets, never);
const sampleOf = async (
  name: Name,
  targets: readonly MetricTarget[] = [target('web')],
): Promise<ObjectSample | string | undefined> => {
  const { objects, failures } = await read(targets);
  return (
    objects.find(({ metric }) => metric === NAMES[name]) ??
    failures.find(({ metric }) => metric === NAMES[name])?.message
  );
};

const H = 'http_request_duration_seconds';
const web = { namespace: 'shop', deployment: 'web' };
const pod = (name: string) => ({ namespace: 'shop', pod: name });
const buckets = (labels: Record<string, string>, counts: readonly (readonly [string, number])[]) =>
  counts.map(([le, rate]) => [{ ...labels, le, [PART]: `${H} rate` }, rate] as const);
const timed = (labels: Record<string, string>, name: string, count = 4, at = AT) =>
  [
    [{ ...labels, [PART]: `${name} at` }, at],
    [{ ...labels, [PART]: `${name} count` }, count],
  ] as const;
const rate = (labels: Record<string, string>, value: number | string, name = 'http_requests_total') =>
  [{ ...labels, [PART]: `${name} rate` }, value] as const;

describe('grouped questions', () => {
  it('are four for a hundred services, none of them per service', async () => {
    await read(Array.from({ length: 100 }, (_, index) => target(`s${index}`, { namespace: `n${index % 3}` })));
    expect(server.queries()).toHaveLength(4);
    for (const query of server.queries()) {
      expect(query).toContain('namespace=~"n0|n1|n2"');
      expect(query).not.toContain('s1');
    }
  });

  it('are only those that somebody has a use for', async () => {
    await read([target('web', { signals: [] })]);
    expect(server.queries().map(kindOf)).toEqual(['usage']);
  });

  it('never hold what a blueprint wrote, and names that PromQL cannot write are left out', async () => {
    const queries = { latency_p95: 'job:p95{app="mine"}', error_rate: 'my_errors', requests_per_second: 'my_rate' };
    const odd = signals().map((one) => ({ ...one, metric: `team/${one.metric}` }));
    await read([target('own', { signals: signals(queries) }), target('odd', { signals: odd }), target('web')]);
    const grouped = server.queries().filter((query) => query.includes('namespace=~'));
    expect(grouped).toHaveLength(4);
    expect(grouped.join()).not.toMatch(/mine|my_errors|team/);
  });
});

describe('latency', () => {
  it("is the quantile over all pods of a service, and nobody else's, with the requests behind it", async () => {
    parts.latency = [
      ...buckets(pod('web-1'), [
        ['0.1', 1],
        ['0.5', 1],
        ['+Inf', 1],
      ]),
      ...buckets(pod('web-2'), [
        ['0.1', 0],
        ['0.5', 1],
        ['+Inf', 1],
      ]),
      ...buckets(pod('webshop-1'), [
        ['0.1', 0],
        ['0.5', 0],
        ['+Inf', 900],
      ]),
      ...timed(pod('web-1'), H),
      ...timed(pod('webshop-1'), H),
    ];
    const sample = await sampleOf('latency_p95');
    expect(sample).toMatchObject({
      at: AT * 1000,
      windowMs: 15_000,
      overMs: WINDOW_MS,
      requests: 120,
      source: 'prometheus',
    });
    expect((sample as ObjectSample).value).toBeCloseTo(0.46, 9);
  });

  it("is taken from the series with the signal's own name where there is one", async () => {
    parts.named = [[{ ...web, [PART]: 'p95 value' }, 0.3], ...timed(web, 'p95', 2)];
    parts.latency = [
      ...buckets(web, [
        ['0.1', 1],
        ['+Inf', 1],
      ]),
      ...timed(web, H),
    ];
    expect(await sampleOf('latency_p95')).toMatchObject({ value: 0.3, windowMs: 30_000 });
  });

  it('takes one copy of replicated series whole: 26 ms, not 12 s put together from two', async () => {
    // Each copy alone says 26 ms or less; the larger of each bucket would say 12 s.
    parts.latency = [
      ...buckets({ ...web, prometheus_replica: 'a' }, [
        ['0.026', 0.02],
        ['0.1', 0.02],
        ['12', 0.02],
        ['+Inf', 0.02],
      ]),
      ...buckets({ ...web, prometheus_replica: 'b' }, [
        ['0.026', 0.01],
        ['0.1', 0.01],
        ['12', 0.01],
        ['+Inf', 0.01],
      ]),
      ...timed(web, H),
    ];
    const sample = (await sampleOf('latency_p95')) as ObjectSample;
    expect(sample.value).toBeLessThan(0.026);
    expect(sample.requests).toBeCloseTo(1.2, 9);
  });

  it('without a request is no number, and not zero', async () => {
    parts.latency = [
      ...buckets(web, [
        ['0.1', 0],
        ['+Inf', 0],
      ]),
      ...timed(web, H),
    ];
    expect(await sampleOf('latency_p95')).toMatchObject({ value: Number.NaN, requests: 0 });
  });

  it('above the last bucket is at least its bound; where that says nothing about the objective, it is missing', async () => {
    parts.latency = [
      ...buckets(web, [
        ['0.1', 1],
        ['+Inf', 10],
      ]),
      ...timed(web, H),
    ];
    expect(await sampleOf('latency_p95', [target('web', { signals: signals({}, 0.05) })])).toMatchObject({
      value: 0.1,
    });
    expect(await sampleOf('latency_p95')).toMatch(/p95 lies above the last bucket .* give it buckets up to 0.2 s/);
  });

  it('that outlives its series is none: nothing stands behind the rate any more', async () => {
    parts.latency = [
      ...buckets(web, [
        ['0.1', 1],
        ['+Inf', 1],
      ]),
    ];
    expect(await sampleOf('latency_p95')).toMatch(/no series p95\{namespace,deployment\}, and no histogram/);
  });

  it('sampled too seldom for a rate says which setting to change', async () => {
    parts.latency = [...timed(web, H, 1)];
    expect(await sampleOf('latency_p95')).toMatch(/sampled once in 1m: set FAIRLEAD_PROMETHEUS_WINDOW/);
  });
});

describe('errors and traffic', () => {
  it.each([
    ['code', '503', '200'],
    ['status', '5xx', '2xx'],
    ['http_response_status_code', '500', '404'],
  ])('come from the label %s', async (label, bad, good) => {
    parts.traffic = [
      rate({ ...web, [label]: bad }, 1),
      rate({ ...web, [label]: good }, 3),
      ...timed(web, 'http_requests_total'),
    ];
    expect(await sampleOf('error_rate')).toMatchObject({ value: 0.25, requests: 240 });
    expect(await sampleOf('requests_per_second')).toMatchObject({ value: 4 });
  });

  it('no error at all is a ratio of zero', async () => {
    parts.traffic = [rate({ ...web, code: '200' }, 3), ...timed(web, 'http_requests_total')];
    expect(await sampleOf('error_rate')).toMatchObject({ value: 0 });
  });

  it('no label for the status is no ratio at all; the traffic is known', async () => {
    parts.traffic = [rate(web, 3), ...timed(web, 'http_requests_total')];
    expect(await sampleOf('error_rate')).toMatch(/http_requests_total has no label code, status, .*queries.error_rate/);
    expect(await sampleOf('requests_per_second')).toMatchObject({ value: 3 });
  });

  it('no request is no ratio', async () => {
    parts.traffic = [rate({ ...web, code: '200' }, 0), ...timed(web, 'http_requests_total')];
    expect(await sampleOf('error_rate')).toMatchObject({ value: Number.NaN, requests: 0 });
  });

  it('are not doubled by a second Prometheus', async () => {
    parts.traffic = [
      rate({ ...web, code: '200', replica: 'a' }, 3),
      rate({ ...web, code: '200', replica: 'b' }, 3.1),
      ...timed(web, 'http_requests_total'),
    ];
    expect(await sampleOf('requests_per_second')).toMatchObject({ value: 3.1 });
  });

  it('an infinite rate is passed on as it came', async () => {
    parts.traffic = [rate({ ...web, code: '200' }, Number.POSITIVE_INFINITY), ...timed(web, 'http_requests_total')];
    expect(await sampleOf('requests_per_second')).toMatchObject({ value: Number.POSITIVE_INFINITY });
  });
});

describe('use of containers', () => {
  const app = { namespace: 'shop', pod: 'web-1', container: 'app' };
  it('is in millicores and bytes, with the time of its own sample', async () => {
    parts.usage = [
      [{ ...app, [PART]: 'cpu' }, 0.25],
      [{ ...app, [PART]: 'memory' }, 1000],
      [{ ...app, [PART]: 'at' }, AT],
      [{ ...app, container: 'gone', [PART]: 'cpu' }, 9],
      [{ namespace: 'shop', [PART]: 'count' }, 2],
    ];
    expect((await read([target('web')])).usage).toEqual([
      { ...app, cpu: 250, memory: 1000, at: AT * 1000, windowMs: 30_000, overMs: WINDOW_MS, source: 'prometheus' },
    ]);
  });

  it('names what is missing, by namespace', async () => {
    const { failures } = await read([target('web', { signals: [] })]);
    expect(failures).toEqual([
      {
        what: 'usage',
        namespace: 'shop',
        message: expect.stringContaining('no series container_cpu_usage_seconds_total'),
      },
    ]);
  });
});

describe('a partial answer', () => {
  it('gives no sum, and keeps the use of each container that is in it', async () => {
    parts.usage = [
      [{ namespace: 'shop', pod: 'web-1', container: 'app', [PART]: 'cpu' }, 1],
      [{ namespace: 'shop', pod: 'web-1', container: 'app', [PART]: 'at' }, AT],
    ];
    parts.traffic = [rate({ ...web, code: '200' }, 3), ...timed(web, 'http_requests_total')];
    server.answer = ({ form }) =>
      vector(parts[kindOf(form.get('query') ?? '')], { warnings: ['store 2 did not answer'] });
    const { usage, objects, failures } = await read([target('web')]);
    expect([usage.length, objects]).toEqual([1, []]);
    expect(failures.map(({ message }) => message)).toContain(
      'Prometheus: a partial answer, which is none: store 2 did not answer',
    );
  });
});

describe("a query of a blueprint's own", () => {
  const own = target('a', { signals: signals({ requests_per_second: 'sum(rate(mine[2m]))' }).slice(2) });
  const others = [target('b'), target('c')];
  const value = (...values: (number | string)[]): Reply => vector(values.map((one) => [{}, one] as const));
  let mine: Reply;
  let times: Reply;
  beforeEach(() => {
    parts.traffic = ['b', 'c'].flatMap((deployment) => [
      rate({ namespace: 'shop', deployment, code: '200' }, 5),
      ...timed({ namespace: 'shop', deployment }, 'http_requests_total'),
    ]);
    times = vector([
      [{ [PART]: '0 at' }, AT],
      [{ [PART]: '0 count' }, 10],
    ]);
    mine = value(7);
    server.answer = ({ form }) => {
      const query = form.get('query') ?? '';
      if (query === 'sum(rate(mine[2m]))') return mine;
      return query.includes('timestamp(mine)') ? times : vector(parts[kindOf(query)]);
    };
  });

  it('bears the time of the series behind it', async () => {
    const { objects } = await read([own]);
    expect(objects).toEqual([
      {
        namespace: 'shop',
        deployment: 'a',
        metric: 'rps',
        value: 7,
        at: AT * 1000,
        windowMs: 30_000,
        overMs: 120_000,
        source: 'prometheus',
      },
    ]);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'many-to-many',
      () => (mine = refusal(422, 'execution', 'found duplicate series for the match group {pod="a-1"}')),
      /422, execution: found duplicate/,
    ],
    [
      'several values',
      () =>
        (mine = vector([
          [{ x: '1' }, 1],
          [{ x: '2' }, 2],
        ])),
      /gives 2 values, not one/,
    ],
    ['no value', () => (mine = vector([])), /gives no value/],
    ['series that are gone', () => (times = vector([])), /no series behind the query has a sample/],
    ['a partial answer', () => (mine = vector([[{}, 1]], { isPartial: true })), /partial answer/],
    ['no answer', () => (mine = 'hang'), /no answer within/],
  ])('fails alone with %s, and is asked again', async (_, breakIt, words) => {
    const good = mine;
    const goodTimes = times;
    breakIt();
    const { objects, failures } = await read([own, ...others]);
    const rates = objects
      .filter(({ metric }) => metric === 'rps')
      .map(({ deployment, value: seen }) => [deployment, seen]);
    expect(rates).toEqual([
      ['b', 5],
      ['c', 5],
    ]);
    const told = failures.filter(({ deployment }) => deployment === 'a');
    expect(told).toEqual([
      { what: 'object', namespace: 'shop', deployment: 'a', metric: 'rps', message: expect.stringMatching(words) },
    ]);
    [mine, times] = [good, goodTimes];
    expect((await read([own])).objects).toHaveLength(1);
  });
});
