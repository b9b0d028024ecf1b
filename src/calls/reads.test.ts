import { describe, expect, it } from 'vitest';
import type { ServiceView } from '../observe/serviceView.ts';
import type { LogRequest, PodLogs } from '../ports/podLogs.ts';
import { FLEET_READS, SERVICE_READS } from '../schema/operation.ts';
import type { Pod } from '../schema/workload.ts';
import { FakeCluster } from '../testing/fakeCluster.ts';
import { STOREFRONT, STOREFRONT_WORKLOAD } from '../testing/proposalContext.ts';
import { TOOLS } from '../tools/catalog.ts';
import { answerRead } from './reads.ts';

const pod = (name: string, over: Partial<Pod> = {}): Pod => ({
  name,
  ready: true,
  current: true,
  restarts: 0,
  terminating: false,
  startedAt: 1,
  ...over,
});

function stage(pods: readonly Pod[], answer: Awaited<ReturnType<PodLogs['read']>> = { ok: true, value: 'a line\n' }) {
  const asked: LogRequest[] = [];
  const logs: PodLogs = {
    read: async (request) => {
      asked.push(request);
      return answer;
    },
  };
  const containers = [
    { name: 'proxy', main: false },
    { name: 'app', main: true },
  ];
  const view: ServiceView = {
    namespace: 'shop',
    name: 'storefront',
    blueprint: STOREFRONT,
    object: { apiVersion: '', kind: 'Blueprint', metadata: { name: 'storefront' } },
    matches: 1,
    workload: { ...STOREFRONT_WORKLOAD, pods, containers },
  };
  const read = (tool: string, args: object, withLogs = true) =>
    answerRead({ tool, args: { service: 'shop/storefront', ...args } }, view, {
      views: [view],
      decisions: [],
      reader: new FakeCluster(),
      ...(withLogs && { logs }),
    });
  return { read, asked };
}

const HEALTHY = [pod('web-a', { startedAt: 5 }), pod('web-b', { startedAt: 9 })];

describe('logs, where the gate allows them', () => {
  it.each<{ when: string; pods: readonly Pod[]; name: string }>([
    { when: 'all are well', pods: HEALTHY, name: 'web-b' },
    {
      when: 'one restarted',
      pods: [...HEALTHY, pod('web-c', { lastRestart: { at: 3, reason: 'Error' } })],
      name: 'web-c',
    },
    {
      when: 'some fail',
      pods: [
        pod('web-c', { lastRestart: { at: 99, reason: 'Error' } }),
        pod('web-d', { trouble: 'CrashLoopBackOff', startedAt: 2 }),
        pod('web-e', { trouble: 'CrashLoopBackOff', startedAt: 4 }),
      ],
      name: 'web-e',
    },
  ])('are those of $name, its main container, when $when and none is named', async ({ pods, name }) => {
    const { read, asked } = stage(pods);
    expect(await read('get_logs', { pod: null, lines: 20 })).toEqual({
      ok: true,
      value: { pod: name, container: 'app', log: 'a line\n' },
    });
    expect(asked).toEqual([{ namespace: 'shop', pod: name, container: 'app', lines: 20 }]);
  });

  it.each(['coredns-1', 'other-service-0'])('are never those of %s, which is no pod of the service', async (name) => {
    const { read, asked } = stage(HEALTHY);
    expect(await read('get_logs', { pod: name, lines: 5 })).toEqual({
      ok: false,
      error: `the service has no pod ${name}`,
    });
    expect(asked).toEqual([]);
  });

  it('are cut at their beginning, and secrets are taken out', async () => {
    const value = `${'x'.repeat(9_000)}\nAuthorization: Bearer abcdefgh12345678\nlast words\n`;
    const { read } = stage(HEALTHY, { ok: true, value });
    const answer = await read('get_logs', { pod: null, lines: 20 });
    const log = (answer.ok ? (answer.value as { log: string }).log : '') ?? '';
    expect(log.length).toBeLessThanOrEqual(2_001);
    expect(log.endsWith('last words\n')).toBe(true);
    expect(log).not.toContain('abcdefgh12345678');
  });

  it('fail in the cluster’s words, and where nothing can read them', async () => {
    const error = { code: 'invalid', message: 'waiting to start: ContainerCreating', uncertain: false } as const;
    expect(await stage(HEALTHY, { ok: false, error }).read('get_logs', { pod: null, lines: 5 })).toEqual({
      ok: false,
      error: error.message,
    });
    expect(await stage(HEALTHY).read('get_logs', { pod: null, lines: 5 }, false)).toMatchObject({ ok: false });
    expect(await stage([]).read('get_logs', { pod: null, lines: 5 })).toMatchObject({ ok: false });
  });
});

const yaml = (max: string): string =>
  `metadata: { name: storefront, version: 2.0.0, priority: high, criticality: critical }\nspec:\n  scaling: { min_replicas: 2, max_replicas: ${max} }\n`;

describe('texts of blueprints', () => {
  it('are checked, each fault with its place and fix', async () => {
    const { read } = stage([]);
    expect(await read('validate_blueprint', { yaml: yaml('10') })).toEqual({
      ok: true,
      value: { valid: true, name: 'storefront' },
    });
    const bad = await read('validate_blueprint', { yaml: yaml('ten') });
    expect(bad).toMatchObject({ ok: true, value: { valid: false } });
    expect(JSON.stringify(bad)).toMatch(/line 3: spec\.scaling\.max_replicas: found ten, .*; to mend it: /);
  });

  it('are compared with what is in force', async () => {
    const { read } = stage([]);
    const answer = await read('diff_blueprint', { yaml: yaml('40') });
    expect(answer).toMatchObject({ ok: true, value: { against: '1.0.0' } });
    expect(JSON.stringify(answer)).toContain('scaling.max_replicas: 10 to 40 (wider)');
    expect(await read('diff_blueprint', { yaml: 'a: [' })).toMatchObject({ ok: true, value: { valid: false } });
  });
});

it('every read of the catalogue is one that the gate knows, and every one of those has a tool', () => {
  const reads = TOOLS.filter(({ effect }) => effect === 'read').map(({ name }) => name);
  expect(reads.toSorted(), 'src/schema/operation.ts').toEqual([...FLEET_READS, ...SERVICE_READS].toSorted());
});
