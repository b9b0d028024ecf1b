import { describe, expect, it } from 'vitest';
import { NO_GLOBAL_RULES } from '../../schema/blueprint.ts';
import { NEW_COUNTERS } from '../../schema/counters.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { calmBlueprint, calmWorkload, hotAssessment, NOON, operation, signal } from '../../testing/gateInput.ts';
import type { ServiceView } from '../serviceView.ts';
import { Fleet, type FleetSources } from './fleet.ts';
import { fleetCountersOf } from './fleetCounters.ts';
import { healthOf } from './fleetHealth.ts';
import { nodeRoom } from './nodeRoom.ts';

const MINUTE = 60_000;
const OBJECT: KubeObject = { apiVersion: 'v1', kind: 'X', metadata: { name: 'web' } };
const QUIET = { calls: 0, failures: 0 };
const HOLD = { direction: 'hold', replicas: 2, reason: '', started: false } as const;
const LIMITED = { ...NO_GLOBAL_RULES, capacity: { replicas: 10 } };

/** A service that would go from 2 to 3, and that nothing holds back. */
function view(name: string, more: Partial<ServiceView> = {}): ServiceView {
  const blueprint = calmBlueprint({ name, target: { kind: 'Deployment', name, namespace: 'shop' } });
  return {
    namespace: 'shop',
    name,
    object: OBJECT,
    blueprint,
    global: LIMITED,
    workload: calmWorkload({ name }),
    matches: 1,
    assessment: hotAssessment(),
    counters: NEW_COUNTERS,
    holds: [],
    ...more,
  };
}

const sources = (more: Partial<FleetSources> = {}): FleetSources => ({
  replicasOf: () => 2,
  isReadable: true,
  nodes: [],
  room: () => undefined,
  api: QUIET,
  ...more,
});
const record = (fleet: unknown): KubeObject => ({ ...OBJECT, status: { ...NEW_COUNTERS, fleet } });
const facts = (views: readonly ServiceView[], more: Partial<FleetSources> = {}, fleet?: KubeObject | 'unreadable') =>
  new Fleet('agent-system').pass(views, sources(more), fleet, NOON);

describe('room on the nodes', () => {
  const free = { ...NO_GLOBAL_RULES, capacity: {} };
  const two = [view('api', { global: free }), view('web', { global: free })];
  const each = calmWorkload({}).requests.cpu ?? 0;

  it.each([
    { room: { cpu: 2 * each, memory: 2 ** 40 }, pending: [] },
    { room: { cpu: 2 * each - 1, memory: 2 ** 40 }, pending: [true, true] },
    { room: { cpu: 1e9, memory: 1 }, pending: [true, true] },
    { room: undefined, pending: [] },
  ])('is contended when two ask for more than $room (GATE-G12-9)', ({ room, pending }) => {
    expect(facts(two, { room: () => room }).claims.map((claim) => claim.pending)).toEqual(pending);
  });

  it('is not looked at where one service asks (GATE-G12-9)', () => {
    const room = () => {
      throw new Error('asked');
    };
    expect(facts(two.slice(1), { room }).claims).toEqual([]);
  });

  it('is what ready nodes have left after the pods bound to them', () => {
    const node = (name: string, more: object = {}): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      status: { allocatable: { cpu: '2', memory: '4Gi' } },
      ...more,
    });
    const pod = (nodeName: string | undefined, phase = 'Running'): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      status: { phase },
      spec: {
        ...(nodeName && { nodeName }),
        containers: [{ name: 'c', resources: { requests: { cpu: '500m', memory: '1Gi' } } }],
      },
    });
    const nodes = [node('a'), node('b', { spec: { unschedulable: true } })];
    const pods = [pod('a'), pod('b'), pod(undefined), pod('a', 'Succeeded')];
    expect(nodeRoom(nodes, pods)).toEqual({ cpu: 1500, memory: 3 * 2 ** 30 });
    expect(nodeRoom([{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } }], [])).toBeUndefined();
  });
});

describe('what all services share', () => {
  it.each<[string, Partial<ServiceView>]>([
    ['nothing', {}],
    ['a cooldown of a minute', { counters: { ...NEW_COUNTERS, operations: [operation(30_000)] } }],
  ])('claims for a service that asks and is held back by %s', (_case, more) => {
    expect(facts([view('web', more)]).claims).toMatchObject([{ service: 'shop/web', asks: 1, pending: false }]);
  });

  it.each<[string, Partial<ServiceView>]>([
    ['is paused', { holds: [{ kind: 'pause', what: 'all', by: 'ann', reason: 'x', at: '' }] }],
    ['only observes', { blueprint: calmBlueprint({ autonomy: 'observe' }) }],
    ['waits for people', { blueprint: calmBlueprint({ autonomy: 'propose' }) }],
    [
      'has spent its hour',
      { counters: { ...NEW_COUNTERS, operations: Array.from({ length: 10 }, (_, i) => operation(MINUTE * (20 + i))) } },
    ],
    [
      "is an autoscaler's",
      { workload: calmWorkload({ owners: [{ kind: 'HorizontalPodAutoscaler', name: 'web', field: 'replicas' }] }) },
    ],
    ['is calm', { assessment: hotAssessment({ pressure: [], recommendation: HOLD }) }],
    [
      'misses what more replicas would not mend',
      { assessment: hotAssessment({ recommendation: HOLD, anomaly: 'the database is slow' }) },
    ],
    [
      'only has pods that are not ready yet',
      { assessment: hotAssessment({ recommendation: HOLD, pressure: ['ready'] }) },
    ],
    [
      'stands below its range, as people decided',
      { assessment: hotAssessment({ recommendation: HOLD }), workload: calmWorkload({ replicas: 1 }) },
    ],
    ['has enough already', { assessment: hotAssessment({ recommendation: HOLD, desired: 2 }) }],
    ['could share nothing with anybody', { global: NO_GLOBAL_RULES }],
  ])('claims nothing for a service that %s', (_case, more) => {
    expect(facts([view('web', more)]).claims).toEqual([]);
  });

  it('claims for a service that one more sample would scale up', () => {
    const once = view('web', { assessment: hotAssessment({ recommendation: HOLD }) });
    expect(facts([once]).claims).toMatchObject([{ service: 'shop/web', asks: 1, pending: false }]);
  });

  it('puts claims into the order in which they are served', () => {
    const views = ['zoo', 'api'].map((name) => view(name));
    expect(facts(views).claims.map(({ service }) => service)).toEqual(['shop/api', 'shop/zoo']);
  });

  it('counts what is promised to a change in flight as used, and asks for it no second time', () => {
    const slot = { at: NOON, service: 'shop/web', decision: 'd', changeId: 'd.1', disruptive: false };
    const promised = record({ operations: [{ ...slot, inFlight: true, replicas: 3 }] });
    const both = facts([view('web'), view('api')], {}, promised);
    expect(both.used).toMatchObject({ replicas: 5, cpu: 2500 });
    expect(both.claims.map(({ service }) => service)).toEqual(['shop/api']);
    const over = record({ operations: [{ ...slot, inFlight: false, replicas: 3 }] });
    expect(facts([view('web'), view('api')], {}, over).used?.replicas).toBe(4);
  });

  it.each<[string, readonly ServiceView[], Partial<FleetSources>, KubeObject | 'unreadable' | undefined, string]>([
    ['Deployments', [view('web')], { isReadable: false }, undefined, 'used'],
    ['the record', [view('web')], {}, 'unreadable', 'counters'],
    ['the record, of another version', [view('web')], {}, record({ operations: 'none' }), 'counters'],
  ])('leaves out what cannot be read: %s', (_case, views, more, fleet, absent) => {
    expect(facts(views, more, fleet)).not.toHaveProperty(absent);
  });

  it('tells once when the halt begins, and once when the fleet is well', () => {
    const said: string[] = [];
    const hear = (_fields: object, message: string): unknown => said.push(message);
    const fleet = new Fleet('agent-system', { info: hear, warn: hear });
    for (const failures of [0, 50, 50, 0, 0]) {
      fleet.pass([view('web')], sources({ api: { calls: 100, failures } }), undefined, NOON);
    }
    expect(said).toEqual(['fleet halt: nothing disruptive is done', 'the fleet is well: the halt ends in ten minutes']);
  });

  it('remembers when the fleet was ill, and since when pods wait for room', () => {
    const fleet = new Fleet('agent-system');
    const ill = sources({ api: { calls: 100, failures: 50 } });
    expect(fleet.pass([view('web')], ill, undefined, NOON).health?.illAt).toBe(NOON);
    expect(fleet.pass([view('web')], sources(), undefined, NOON + MINUTE).health?.illAt).toBe(NOON);
    const pod = { name: 'p', ready: false, current: true, restarts: 0, terminating: false, trouble: 'Unschedulable' };
    const waiting = (troubleDetail: string): ServiceView =>
      view('web', { workload: calmWorkload({ pods: [{ ...pod, troubleDetail }] }), global: NO_GLOBAL_RULES });
    const pending = (at: number, detail = '0/3 nodes are available: 3 Insufficient cpu.'): readonly boolean[] =>
      fleet.pass([waiting(detail)], sources(), undefined, at).claims.map((claim) => claim.pending);
    expect(pending(NOON, "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity.")).toEqual([]);
    expect(pending(NOON)).toEqual([true]);
    expect(pending(NOON + 10 * MINUTE - 1)).toEqual([true]);
    expect(pending(NOON + 10 * MINUTE)).toEqual([]);
  });
});

describe('the record of the fleet', () => {
  it('is counted again from the services where it says nothing, without ups and undo', () => {
    const operations = [
      operation(5 * MINUTE, { direction: 'down' }),
      operation(6 * MINUTE, { direction: 'none' }),
      operation(7 * MINUTE),
      operation(8 * MINUTE, { direction: 'down', undo: true }),
      operation(60 * MINUTE, { direction: 'down' }),
    ];
    const lost = fleetCountersOf(undefined, [view('web', { counters: { ...NEW_COUNTERS, operations } })], NOON);
    expect(lost?.operations.map(({ at }) => (NOON - at) / MINUTE)).toEqual([6, 5]);
    expect(lost?.operations.every(({ disruptive, inFlight }) => disruptive && !inFlight)).toBe(true);
    expect(
      fleetCountersOf(record({ operations: [] }), [view('web', { counters: { ...NEW_COUNTERS, operations } })], NOON),
    ).toEqual({ operations: [] });
  });
});

describe('the health of the fleet', () => {
  const health = (...views: readonly ServiceView[]) => {
    const { unhealthy, blind } = healthOf(views, { nodes: [], api: QUIET }, NOON);
    return { unhealthy, blind };
  };
  const blindTo = (...names: readonly ('cpu' | 'latency_p95' | 'error_rate')[]): ServiceView =>
    view('web', {
      assessment: hotAssessment({
        signals: (['cpu', 'latency_p95', 'error_rate'] as const).map((name) =>
          signal(name, names.includes(name) ? { state: 'stale' } : {}),
        ),
      }),
    });

  it.each<[string, ServiceView, object]>([
    ['is well', view('web'), { unhealthy: 0, blind: 0 }],
    [
      'misses an objective',
      view('web', { assessment: hotAssessment({ breach: ['latency_p95'] }) }),
      { unhealthy: 1, blind: 0 },
    ],
    ['has no ready pod', view('web', { workload: calmWorkload({ ready: 0 }) }), { unhealthy: 1, blind: 0 }],
    [
      'is scaled to zero',
      view('web', { workload: calmWorkload({ replicas: 0, ready: 0 }) }),
      { unhealthy: 0, blind: 0 },
    ],
    [
      'is two minutes old',
      view('web', { workload: calmWorkload({ ready: 0, createdAt: NOON - 2 * MINUTE }) }),
      { unhealthy: 0, blind: 0 },
    ],
    ['misses one signal (field case 3)', blindTo('latency_p95'), { unhealthy: 0, blind: 0 }],
    ['misses all signals but one', blindTo('latency_p95', 'cpu'), { unhealthy: 0, blind: 0 }],
    ['misses every signal', blindTo('latency_p95', 'cpu', 'error_rate'), { unhealthy: 0, blind: 1 }],
  ])('counts a service that %s', (_case, one, expected) => {
    expect(health(one)).toEqual(expected);
  });

  it('counts one of which nothing can be read as blind, and leaves out one that is not there', () => {
    const { workload: _w, assessment: _a, ...bare } = view('web');
    expect(health({ ...bare, matches: 0, problems: ['Pod: never read'] })).toEqual({ unhealthy: 0, blind: 1 });
    expect(health({ ...bare, matches: 0 })).toEqual({ unhealthy: 0, blind: 0 });
    expect(facts([{ ...bare, matches: 0 }, view('api')]).services).toBe(1);
  });

  it('counts nodes by their Ready condition, and one without any as not ready', () => {
    const node = (status: string): KubeObject => ({ ...OBJECT, status: { conditions: [{ type: 'Ready', status }] } });
    const nodes = [node('True'), node('False'), node('Unknown'), OBJECT];
    expect(healthOf([], { nodes, api: QUIET }, NOON).nodes).toEqual({ total: 4, notReady: 3 });
    expect(healthOf([], { nodes: undefined, api: QUIET }, NOON)).not.toHaveProperty('nodes');
  });
});
