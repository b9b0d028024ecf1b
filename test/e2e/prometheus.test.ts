import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ServiceNumber } from '../../src/faces/cli/doctor/doctorNumbers.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { describePrometheus, type Prometheus, startPrometheus } from '../cluster/prometheus.ts';
import { installCrds } from '../contract/installCrds.ts';
import { blueprint, decisions, deployment, eventually, Fairlead, load } from './fairlead.ts';

const suite = (): void => {
  const data = mkdtempSync(path.join(tmpdir(), 'fairlead-e2e-data-'));
  let cluster: Cluster;
  let prometheus: Prometheus;
  let fairlead: Fairlead;

  beforeAll(async () => {
    cluster = await startCluster({ load: { default: load(0.5, 2) } });
    await installCrds(cluster);
    const { metrics } = JSON.parse(readFileSync(path.join(cluster.dir, 'rig.json'), 'utf8')) as { metrics: string };
    prometheus = await startPrometheus({ targets: [new URL(metrics).host] });
    process.env['FAIRLEAD_PROMETHEUS_URL'] = prometheus.url;
    process.env['FAIRLEAD_PROMETHEUS_WINDOW'] = '10s';
    fairlead = new Fairlead(cluster, data);
    await cluster.kubectl(['create', 'namespace', 'shop']);
    for (const name of ['web', 'own']) {
      await cluster.kubectl(['apply', '-f', '-'], { input: deployment('shop', name, 2) });
      fairlead.writeBlueprint(name, blueprint('shop', name));
    }
    fairlead.writeBlueprint(
      'own',
      blueprint('shop', 'own').replace(
        'spec:\n',
        `spec:\n  metrics: { queries: { latency_p95: 'http_requests_total * on(namespace) http_requests_total' } }\n`,
      ),
    );
    await fairlead.run('apply', '-f', fairlead.blueprints);
  });
  afterAll(async () => {
    await fairlead?.stop('SIGKILL');
    fairlead?.remove();
    for (const name of ['URL', 'WINDOW']) delete process.env[`FAIRLEAD_PROMETHEUS_${name}`];
    await prometheus?.stop();
    await cluster?.stop();
    rmSync(data, { recursive: true, force: true });
  });

  interface Finding {
    readonly what: string;
    readonly state: string;
    readonly detail: string;
    readonly fix?: string;
    readonly numbers?: readonly ServiceNumber[];
  }
  const doctor = async (): Promise<{
    of(what: string): Finding | undefined;
    number(service: string, signal: string): ServiceNumber | undefined;
  }> => {
    const { out } = await fairlead.run('doctor', '--data', data, '-o', 'json');
    const findings = JSON.parse(out) as Finding[];
    const of = (what: string): Finding | undefined => findings.find((finding) => finding.what === what);
    return {
      of,
      number: (service, signal) =>
        of('numbers')?.numbers?.find((one) => one.service === service && one.signal === signal),
    };
  };

  it('shows what it would decide on, with age and source, and what one query says of itself', async () => {
    const seen = await eventually('numbers of a whole window', 60_000, fairlead, async () => {
      const looked = await doctor();
      const cpu = looked.number('shop/web', 'cpu')?.value ?? 0;
      const requests = looked.number('shop/web', 'latency_p95')?.requests ?? 0;
      // On a busy machine the signals come one after the other.
      const isWhole = ['shop/web', 'shop/own'].every((service) =>
        ['cpu', 'error_rate'].every((signal) => looked.number(service, signal)?.state === 'fresh'),
      );
      return isWhole && cpu > 0.45 && cpu < 0.55 && requests > 20 ? looked : undefined;
    });
    expect(seen.of('prometheus')).toMatchObject({ state: 'fine', detail: expect.stringContaining('rates over 10 s') });
    for (const signal of ['cpu', 'error_rate', 'latency_p95', 'requests_per_second']) {
      expect(seen.number('shop/web', signal)).toMatchObject({ state: 'fresh', source: 'prometheus' });
      expect(seen.number('shop/web', signal)?.ageSeconds).toBeLessThan(10);
    }
    expect(seen.number('shop/web', 'cpu')?.value).toBeCloseTo(0.5, 1);
    expect(seen.number('shop/web', 'latency_p95')?.requests).toBeGreaterThan(20);
    expect(seen.number('shop/own', 'latency_p95')).toMatchObject({
      state: 'missing',
      detail: expect.stringMatching(
        /queries\.latency_p95: HTTP 422, execution: (found duplicate series|multiple matches)/,
      ),
    });
    for (const signal of ['cpu', 'error_rate'])
      expect(seen.number('shop/own', signal)).toMatchObject({ state: 'fresh' });
    const { out } = await fairlead.run('doctor', '--data', data);
    expect(out).toMatch(/^SERVICE +SIGNAL +VALUE +AGE +SOURCE +NOTE$/m);
    expect(out).toMatch(/^shop\/web +cpu +\d+(\.\d)?% +\d s +prometheus/m);
  });

  it('asks the metrics APIs while Prometheus is away, and says so', async () => {
    await prometheus.halt();
    const gone = await doctor();
    expect(gone.of('prometheus')).toMatchObject({
      state: 'wrong',
      fix: expect.stringContaining('FAIRLEAD_PROMETHEUS_URL'),
    });
    for (const signal of ['cpu', 'error_rate', 'latency_p95']) {
      expect(gone.number('shop/web', signal)).toMatchObject({ state: 'fresh', source: 'kubernetes' });
    }
    expect(gone.number('shop/own', 'latency_p95')).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
    await prometheus.resume();
    await eventually('Prometheus again', 60_000, fairlead, async () =>
      (await doctor()).number('shop/web', 'cpu')?.source === 'prometheus' ? true : undefined,
    );
  });

  it('scales on what Prometheus says, and the record names what the numbers are made from', async () => {
    cluster.setLoad({ default: load(0.5, 2), services: { 'shop/web': load(0.85, 2) } });
    fairlead.up('--no-serve');
    const done = await eventually('a decision that succeeded', 150_000, fairlead, async () =>
      (await decisions(cluster, 'shop')).find(
        ({ spec, status }) => spec.target.name === 'web' && status?.phase === 'Succeeded',
      ),
    );
    expect(JSON.stringify(done.spec)).toMatch(/cpu \d+(\.\d)?% .* over 10 s, sampled /);
    expect((await decisions(cluster, 'shop')).filter(({ spec }) => spec.target.name === 'own')).toEqual([]);
  });
};

describePrometheus('fairlead beside a real Prometheus and a real API server', suite, describeCluster);
