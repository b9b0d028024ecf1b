import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../config.ts';
import type { ServiceView } from '../../../observe/serviceView.ts';
import type { Signal } from '../../../schema/assessment.ts';
import { calmBlueprint, calmWorkload, hotAssessment, NOON, signal } from '../../../testing/gateInput.ts';
import { besidePrometheus, numbersOf, numbersTable, prometheusFinding } from './doctorNumbers.ts';

const viewOf = (signals: readonly Signal[], more: Partial<ServiceView> = {}): ServiceView => ({
  namespace: 'shop',
  name: 'web',
  object: { apiVersion: '', kind: '', metadata: { name: 'web' } },
  matches: 1,
  blueprint: calmBlueprint(),
  workload: calmWorkload(),
  assessment: hotAssessment({ signals }),
  ...more,
});
const missing = (name: Signal['name'], more: Partial<Signal> = {}): Signal => {
  const { value: _, ...rest } = signal(name);
  return { ...rest, state: 'missing', detail: 'no series', ...more };
};
const fixOf = (one: Signal, prometheus: boolean, more: Partial<ServiceView> = {}): string | undefined =>
  numbersOf(viewOf([one], more), NOON, prometheus)[0]?.fix;

describe('the numbers that the doctor shows', () => {
  it('have their age, their source and the requests behind them', () => {
    const seen = signal('latency_p95', {
      value: 120,
      sampleAt: NOON - 3200,
      source: 'prometheus',
      requests: 41.7,
      state: 'fresh',
    });
    const numbers = numbersOf(viewOf([seen]), NOON, true);
    expect(numbers).toEqual([
      expect.objectContaining({
        service: 'shop/web',
        signal: 'latency_p95',
        value: 120,
        ageSeconds: 3.2,
        source: 'prometheus',
        requests: 41,
      }),
    ]);
    expect(numbersTable(numbers)).toMatch(/shop\/web +latency_p95 +120 ms +3 s +prometheus +41 requests/);
  });

  it.each<[string, Signal, boolean, Partial<ServiceView>, RegExp | undefined]>([
    [
      'a label, where Prometheus has other ones',
      missing('latency_p95'),
      true,
      {},
      /label the series .* or write spec.metrics.queries.latency_p95/,
    ],
    [
      'an adapter, where there is none',
      missing('error_rate'),
      false,
      {},
      /custom metrics adapter.*or set FAIRLEAD_PROMETHEUS_URL/,
    ],
    ['the scrape of cAdvisor', missing('cpu'), true, {}, /scrape cAdvisor/],
    ['metrics-server', missing('cpu'), false, {}, /install metrics-server/],
    [
      'a request',
      missing('cpu'),
      true,
      { workload: calmWorkload({ requests: { missing: ['app'] } }) },
      /set resources.requests.cpu/,
    ],
    ['a source that stands still', missing('cpu', { state: 'stale' }), true, {}, /stands still/],
    [
      'its own query',
      missing('latency_p95'),
      true,
      { blueprint: calmBlueprint({ metrics: { ...calmBlueprint().metrics, queries: { latencyP95: 'x' } } }) },
      /mend spec.metrics.queries.latency_p95/,
    ],
    [
      'its own query, where nobody can be asked',
      missing('latency_p95'),
      false,
      { blueprint: calmBlueprint({ metrics: { ...calmBlueprint().metrics, queries: { latencyP95: 'x' } } }) },
      /set FAIRLEAD_PROMETHEUS_URL, or take/,
    ],
    [
      'nothing, where nobody asks for anything',
      missing('latency_p95', { state: 'implausible', requests: 0 }),
      true,
      {},
      undefined,
    ],
    ['nothing, where no pod is ready', missing('cpu'), true, { workload: calmWorkload({ ready: 0 }) }, undefined],
    [
      'nothing, where the service is new',
      missing('cpu'),
      true,
      { workload: calmWorkload({ createdAt: NOON - 60_000 }) },
      undefined,
    ],
  ])('name what to mend: %s', (_, one, prometheus, more, words) => {
    const fix = fixOf(one, prometheus, more);
    if (words === undefined) expect(fix).toBeUndefined();
    else expect(fix).toMatch(words);
  });
});

describe('the finding about Prometheus', () => {
  it('is off where none is set up, and wrong with a fix where it does not answer; no password is shown', async () => {
    const finding = async (env: Record<string, string>) => {
      const config = loadConfig({}, env);
      return config.ok ? prometheusFinding(config.value, () => NOON) : undefined;
    };
    expect(await finding({})).toMatchObject({ state: 'off' });
    const gone = await finding({ FAIRLEAD_PROMETHEUS_URL: 'http://ada:hunter2@127.0.0.1:1' });
    expect(gone).toMatchObject({ state: 'wrong', fix: expect.stringContaining('check FAIRLEAD_PROMETHEUS_URL') });
    expect(JSON.stringify(gone)).not.toContain('hunter2');
  });

  it('makes a metrics API that is not served nothing wrong, and leaves one that fails', () => {
    const api = {
      what: 'metrics.k8s.io',
      state: 'wrong' as const,
      detail: 'not served: no CPU',
      fix: 'install metrics-server',
    };
    const broken = { ...api, detail: '503 service unavailable' };
    const fine = { what: 'prometheus', state: 'fine' as const, detail: '' };
    expect(besidePrometheus([api, broken], fine).map(({ state }) => state)).toEqual(['off', 'wrong']);
    expect(besidePrometheus([api], { ...fine, state: 'wrong' })).toEqual([api]);
  });
});
