import { afterEach, describe, expect, it } from 'vitest';
import { CALM, openStage, type Stage } from '../../../test/stages/executorStage.ts';
import { NEW_COUNTERS } from '../../schema/counters.ts';
import type { FleetOperation } from '../../schema/fleet.ts';
import { KINDS } from '../../schema/kube.ts';
import { CircuitBreakerStatus } from '../../schema/records.ts';
import { PEOPLE } from '../../testing/people.ts';
import type { CallFault } from '../../world/portFaults.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const DOWN = { arguments: { replicas: 2 }, requester: { kind: 'person' as const, name: 'ann' } };
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

async function open() {
  const stage = await openStage({ replicas: 3, load: CALM });
  stages.push(stage);
  return { stage, executor: new Executor({ ...stage.deps, trust: PEOPLE.trust }) };
}

function fleetOf(stage: Stage): readonly FleetOperation[] | undefined {
  const record = stage.world.get(KINDS.CircuitBreaker, 'agent-system', 'fleet');
  return record === undefined ? undefined : CircuitBreakerStatus.parse(record.status).fleet?.operations;
}

function leave(stage: Stage, operations: readonly Partial<FleetOperation>[]): void {
  const { apiVersion, kind } = KINDS.CircuitBreaker;
  const slot = { service: 'shop/web', decision: 'web-gone', changeId: 'web-gone.1', disruptive: true, inFlight: true };
  const at = stage.clock.now();
  const status = { ...NEW_COUNTERS, fleet: { operations: operations.map((one) => ({ at, ...slot, ...one })) } };
  stage.world.apply({
    apiVersion,
    kind,
    metadata: { name: 'fleet', namespace: 'agent-system' },
    spec: { holds: [] },
    status,
  });
}

describe('the slot of the fleet', () => {
  it('is taken before the slot of the service, held while the change is, and stays counted after it (P7)', async () => {
    const { stage, executor } = await open();
    const before = stage.port.calls.length;
    await stage.wish(A, DOWN);
    await executor.pass();
    const swaps = stage.port.calls
      .slice(before)
      .filter(({ verb, path }) => verb === 'update' && path.includes('circuitbreakers'))
      .map(({ path }) => path.split('/').at(-2));
    expect(swaps.slice(0, 2)).toEqual(['fleet', 'web']);
    expect(fleetOf(stage)).toMatchObject([{ service: 'shop/web', decision: A, disruptive: true, inFlight: true }]);
    await stage.run(150_000, executor);
    expect(stage.phase(A)).toBe('Succeeded');
    expect(fleetOf(stage)).toMatchObject([{ decision: A, inFlight: false }]);
  });

  it('stays in flight while the change is undone, and is free after it', async () => {
    const { stage, executor } = await open();
    await stage.wish(A, DOWN);
    await executor.pass();
    stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
    const seen: unknown[] = [];
    for (let pass = 0; pass < 8; pass++) {
      await stage.run(15_000, executor);
      const undoing = stage.counters().inFlight?.changeId.endsWith('.undo');
      if (undoing) seen.push(fleetOf(stage)?.map(({ inFlight }) => inFlight));
    }
    expect(stage.phase(A)).toBe('RolledBack');
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen.map(String))).toEqual(new Set(['true']));
    expect(fleetOf(stage)).toMatchObject([{ inFlight: false }]);
  });

  it.each<[string, CallFault]>([
    [
      'the slot of the service was lost to another',
      { verb: 'update', kind: 'CircuitBreaker', path: '/web/status', code: 'conflict' },
    ],
    [
      'the API server refused the slot of the service',
      { verb: 'update', kind: 'CircuitBreaker', path: '/web/status', code: 'unavailable' },
    ],
    ['the intent could not be recorded', { verb: 'update', kind: 'Decision', code: 'conflict' }],
    ['the write was refused', { verb: 'patch', kind: 'Deployment', code: 'denied', sparesDryRuns: true }],
  ])('is given back where %s', async (_case, fault) => {
    const { stage, executor } = await open();
    await stage.wish(A, DOWN);
    stage.port.failNext(fault);
    await executor.pass();
    expect(stage.writes() === 0 || fault.kind === 'Deployment').toBe(true);
    expect(stage.replicas()).toBe(3);
    expect(fleetOf(stage)).toEqual([]);
    expect(stage.breaker()?.operations ?? []).toEqual([]);
  });

  it('is not taken twice when the answer to its swap was lost', async () => {
    const { stage, executor } = await open();
    await stage.wish(A, DOWN);
    stage.port.failNext({
      verb: 'update',
      kind: 'CircuitBreaker',
      path: '/fleet/status',
      code: 'unavailable',
      afterApply: true,
    });
    await executor.pass();
    expect(stage.replicas()).toBe(2);
    expect(fleetOf(stage)).toHaveLength(1);
  });

  it.each<[string, object | undefined, readonly object[]]>([
    ['without a trace where the service knows of no write', NEW_COUNTERS, []],
    ['and counted where the service has lost its record', undefined, [{ inFlight: false }]],
  ])(
    'is freed where its Decision holds no service slot, after the last write of then: %s (P7)',
    async (_case, status, left) => {
      const { stage, executor } = await open();
      leave(stage, [{}]);
      const { apiVersion, kind } = KINDS.CircuitBreaker;
      const spec = { holds: [] };
      if (status !== undefined)
        stage.world.apply({ apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, spec, status });
      await stage.observe(15_000);
      await executor.pass();
      expect(fleetOf(stage)).toMatchObject([{ inFlight: true }]);
      await stage.run(45_000, executor);
      expect(fleetOf(stage)).toHaveLength(left.length);
      expect(fleetOf(stage)).toMatchObject(left);
    },
  );

  it('holds back the fourth while three are in flight', async () => {
    const { stage, executor } = await open();
    leave(
      stage,
      ['a', 'b', 'c'].map((name) => ({ service: `shop/${name}`, decision: `${name}-1`, changeId: `${name}-1.1` })),
    );
    await stage.observe(15_000);
    await stage.wish(A, DOWN);
    await executor.pass();
    expect(stage.status(A)).toMatchObject({ phase: 'Deferred', reason: 'FleetBusy' });
    expect(stage.writes()).toBe(0);
  });

  it('changes nothing of what people set on the same record', async () => {
    const { stage, executor } = await open();
    const { apiVersion, kind } = KINDS.CircuitBreaker;
    const hold = { kind: 'pause', what: 'all', by: 'ann', reason: 'x', at: '', namespace: 'other' };
    stage.world.apply({
      apiVersion,
      kind,
      metadata: { name: 'fleet', namespace: 'agent-system' },
      spec: { holds: [hold] },
    });
    await stage.observe(15_000);
    await stage.wish(A, DOWN);
    await executor.pass();
    expect(stage.replicas()).toBe(2);
    expect(stage.world.get(KINDS.CircuitBreaker, 'agent-system', 'fleet')?.spec).toEqual({ holds: [hold] });
  });
});
