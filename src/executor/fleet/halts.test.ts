import { afterEach, describe, expect, it } from 'vitest';
import { RulesPlanner } from '../../agents/rulesPlanner.ts';
import type { AlertNotice } from '../../ports/alertSink.ts';
import { KINDS } from '../../schema/kube.ts';
import { CircuitBreakerStatus } from '../../schema/records.ts';
import { deploymentObject } from '../../testing/contractObjects.ts';
import { MemoryJournal } from '../../testing/memoryJournal.ts';
import { seededIds } from '../../testing/seededIds.ts';
import { VirtualRun } from '../../virtualRun.ts';
import type { ExecutorDeps } from '../deps.ts';
import { Executor } from '../executor.ts';

const SERVICES = ['a', 'b', 'c', 'd', 'e', 'f'];
const OWN = 'agent-system';
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const runs: VirtualRun[] = [];
afterEach(async () => {
  for (const run of runs.splice(0)) await run.close();
});

const { apiVersion, kind } = KINDS.Blueprint;
const SPEC = {
  version: '1.0.0',
  scaling: { min_replicas: 2, max_replicas: 6, target_cpu_utilization: '70%' },
  governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } },
};

/** Six calm services, and executors of which each is a process of its own. */
async function fleet() {
  const run = await VirtualRun.open({
    journal: (role, clock) => new MemoryJournal(clock, role),
    proposer: new RulesPlanner(),
  });
  runs.push(run);
  for (const name of SERVICES) {
    run.world.apply(deploymentObject('shop', name, { replicas: 2 }));
    run.world.apply({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec: SPEC });
    run.world.setLoad(`shop/${name}`, { rps: 100, cpu_m_per_rps: 1.1, latency_ms_base: 50 });
  }
  const notices: AlertNotice[] = [];
  const journal = new MemoryJournal(run.clock);
  const deps: ExecutorDeps = {
    observer: run.observer,
    reader: run.port.reader,
    records: run.port.records,
    workloads: run.port.workloads,
    journal,
    clock: run.clock,
    ids: seededIds(7),
    log: silent,
    ownNamespace: OWN,
    alerts: [{ raise: (notice) => void notices.push(notice) }],
  };
  const pass = async (executor: Executor, ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 15_000) {
      await run.world.advance(15_000);
      await run.observer.pass();
      await executor.pass();
    }
  };
  /** Nothing of any of them is measured any more; answers what ends it. */
  const blind = () => run.world.metricsFault({ target: '*', missing: true });
  const events = () =>
    run.world.objects.list(KINDS.Event, OWN).map((event) => [event['reason'], event['note'], event['regarding']]);
  const told = (): unknown =>
    CircuitBreakerStatus.parse(run.world.get(KINDS.CircuitBreaker, OWN, 'fleet')?.status).fleet?.told;
  return { run, deps, journal, notices, pass, blind, events, told };
}

/** Fresh samples, and services old enough to count. */
const SETTLED_MS = 180_000;

describe('a halt of the whole fleet', () => {
  it('calls a person once: an Event on the record of the fleet, and each sink', async () => {
    const { deps, journal, notices, pass, blind, events } = await fleet();
    const executor = new Executor(deps);
    await pass(executor, SETTLED_MS);
    expect(notices).toEqual([]);
    blind();
    await pass(executor, 180_000);
    expect(notices).toMatchObject([{ code: 'FleetHalt', namespace: OWN, service: 'fleet' }]);
    expect(notices[0]?.decision).toBeUndefined();
    expect(notices[0]?.message).toContain('nothing disruptive while');
    const regarding = { apiVersion, kind: 'CircuitBreaker', name: 'fleet', namespace: OWN };
    expect(events()).toEqual([['FairleadAlert', expect.stringMatching(/^FleetHalt: /), regarding]]);
    expect(journal.of('alert')).toHaveLength(1);
  });

  it('is told once whatever restarts, and again when a second one begins', async () => {
    const { deps, notices, pass, blind, told } = await fleet();
    const first = new Executor(deps);
    await pass(first, SETTLED_MS);
    const heal = blind();
    await pass(first, 120_000);
    expect(told()).toMatchObject([{ key: 'ill' }]);
    const second = new Executor(deps);
    await pass(second, 60_000);
    expect(notices).toHaveLength(1);
    heal();
    await pass(second, 720_000);
    expect(told()).toEqual([]);
    blind();
    await pass(second, 120_000);
    expect(notices.map(({ code }) => code)).toEqual(['FleetHalt', 'FleetHalt']);
    expect(new Set(notices.map(({ key }) => key)).size).toBe(2);
  });

  it.each([
    { what: 'a stop of the cluster', hold: { kind: 'stop' }, code: 'FleetStopped' },
    { what: 'a breaker held open over the cluster', hold: { kind: 'breaker' }, code: 'FleetBreakerHeld' },
    { what: 'a pause of the cluster', hold: { kind: 'pause' }, code: undefined },
    { what: 'a stop of one namespace', hold: { kind: 'stop', namespace: 'shop' }, code: undefined },
  ])('by $what is told as $code', async ({ hold, code }) => {
    const { run, deps, notices, pass } = await fleet();
    const executor = new Executor(deps);
    await pass(executor, SETTLED_MS);
    const holds = [{ what: 'all', by: 'ann', reason: 'incident 4711', at: '2026-01-05T00:00:00Z', ...hold }];
    const { apiVersion: version, kind: breaker } = KINDS.CircuitBreaker;
    run.world.apply({
      apiVersion: version,
      kind: breaker,
      metadata: { name: 'fleet', namespace: OWN },
      spec: { holds },
    });
    await pass(executor, 60_000);
    expect(notices.map((notice) => notice.code)).toEqual(code === undefined ? [] : [code]);
    if (code !== undefined) expect(notices[0]?.message).toContain('by ann: incident 4711');
  });

  it('is told by each process once where it cannot be put on record', async () => {
    const { deps, notices, pass, blind } = await fleet();
    const down = { code: 'unavailable' as const, message: 'down', uncertain: false };
    const executor = new Executor({
      ...deps,
      records: {
        ...deps.records,
        create: async () => ({ ok: false, error: down }),
        replaceStatus: async () => ({ ok: false, error: down }),
      },
    });
    await pass(executor, SETTLED_MS);
    blind();
    await pass(executor, 180_000);
    expect(notices.map(({ code }) => code)).toEqual(['FleetHalt']);
  });

  it('leaves what the fleet counts as it is', async () => {
    const { run, deps, pass, blind, told } = await fleet();
    const executor = new Executor(deps);
    await pass(executor, SETTLED_MS);
    blind();
    await pass(executor, 120_000);
    const read = await run.observer.fresh('shop', 'a');
    expect(read.ok && read.value.fleet?.counters).toMatchObject({ operations: [], told: told() });
  });
});
