import { describe, expect, it } from 'vitest';
import type { MetricsReading } from '../schema/samples.ts';
import { ManualClock } from '../testing/manualClock.ts';
import type { MetricsFault } from './metricsFault.ts';
import { worldPort } from './port.ts';
import { scene } from './scene.ts';
import { World } from './world.ts';

const METRICS = ['http_latency_p95_seconds', 'http_error_ratio', 'http_requests_per_second'];
const LOAD = { rps: 600, cpu_m_per_rps: 1, cpu_m_idle: 10, latency_ms_base: 60, error_pct_base: 0.1, mem_mi_base: 100 };

async function open() {
  const { world, ...rest } = scene(fresh(), { replicas: 3, requests: { cpu: '500m' }, limits: { cpu: '1' } });
  world.setLoad('shop/web', LOAD);
  await world.advance(15_000);
  const { metrics } = worldPort(world);
  const read = (names: readonly string[] = METRICS): Promise<MetricsReading> =>
    metrics.read([{ namespace: 'shop', deployment: 'web', metrics: names }], new AbortController().signal);
  return { world, read, start: world.clock.now() - 15_000, ...rest };
}
const valueIn = (reading: MetricsReading, metric: string): number | undefined =>
  reading.objects.find((sample) => sample.metric === metric)?.value;

const fresh = (): World => new World({ clock: new ManualClock(), seed: 1 });

describe('the metrics of the world', () => {
  it('give each pod what the load model says, and the service its own, in base units', async () => {
    const { world, read } = await open();
    const reading = await read();
    expect(reading.usage.map(({ cpu, memory }) => [cpu, memory / 1024 / 1024])).toEqual([
      [210, 100],
      [210, 100],
      [210, 100],
    ]);
    expect(METRICS.map((metric) => valueIn(reading, metric))).toEqual([0.06, 0.001, 600]);
    expect(reading.failures).toEqual([]);
    expect(world.measure('shop/web')).toMatchObject({ ready: 3, cpuPerPod: 210, cpuPct: 42, p95Ms: 60, errorPct: 0.1 });
  });

  it('show what a noisy neighbour adds, only while all its pods use more than the bound', async () => {
    const { world } = await open();
    const coupled = (above_cpu_m: number) => ({ aggressor: 'shop/web', above_cpu_m, latency_ms: 140 });
    const { cpuPerPod = 0 } = world.measure('shop/web');
    const all = 3 * cpuPerPod;
    world.setLoad('shop/web', { ...LOAD, couplings: [coupled(all)] });
    expect(world.measure('shop/web').p95Ms).toBe(60);
    world.setLoad('shop/web', { ...LOAD, couplings: [coupled(all - 1)] });
    expect(world.measure('shop/web').p95Ms).toBe(200);
  });

  it('show given points instead of computed values', async () => {
    const { world, read } = await open();
    world.setLoad('shop/web', { ...LOAD, series: { cpu_utilization_pct: 85, memory_mi: 333, latency_p95_ms: 280 } });
    await world.advance(15_000);
    const reading = await read();
    expect(reading.usage[0]).toMatchObject({ cpu: 425, memory: 333 * 1024 * 1024 });
    expect(valueIn(reading, 'http_latency_p95_seconds')).toBe(0.28);
  });

  it('carry the time of the last 15 s boundary, and pods that began after it are not in them', async () => {
    const { world, read, start } = await open();
    world.scaleByHand('shop/web', 5);
    await world.advance(14_999);
    const before = await read();
    expect(before.usage).toHaveLength(3);
    expect(new Set([...before.usage, ...before.objects].map(({ at }) => at))).toEqual(new Set([start + 15_000]));
    await world.advance(1);
    const after = await read();
    expect(after.usage).toHaveLength(5);
    expect(after.usage[0]).toMatchObject({ at: start + 30_000, cpu: 130, windowMs: 15_000 });
  });

  it('have no latency and no usage without a ready pod, and all errors', async () => {
    const { world, read } = await open();
    world.scaleByHand('shop/web', 0);
    await world.advance(15_000);
    const reading = await read();
    expect(reading.usage).toEqual([]);
    expect(METRICS.map((metric) => valueIn(reading, metric))).toEqual([undefined, 1, 600]);
  });

  it('share a pod between its containers by their requests, sidecars too, and nothing for what has ended', async () => {
    const world = new World({ clock: new ManualClock(), seed: 1 });
    const container = (name: string, cpu: string, more: object = {}) => ({
      name,
      image: `registry.example/${name}:1`,
      resources: { requests: { cpu } },
      ...more,
    });
    world.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            initContainers: [container('migrate', '900m'), container('mesh', '100m', { restartPolicy: 'Always' })],
            containers: [container('app', '400m')],
          },
        },
      },
    });
    world.setLoad('shop/web', { rps: 0, cpu_m_fixed_per_pod: 350 });
    await world.advance(15_000);
    expect(world.scrapes.read([{ namespace: 'shop', deployment: 'web', metrics: [] }]).usage).toMatchObject([
      { container: 'mesh', cpu: 70 },
      { container: 'app', cpu: 280 },
    ]);
    expect(world.measure('shop/web').cpuPct).toBe(70);
  });

  it('name a metric that is not served, and give the others', async () => {
    const { read } = await open();
    const reading = await read(['http_error_ratio', 'queue_length']);
    expect(reading.failures).toEqual([
      { what: 'object', namespace: 'shop', metric: 'queue_length', message: expect.stringContaining('queue_length') },
    ]);
    expect(valueIn(reading, 'http_error_ratio')).toBe(0.001);
  });

  it.each<[string, Omit<MetricsFault, 'target'>, number, (number | undefined)[]]>([
    ['missing altogether', { missing: true }, 0, [undefined, undefined, undefined]],
    ['missing one signal', { missing: ['latency_p95_ms'] }, 3, [undefined, 0.001, 600]],
    ['missing of two pods', { missing: [], missingPods: 2 }, 1, [0.06, 0.001, 600]],
    ['missing CPU', { missing: ['cpu_utilization_pct'] }, 0, [0.06, 0.001, 600]],
    ['other values', { values: { error_rate_pct: [Number.NaN], rps: [-5] } }, 3, [0.06, Number.NaN, -5]],
    ['a value of none', { values: { error_rate_pct: [null] } }, 3, [0.06, undefined, 600]],
  ])('can be faulty: %s', async (_name, fault, usage, values) => {
    const { world, read } = await open();
    const end = world.metricsFault({ target: 'shop/web', ...fault });
    const reading = await read();
    expect(reading.usage).toHaveLength(usage);
    expect(METRICS.map((metric) => valueIn(reading, metric))).toEqual(values);
    end();
    expect(METRICS.map((metric) => valueIn({ ...reading, ...world.scrapes.read([target]) }, metric))).toEqual([
      0.06, 0.001, 600,
    ]);
  });

  it('cycle through given values, one a scrape, from the newest scrape on', async () => {
    const { world, read } = await open();
    world.metricsFault({ target: '*', values: { cpu_utilization_pct: [90, 10] } });
    const seen: (number | undefined)[] = [];
    for (let scrape = 0; scrape < 3; scrape += 1) {
      seen.push((await read()).usage[0]?.cpu);
      await world.advance(15_000);
    }
    expect(seen).toEqual([450, 50, 450]);
  });

  it('can stand still: the same samples with their old time, while the service goes on', async () => {
    const { world, read, start } = await open();
    const end = world.metricsFault({ target: 'shop/web', frozen: true });
    await world.advance(60_000);
    expect((await read()).objects[0]?.at).toBe(start + 15_000);
    end();
    expect((await read()).objects[0]?.at).toBe(start + 75_000);
  });

  it('can stand still in some signals only', async () => {
    const { world, read, start } = await open();
    world.metricsFault({ target: 'shop/web', frozen: ['latency_p95_ms'] });
    await world.advance(60_000);
    const { objects, usage } = await read();
    const at = Object.fromEntries(objects.map((sample) => [sample.metric, sample.at - start]));
    expect(at).toMatchObject({ http_latency_p95_seconds: 15_000, http_error_ratio: 75_000 });
    expect(usage[0]?.at).toBe(start + 75_000);
    world.metricsFault({ target: 'shop/web', frozen: ['cpu_utilization_pct'] });
    await world.advance(60_000);
    expect((await read()).usage[0]?.at).toBe(start + 75_000);
  });

  it('can fail as a whole, with the words of the source and no sample', async () => {
    const { world, read } = await open();
    world.metricsFault({ target: '*', failing: 'the server is currently unable to handle the request' });
    const reading = await read();
    expect([reading.usage, reading.objects]).toEqual([[], []]);
    expect(reading.failures.map(({ what }) => what)).toEqual(['usage', 'object']);
  });

  it('begin their loads when told, with the first rate before', async () => {
    const { world } = await open();
    world.setLoad('shop/web', {
      ...LOAD,
      rps: [
        [0, 100],
        [30, 700],
      ],
    });
    await world.advance(5000);
    world.startLoads();
    expect(world.measure('shop/web').rps).toBe(100);
    await world.advance(15_000);
    expect(world.measure('shop/web').rps).toBe(400);
  });
});

const target = { namespace: 'shop', deployment: 'web', metrics: METRICS };
