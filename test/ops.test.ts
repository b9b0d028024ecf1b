import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROWS } from '../scripts/monitoring/panels.ts';
import { cli } from './cli/cli.ts';
import { describePromtool, promtool } from './promtool.ts';
import { type OpsStage, openOpsStage } from './stages/opsStage.ts';

const MINUTE = 60_000;
let stage: OpsStage;

beforeAll(async () => {
  stage = await openOpsStage();
  await until('started', async () => (await probe('startupz'))[0] === 200);
}, 3 * MINUTE);
afterAll(() => stage.close(), MINUTE);

const probe = async (name: string): Promise<[number, { ok: boolean; why: string }]> => {
  const answer = await fetch(`${stage.url}/${name}`);
  return [answer.status, (await answer.json()) as { ok: boolean; why: string }];
};

async function until(what: string, done: () => Promise<boolean>, ms = 2 * MINUTE): Promise<void> {
  const end = performance.now() + ms;
  while (!(await done().catch(() => false))) {
    if (performance.now() > end) throw new Error(`not within ${ms / 1000} s: ${what}\n${stage.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

describe('the ops port of a running process', () => {
  it('is started and ready once the services were looked at', async () => {
    expect(await probe('startupz')).toEqual([200, { ok: true, why: 'started' }]);
    expect(await probe('livez')).toEqual([200, { ok: true, why: 'alive' }]);
    expect(await probe('readyz')).toEqual([200, { ok: true, why: 'ready' }]);
    expect(stage.said()).toMatch(/metrics and probes on port \d+\n/);
  });

  it('has nothing else, and nothing that does anything', async () => {
    expect((await fetch(`${stage.url}/`)).status).toBe(404);
    expect((await fetch(`${stage.url}/debug/pprof`)).status).toBe(404);
    expect((await fetch(`${stage.url}/metrics`, { method: 'POST' })).status).toBe(404);
  });

  it('counts a change from the model that failed to the write that is in the cluster', {
    timeout: 2 * MINUTE,
  }, async () => {
    stage.world.setLoad('shop/web', { rps: 200, cpu_m_per_rps: 5, latency_ms_base: 40, error_pct_base: 0 });
    await until(
      'a change',
      async () => (await stage.value('fairlead_changes_applied_total', 'undo="false"')) > 0,
      MINUTE,
    );
    const counted = async (name: string, labels = ''): Promise<boolean> => (await stage.value(name, labels)) > 0;
    for (const [name, labels] of [
      [
        'fairlead_verdicts_total',
        'role="controller",operation="scale_within_limits",verdict="allowed",requester="agent"',
      ],
      [
        'fairlead_verdicts_total',
        'role="executor",operation="scale_within_limits",verdict="allowed",requester="agent"',
      ],
      ['fairlead_findings_total', 'rule="G8"'],
      ['fairlead_agent_answers_total', 'role="decision-engine",by="fallback"'],
      ['fairlead_model_calls_total', 'role="decision-engine",result="unavailable"'],
      ['fairlead_changes_applied_total', 'kind="scale",undo="false"'],
      ['fairlead_journal_records_total', 'role="executor",kind="intent"'],
      ['fairlead_journal_size_bytes', ''],
      ['fairlead_data_free_bytes', ''],
      ['fairlead_blueprint_versions_total', 'accepted="true"'],
      ['fairlead_services', 'standing="governed"'],
      ['fairlead_breakers', 'state="closed"'],
      ['fairlead_decisions_open', 'phase="Verifying"'],
      ['fairlead_metric_samples', 'what="usage"'],
      ['controller_runtime_reconcile_total', 'controller="observe",result="success"'],
      ['rest_client_requests_total', 'code="200",method="PATCH"'],
      ['leader_election_master_status', 'name="fairlead-executor"'],
    ] as const) {
      expect([name, labels, await counted(name, labels)]).toEqual([name, labels, true]);
    }
    await until('its end', async () => counted('fairlead_operations_total', 'operation="scale_within_limits"'));
    expect(await counted('fairlead_operation_seconds_count', 'scale_within_limits')).toBe(true);
    expect(await counted('fairlead_verifications_total')).toBe(true);
  });

  it('has every metric that the dashboard and the alerts ask for', async () => {
    const named = new Set(
      [...asked().matchAll(/\b(?:fairlead|controller_runtime|rest_client|leader_election|process|nodejs)_\w+/g)].map(
        ([name]) => name,
      ),
    );
    const served = new Set([...(await stage.scrape()).matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
    expect(named.size).toBeGreaterThan(30);
    expect([...named].filter((name) => !served.has(name.replace(/_(?:bucket|sum|count)$/, '')))).toEqual([]);
  });

  it('has no metric that nobody reads, and the pages on it name all of them and no other', async () => {
    const page = ['MONITORING.md', 'reference/metrics.md']
      .map((name) => readFileSync(path.join(import.meta.dirname, '../docs', name), 'utf8'))
      .join('\n');
    const served = [...(await stage.scrape()).matchAll(/^# TYPE ((?:fairlead|controller|leader|rest)_\S+)/gm)].map(
      ([, name = '']) => name,
    );
    expect(served.filter((name) => !asked().includes(name))).toEqual([]);
    expect(served.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    const told = [...page.matchAll(/`((?:fairlead|controller|leader|rest)_\w+)`/g)].map(([, name = '']) => name);
    expect(told.filter((name) => !served.includes(name) && !name.endsWith('_'))).toEqual([]);
  });

  it('has a page that names each field of the log', () => {
    const page = readFileSync(path.join(import.meta.dirname, '../docs/MONITORING.md'), 'utf8');
    const port = readFileSync(path.join(import.meta.dirname, '../src/ports/log.ts'), 'utf8');
    const fields = [...port.matchAll(/readonly (\w+)\?:/g)].map(([, name = '']) => name);
    expect(fields.length).toBeGreaterThan(20);
    expect(fields.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('says that a port it was told to take is taken, and goes on where it was not told', async () => {
    const { port } = new URL(stage.url);
    const asked = await cli('run', '--ops-port', port, '--ops-host', '127.0.0.1', '--kubeconfig', '/nowhere');
    expect(asked).toMatchObject({ code: 2 });
    expect(asked.err).toMatch(
      /cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.*\n {2}fix: --ops-port names another; 0 opens none/,
    );
    expect((await cli('run', '--ops-port', '70000')).err).toMatch(/--ops-port 70000: write a whole number up to 65535/);
    const usual = createServer();
    await new Promise<void>((resolve) => usual.once('error', () => resolve()).listen(9464, '::', resolve));
    const unasked = await cli('run', '--kubeconfig', '/nowhere');
    await new Promise<void>((resolve) => usual.close(() => resolve()));
    expect(unasked.err).toMatch(/^no metrics and no probes: cannot listen on .*9464.*--ops-port names another\n/);
    expect(unasked.err).toMatch(/kubeconfig/);
  });
});

describePromtool('the metrics of a running process', () => {
  it('are such as promtool likes', async () => {
    expect(promtool(['check', 'metrics'], await stage.scrape())).toEqual({ code: 0, said: '' });
  });
});

/** All that dashboard and alerts ask Prometheus. */
function asked(): string {
  const file = path.join(import.meta.dirname, '../deploy/monitoring/alerts.yaml');
  const rules = parse(readFileSync(file, 'utf8')) as { groups: { rules: { expr: string }[] }[] };
  return [
    ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
    ...ROWS.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(([, expr]) => expr))),
  ].join('\n');
}
