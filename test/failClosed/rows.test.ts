import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { composeProposer } from '../../src/compose.ts';
import { Executor } from '../../src/executor/executor.ts';
import { tell } from '../../src/faces/cli/why.ts';
import { Observer } from '../../src/observe/observer.ts';
import type { AlertNotice } from '../../src/ports/alertSink.ts';
import type { Counters } from '../../src/schema/counters.ts';
import { KINDS } from '../../src/schema/kube.ts';
import { deploymentObject } from '../../src/testing/contractObjects.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { VirtualRun } from '../../src/virtualRun.ts';
import type { MetricsFault } from '../../src/world/metricsFault.ts';
import type { CallFault } from '../../src/world/portFaults.ts';
import { CALM, PASS_MS, SCALING, VERIFICATION } from '../stages/executorStage.ts';
import { statusOf } from './commands.ts';
import { ROWS, type Row, type RowName } from './rows.ts';
import { socketsOfAPass } from './sockets.ts';
import { ALICE, BREACHED, DOWN, openTheatre, RESTART, type Seen, type Theatre, UP } from './theatre.ts';

const MINUTE = 60_000;
const EVER = 1_000_000;
const ROOT = path.join(import.meta.dirname, '..', '..');

/** A fault that keeps every change back until it is healed; what is asked is a floor under breach, for six minutes. */
async function heldBack(fault: CallFault): Promise<Seen> {
  const theatre = await openTheatre({ load: BREACHED });
  theatre.port.failNext({ ...fault, times: EVER });
  await theatre.asks(UP, 3);
  await theatre.run(30_000);
  expect(theatre.phase(UP)).toBe('Deferred');
  const reason = theatre.seen();
  await theatre.run(6 * MINUTE);
  expect(theatre.replicas()).toBe(2);
  const counters = theatre.breaker();
  expect([counters?.operations ?? [], counters?.breaker.failures ?? 0, counters?.inFlight]).toEqual([[], 0, undefined]);
  const seen = theatre.seen();
  theatre.port.heal();
  await theatre.run(MINUTE);
  expect(theatre.replicas()).toBeGreaterThan(2);
  theatre.close();
  return { ...seen, Decision: `${reason.Decision}\n${seen.Decision}` };
}

/** One signal is gone: less capacity waits, and `up` says what becomes of more. */
async function without(fault: Omit<MetricsFault, 'target'>, up: 'by the other signals' | 'by a person'): Promise<Seen> {
  const theatre = await openTheatre({ replicas: 3, load: CALM });
  const heal = theatre.world.metricsFault({ target: '*', ...fault });
  await theatre.run(2 * MINUTE);
  await theatre.asks(DOWN, 2);
  await theatre.asksRestart();
  await theatre.run(PASS_MS);
  expect([theatre.phase(DOWN), theatre.phase(RESTART), theatre.writes()]).toEqual(['Deferred', 'Deferred', 0]);
  const seen = theatre.seen();
  theatre.world.setLoad('shop/web', { rps: 100, cpu_m_per_rps: 2.7, latency_ms_base: 50 });
  await theatre.run(MINUTE);
  if (up === 'by a person') await theatre.asks(UP, 4);
  else await theatre.wish(UP, { arguments: { replicas: 4 } });
  await theatre.run(PASS_MS);
  expect(theatre.replicas()).toBe(4);
  heal();
  theatre.close();
  return seen;
}

/** Somebody does something to the counters while a change is being verified: it passes, and no other begins. */
async function tampered(harm: (theatre: Theatre) => void): Promise<Seen> {
  const theatre = await openTheatre();
  await theatre.asks(UP, 3);
  await theatre.run(2 * PASS_MS);
  harm(theatre);
  await theatre.run(2 * MINUTE);
  expect(theatre.phase(UP)).toBe('Succeeded');
  await theatre.asks(DOWN, 5);
  await theatre.run(5 * MINUTE);
  expect([theatre.phase(DOWN), theatre.replicas()]).toEqual(['Deferred', 3]);
  const seen = theatre.seen();
  theatre.close();
  return seen;
}

const PLAYS: Readonly<Record<RowName, () => Promise<Seen>>> = {
  async apiServer() {
    const theatre = await openTheatre({ apiHealth: true });
    theatre.port.failNext({ code: 'unavailable', message: 'connection refused', times: EVER });
    theatre.port.cutWatches();
    await theatre.asks(UP, 3);
    await theatre.run(3 * MINUTE);
    expect([theatre.replicas(), theatre.phase(UP)]).toEqual([2, 'Pending']);
    theatre.port.heal();
    await theatre.run(MINUTE);
    expect(theatre.replicas()).toBe(3);
    await theatre.asksRestart();
    await theatre.run(PASS_MS);
    const seen = theatre.seen();
    expect(theatre.phase(RESTART)).toBe('Deferred');
    theatre.close();
    return { ...seen, CLI: await statusOf('none') };
  },
  apiServerWrites: () => heldBack({ kind: 'Deployment', verb: 'patch', code: 'unavailable', message: '503' }),
  async metrics() {
    const theatre = await openTheatre({ replicas: 3, load: CALM });
    theatre.world.metricsFault({ target: '*', failing: 'connection refused' });
    await theatre.run(2 * MINUTE);
    await theatre.asks(DOWN, 2);
    await theatre.run(PASS_MS);
    expect([theatre.phase(DOWN), theatre.writes()]).toEqual(['Deferred', 0]);
    const waiting = theatre.seen();
    await theatre.asks(UP, 4);
    await theatre.run(5 * MINUTE);
    expect([theatre.replicas(), theatre.phase(UP)]).toEqual([4, 'Inconclusive']);
    const seen = theatre.seen();
    theatre.close();
    return { ...seen, Decision: `${waiting.Decision}\n${seen.Decision}` };
  },
  cpu: () => without({ missing: ['cpu_utilization_pct', 'memory_mi'] }, 'by a person'),
  latency: () => without({ missing: ['latency_p95_ms'] }, 'by the other signals'),
  errors: () => without({ missing: ['error_rate_pct'] }, 'by the other signals'),
  frozen: () => without({ frozen: true }, 'by a person'),
  async model() {
    const lines: string[] = [];
    const log = {
      info: () => undefined,
      warn: (_: object, words: string) => void lines.push(words),
      error: () => undefined,
    };
    const run = await VirtualRun.open({
      proposer: (clock) =>
        composeProposer(
          {
            label: 'gone at nowhere',
            complete: async () => ({ ok: false, error: { code: 'unavailable', message: 'connection refused' } }),
          },
          { clock, log, promptsDir: path.join(ROOT, 'prompts'), passMs: PASS_MS },
        ),
      journal: (role, clock) => new MemoryJournal(clock, role),
    });
    run.world.apply(deploymentObject('shop', 'web', { replicas: 2 }));
    run.world.apply({
      apiVersion: KINDS.Blueprint.apiVersion,
      kind: KINDS.Blueprint.kind,
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        version: '1.0.0',
        scaling: SCALING,
        governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } },
        verification: VERIFICATION,
      },
    });
    run.world.setLoad('shop/web', { rps: 100, cpu_m_per_rps: 1.7, latency_ms_base: 50 });
    expect(await run.until(() => run.replicas('shop', 'web') === 3, 3 * MINUTE)).toBe(true);
    await run.close();
    return { Decision: run.decisions('shop').flatMap(tell).join('\n'), log: lines.join('\n') };
  },
  async redis() {
    const { opened, expected } = await socketsOfAPass();
    expect(opened).toEqual(expected);
    return {};
  },
  async disk() {
    const theatre = await openTheatre({ replicas: 3, load: CALM });
    await theatre.asks(DOWN, 2);
    await theatre.run(2 * PASS_MS);
    expect(theatre.replicas()).toBe(2);
    theatre.journal.unwritable = 'ENOSPC: no space left on device, write';
    theatre.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
    await theatre.run(3 * MINUTE);
    expect([theatre.replicas(), theatre.phase(DOWN), theatre.status(DOWN).journal]).toEqual([
      3,
      'RolledBack',
      'unlogged',
    ]);
    await theatre.asks(UP, 4);
    await theatre.run(MINUTE);
    expect([theatre.replicas(), theatre.counters().inFlight]).toEqual([3, undefined]);
    const seen = theatre.seen();
    theatre.journal.unwritable = undefined;
    await theatre.run(2 * PASS_MS);
    expect([theatre.replicas(), theatre.status(DOWN).journal]).toEqual([4, expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(theatre.journal.of('phase').some(({ subject, data }) => subject === DOWN && data['late'] === true)).toBe(
      true,
    );
    theatre.close();
    return seen;
  },
  async clock() {
    const theatre = await openTheatre();
    const ahead = { now: () => theatre.clock.now() + 60 * MINUTE, sleep: theatre.clock.sleep.bind(theatre.clock) };
    const { reader, log } = theatre.deps;
    const observer = new Observer({
      reader,
      metrics: theatre.port.metrics,
      clock: ahead,
      log,
      ownNamespace: 'agent-system',
    });
    const stop = new AbortController();
    await observer.start(stop.signal);
    await observer.pass();
    const alerts: string[] = [];
    const raise = ({ code, message }: AlertNotice): void => void alerts.push(`${code}: ${message}`);
    const executor = new Executor({
      ...theatre.deps,
      observer,
      clock: ahead,
      trust: PEOPLE.trust,
      alerts: [{ raise }],
    });
    await theatre.asks(UP, 3);
    await executor.pass();
    expect([theatre.phase(UP), theatre.writes()]).toEqual(['Deferred', 0]);
    stop.abort();
    theatre.close();
    return { ...theatre.seen(), alert: alerts.join('\n') };
  },
  breakerLost: () => tampered(({ world }) => world.remove(KINDS.CircuitBreaker, 'shop', 'web')),
  breakerEdited: () =>
    tampered(({ world }) =>
      world.edit(KINDS.CircuitBreaker, 'shop', 'web', (draft) => {
        draft.status = { ...(draft.status as Counters), operations: [] };
      }),
    ),
  definitions: async () => ({ CLI: await statusOf('withoutKinds') }),
  breakersDefinition: () =>
    heldBack({ kind: 'CircuitBreaker', verb: 'create', code: 'notFound', message: 'not found' }),
  rightToPatch: () =>
    heldBack({
      kind: 'Deployment',
      verb: 'patch',
      code: 'denied',
      message:
        'deployments.apps "web" is forbidden: User "fairlead-executor" cannot patch resource "deployments" in API group "apps" in the namespace "shop"',
    }),
  async rightToRead() {
    const theatre = await openTheatre();
    theatre.port.failNext({ kind: 'Pod', code: 'denied', message: 'pods is forbidden: User cannot list', times: EVER });
    theatre.port.cutWatches();
    await theatre.asks(UP, 3);
    await theatre.run(2 * MINUTE);
    const seen = theatre.seen();
    expect([theatre.phase(UP), theatre.writes()]).toEqual(['Pending', 0]);
    theatre.port.heal();
    await theatre.run(MINUTE);
    expect(theatre.replicas()).toBe(3);
    theatre.close();
    return seen;
  },
  async rightToTell() {
    const theatre = await openTheatre();
    theatre.port.failNext({
      kind: 'Event',
      verb: 'create',
      code: 'denied',
      message: 'events is forbidden',
      times: EVER,
    });
    await theatre.wish(DOWN, { tool: 'delete_deployment', arguments: {}, requester: ALICE });
    await theatre.asks(UP, 3);
    await theatre.run(2 * MINUTE);
    expect([theatre.phase(DOWN), theatre.phase(UP), theatre.replicas()]).toEqual(['Refused', 'Succeeded', 3]);
    const seen = theatre.seen();
    expect(seen.Event).toBe('');
    theatre.close();
    return seen;
  },
};

describe('without', () => {
  const rows = Object.entries(ROWS) as [RowName, Row][];
  it.each(rows.map(([name, row]) => ({ name, ...row })))(
    '$without: what should wait waits, what should work works, and a person is told (P4)',
    async ({ name, sees }) => {
      const seen = await PLAYS[name]();
      for (const { at, text } of sees) expect(seen[at] ?? '', `${at} of ${name}`).toContain(text);
    },
    60_000,
  );

  it('anything but the API server, Prometheus, the model and the sinks of alerts: no other code of the product can open a socket', () => {
    const files = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !/^(?:world|scenario|testing)\//.test(file),
    );
    const opens =
      /from '(?:node:)?(?:net|http|https|http2|tls|dgram|undici|openai|ioredis|redis|bullmq)'|\bfetch\(|WebSocket/;
    const found = files.filter((file) => opens.test(readFileSync(path.join(ROOT, 'src', file), 'utf8')));
    // A person's prompt asks a gateway, a gateway listens: no loop of a role waits for either.
    const faces = found.filter((file) => file.startsWith('faces/')).toSorted();
    expect(faces).toEqual([
      'faces/cli/people/gatewayClient.ts',
      'faces/cli/people/gatewayFetch.ts',
      'faces/http/caller.ts',
      'faces/http/server.ts',
      'faces/mcp/gatewayTransport.ts',
    ]);
    const folders = [...new Set(found.map((file) => path.dirname(file)))]
      .filter((each) => !each.startsWith('faces/'))
      .toSorted();
    // What carries notices belongs to the gateway: no other role is wired to it (see the row of Redis).
    expect(folders.filter((folder) => folder !== 'adapters/bullmq')).toEqual([
      'adapters/alerts',
      'adapters/kubernetes',
      'adapters/openai',
      'adapters/prometheus',
    ]);
  });
});
