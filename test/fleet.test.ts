import { afterEach, describe, expect, it } from 'vitest';
import { RulesPlanner } from '../src/agents/rulesPlanner.ts';
import type { FleetOperation } from '../src/schema/fleet.ts';
import { KINDS, type KubeObject } from '../src/schema/kube.ts';
import { CircuitBreakerStatus } from '../src/schema/records.ts';
import { deploymentObject } from '../src/testing/contractObjects.ts';
import { MemoryJournal } from '../src/testing/memoryJournal.ts';
import { USUAL } from '../src/testing/usualBlueprint.ts';
import { VirtualRun } from '../src/virtualRun.ts';
import type { Load } from '../src/world/load.ts';
import { nodeObject } from '../src/world/nodes.ts';

const MINUTE = 60_000;
/** 85% of the request at two pods: one more is wanted. */
const HOT: Load = { rps: 100, cpu_m_per_rps: 1.7, latency_ms_base: 50 };
/** 20% at three pods: one less will do. */
const IDLE: Load = { rps: 100, cpu_m_per_rps: 0.6, latency_ms_base: 50 };
const STEADY: Load = { rps: 100, cpu_m_per_rps: 1.2, latency_ms_base: 50 };

interface Service {
  readonly name: string;
  readonly load: Load;
  readonly replicas?: number;
  readonly spec?: object;
}

const spec = (more: object = {}): object => ({
  version: '1.0.0',
  scaling: { ...USUAL.scaling, max_replicas: 8 },
  performance: USUAL.performance,
  governance: { agent_authority: { allowed_operations: ['scale_within_limits', 'restart_pods'] } },
  ...more,
});

const runs: VirtualRun[] = [];
afterEach(async () => {
  for (const run of runs.splice(0)) await run.close();
});

async function open(services: readonly Service[], more: readonly KubeObject[] = []): Promise<VirtualRun> {
  const run = await VirtualRun.open({
    journal: (role, clock) => new MemoryJournal(clock, role),
    proposer: new RulesPlanner(),
  });
  runs.push(run);
  for (const object of more) run.world.apply(object);
  for (const { name, load, replicas = 2, spec: own = {} } of services) {
    run.world.apply(deploymentObject('shop', name, { replicas }));
    const { apiVersion, kind } = KINDS.Blueprint;
    run.world.apply({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec: spec(own) });
    run.world.setLoad(`shop/${name}`, load);
  }
  return run;
}

const organisation = (capacity: object): KubeObject => {
  const { apiVersion, kind } = KINDS.ClusterBlueprint;
  return { apiVersion, kind, metadata: { name: 'default' }, spec: { capacity } };
};

async function play(run: VirtualRun, ms: number): Promise<void> {
  await run.until(() => false, ms);
}

const sizes = (run: VirtualRun, ...names: string[]): number[] => names.map((name) => run.replicas('shop', name));

/** All findings that stand in the verdicts of a service's Decisions, the one it was asked with and the newest. */
const findings = (run: VirtualRun, name: string): readonly { code: string; values: object }[] =>
  run
    .decisions('shop')
    .filter(({ spec: { target } }) => target.name === name)
    .flatMap(({ status, spec: { verdict } }) => [...verdict.findings, ...(status?.verdict?.findings ?? [])]);
const codes = (run: VirtualRun, name: string): string[] => findings(run, name).map(({ code }) => code);

function fleetOf(run: VirtualRun): readonly FleetOperation[] {
  const record = run.world.get(KINDS.CircuitBreaker, 'agent-system', 'fleet');
  return record === undefined ? [] : (CircuitBreakerStatus.parse(record.status).fleet?.operations ?? []);
}

describe('scenario 6: two services, capacity for one more replica', () => {
  it.each<[string, object, object, string, string]>([
    ['priority', { priority: 'low' }, { priority: 'high' }, 'zoo', 'api'],
    ['criticality', { criticality: 'standard' }, { criticality: 'critical' }, 'zoo', 'api'],
    ['the name at last', {}, {}, 'api', 'zoo'],
  ])('decides by %s, the same in every run (GATE-G12-9)', async (_case, api, zoo, winner, loser) => {
    for (const order of [
      ['api', 'zoo'],
      ['zoo', 'api'],
    ]) {
      const services = order.map((name) => ({ name, load: HOT, spec: name === 'api' ? api : zoo }));
      const run = await open(services, [organisation({ replicas: 5 })]);
      await play(run, 6 * MINUTE);
      expect(sizes(run, winner, loser)).toEqual([3, 2]);
      expect(run.writes()).toHaveLength(1);
      expect(codes(run, loser).filter((code) => code === 'CapacityLost' || code === 'CapacityShort')).not.toEqual([]);
    }
  });

  it('tells the loser who won, and serves it when there is room again (GATE-G12-10)', async () => {
    const run = await open(
      [
        { name: 'api', load: HOT, spec: { priority: 'low' } },
        { name: 'zoo', load: HOT, spec: { priority: 'high' } },
      ],
      [organisation({ replicas: 5 })],
    );
    await play(run, 2 * MINUTE);
    const lost = findings(run, 'api').find(({ code }) => code === 'CapacityLost');
    expect(lost?.values).toEqual({ winner: 'shop/zoo' });
    run.world.apply(organisation({ replicas: 6 }));
    await play(run, 12 * MINUTE);
    expect(sizes(run, 'api', 'zoo')).toEqual([3, 3]);
  });

  it('gives what room the nodes have to the first, and takes nothing that runs from anybody (GATE-G12-9)', async () => {
    const run = await open([
      { name: 'api', load: STEADY, spec: { priority: 'low' } },
      { name: 'zoo', load: { ...HOT, cpu_m_per_rps: 2.6 }, spec: { priority: 'high' } },
    ]);
    run.world.apply(nodeObject({ name: 'node-1', cpu: '500m' }));
    await play(run, 2 * MINUTE);
    run.world.setLoad('shop/api', HOT);
    await play(run, 3 * MINUTE);
    expect(run.replicas('shop', 'zoo')).toBe(4);
    expect(findings(run, 'api').find(({ code }) => code === 'RoomLost')?.values).toEqual({ winner: 'shop/zoo' });
    expect(run.replicas('shop', 'api')).toBe(2);
    // A service whose pods found no room for ten minutes holds nobody back for ever.
    await play(run, 12 * MINUTE);
    expect(run.replicas('shop', 'api')).toBe(3);
  });
});

describe('the budget of the fleet', () => {
  it('lets three of five idle services go down in ten minutes, the others after them (GATE-G12-8)', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const run = await open(names.map((name) => ({ name, load: IDLE, replicas: 3 })));
    await play(run, 14 * MINUTE);
    expect(run.writes()).toHaveLength(3);
    expect(fleetOf(run).map(({ inFlight, disruptive }) => [inFlight, disruptive])).toEqual(
      Array(3).fill([false, true]),
    );
    await play(run, 10 * MINUTE);
    expect(sizes(run, ...names)).toEqual([2, 2, 2, 2, 2]);
    expect(fleetOf(run).every(({ inFlight }) => !inFlight)).toBe(true);
  });

  it('counts what the services wrote when its record is deleted (GATE-G12-8)', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const run = await open(names.map((name) => ({ name, load: IDLE, replicas: 3 })));
    await play(run, 12 * MINUTE);
    expect(run.writes()).toHaveLength(3);
    run.world.remove(KINDS.CircuitBreaker, 'agent-system', 'fleet');
    await play(run, 4 * MINUTE);
    expect(run.writes()).toHaveLength(3);
  });

  it('holds no slot for scale-ups where nothing is limited', async () => {
    const run = await open([{ name: 'web', load: HOT }]);
    await play(run, 4 * MINUTE);
    expect(run.replicas('shop', 'web')).toBe(3);
    expect(run.world.get(KINDS.CircuitBreaker, 'agent-system', 'fleet')).toBeUndefined();
  });
});

describe('correlated failure', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const six = (): Promise<VirtualRun> =>
    open(names.map((name) => ({ name, load: name === 'f' ? IDLE : STEADY, replicas: name === 'f' ? 3 : 2 })));

  it('halts what disrupts when the metrics of most services are gone, and goes on ten minutes after (GATE-G13-1)', async () => {
    const run = await six();
    await play(run, 2 * MINUTE);
    const repaired = names.slice(0, 5).map((name) => run.world.metricsFault({ target: `shop/${name}`, missing: true }));
    await play(run, 12 * MINUTE);
    expect(run.replicas('shop', 'f')).toBe(3);
    expect(codes(run, 'f')).toContain('FleetHalt');
    for (const repair of repaired) repair();
    await play(run, 8 * MINUTE);
    expect(run.replicas('shop', 'f')).toBe(3);
    await play(run, 6 * MINUTE);
    expect(run.replicas('shop', 'f')).toBe(2);
  });

  it('is none where one query of each service fails (field case 3)', async () => {
    const run = await six();
    for (const name of names.slice(0, 5))
      run.world.metricsFault({ target: `shop/${name}`, missing: ['latency_p95_ms'] });
    await play(run, 12 * MINUTE);
    expect(run.replicas('shop', 'f')).toBe(2);
    expect(run.observer.views()[0]?.fleet?.health).toMatchObject({ unhealthy: 0, blind: 0 });
  });

  it.each<[string, (run: VirtualRun) => void]>([
    [
      'three of four nodes not ready',
      (run) => {
        for (const name of ['n2', 'n3', 'n4']) run.world.apply(notReady(name));
      },
    ],
    ['an API server that fails one call in five', (run) => flaky(run)],
  ])('is seen in %s (GATE-G13-1)', async (_case, break_) => {
    const run = await open([{ name: 'f', load: IDLE, replicas: 3 }]);
    break_(run);
    await play(run, 12 * MINUTE);
    expect(run.replicas('shop', 'f')).toBe(3);
    expect(codes(run, 'f')).toContain('FleetHalt');
  });
});

function notReady(name: string): KubeObject {
  const node = nodeObject({ name });
  return { ...node, status: { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] } };
}

/** Every fifth read of a record fails, over and over; reads that fail decide nothing and are tried again. */
function flaky(run: VirtualRun): void {
  const advance = run.world.advance.bind(run.world);
  run.world.advance = async (ms) => {
    for (let call = 0; call < 3; call++) await run.port.reader.get(KINDS.Lease, 'agent-system', 'probe');
    run.port.failNext({ verb: 'get', kind: 'Lease', code: 'unavailable' });
    await run.port.reader.get(KINDS.Lease, 'agent-system', 'probe');
    return advance(ms);
  };
}
