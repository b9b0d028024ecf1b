import { afterEach, describe, expect, it } from 'vitest';
import { CALM, openStage, type Stage } from '../../../test/stages/executorStage.ts';
import type { FleetOperation } from '../../schema/fleet.ts';
import { KINDS } from '../../schema/kube.ts';
import { CircuitBreakerStatus } from '../../schema/records.ts';
import { PEOPLE } from '../../testing/people.ts';
import type { CallFault } from '../../world/portFaults.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const ANN = { kind: 'person' as const, name: 'ann' };
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

function fleetOf(stage: Stage): readonly FleetOperation[] {
  const record = stage.world.get(KINDS.CircuitBreaker, 'agent-system', 'fleet');
  return CircuitBreakerStatus.parse(record?.status).fleet?.operations ?? [];
}

async function down(): Promise<{ stage: Stage; executor: Executor }> {
  const stage = await openStage({ replicas: 3, load: CALM });
  stages.push(stage);
  await stage.wish(A, { arguments: { replicas: 2 }, requester: ANN });
  return { stage, executor: new Executor({ ...stage.deps, trust: PEOPLE.trust }) };
}

const SWAP = { verb: 'update', kind: 'CircuitBreaker', path: '/fleet/status' } as const;
const READ = { verb: 'get', kind: 'CircuitBreaker', path: '/fleet' } as const;
const DOWN = { code: 'unavailable' } as const;

describe('a scale-down whose slot of the fleet cannot be had', () => {
  it.each<{ what: string; fault: CallFault; message: string }>([
    {
      what: 'is not taken by the API server',
      fault: { ...SWAP, ...DOWN },
      message: 'no slot could be taken',
    },
    {
      what: 'was taken by another',
      fault: { ...SWAP, code: 'conflict' },
      message: 'the counters moved while the slot was asked for',
    },
    {
      what: 'is made by another at the same time',
      fault: { verb: 'create', kind: 'CircuitBreaker', path: 'agent-system', code: 'conflict' },
      message: 'the counters moved while the slot was asked for',
    },
    {
      what: 'may have been lost',
      fault: { ...SWAP, ...DOWN, uncertain: true },
      message: 'the counters moved while the slot was asked for',
    },
  ])('waits where it $what, and is done a little later (P7)', async ({ fault, message }) => {
    const { stage, executor } = await down();
    stage.port.failNext(fault);
    expect(await executor.pass()).toEqual({ againAt: stage.clock.now() + 1_000 });
    expect(stage.status(A)).toMatchObject({ phase: 'Deferred', reason: 'SlotNotTaken', message });
    expect([stage.writes(), stage.breaker()?.operations ?? []]).toEqual([0, []]);
    await stage.run(150_000, executor);
    expect(stage.status(A).phase).toBe('Succeeded');
    expect(fleetOf(stage)).toMatchObject([{ service: 'shop/web', changeId: `${A}.1`, inFlight: false }]);
  });
});

describe('a slot of the fleet that is to be freed', () => {
  it.each<{ what: string; faults: readonly CallFault[] }>([
    { what: 'the swap meets a conflict', faults: [{ ...SWAP, code: 'conflict' }] },
    { what: 'it meets four', faults: [{ ...SWAP, code: 'conflict', times: 4 }] },
    { what: 'it meets five', faults: [{ ...SWAP, code: 'conflict', times: 5 }] },
    { what: 'the swap loses its answer', faults: [{ ...SWAP, ...DOWN, afterApply: true }] },
    { what: 'the swap may have been lost', faults: [{ ...SWAP, ...DOWN, uncertain: true }] },
    { what: 'the swap is refused', faults: [{ ...SWAP, ...DOWN }] },
    { what: 'the record cannot be read', faults: [{ ...READ, ...DOWN, times: 3 }] },
  ])('is free in the end though $what, and its change stays counted (P7)', async ({ faults }) => {
    const { stage, executor } = await down();
    await executor.pass();
    expect(fleetOf(stage)).toMatchObject([{ decision: A, inFlight: true }]);
    await stage.run(60_000, executor);
    for (const fault of faults) stage.port.failNext(fault);
    await stage.run(150_000, executor);
    expect(stage.status(A).phase).toBe('Succeeded');
    expect(stage.counters().inFlight).toBeUndefined();
    expect(fleetOf(stage)).toMatchObject([{ changeId: `${A}.1`, disruptive: true, inFlight: false }]);
  });

  it('is free at once after a conflict, and after one refusal with the next pass', async () => {
    for (const { fault, free } of [
      { fault: { ...SWAP, code: 'conflict', times: 4 } as const, free: true },
      { fault: { ...SWAP, ...DOWN } as const, free: false },
    ]) {
      const { stage, executor } = await down();
      await executor.pass();
      while (stage.status(A).phase !== 'Succeeded') {
        stage.port.heal();
        stage.port.failNext(fault);
        await stage.run(15_000, executor);
      }
      expect(fleetOf(stage)).toMatchObject([{ inFlight: !free }]);
    }
  });

  it('is of no interest any more where its record is gone', async () => {
    const { stage, executor } = await down();
    await executor.pass();
    await stage.run(60_000, executor);
    stage.world.remove(KINDS.CircuitBreaker, 'agent-system', 'fleet');
    await stage.run(150_000, executor);
    expect(stage.status(A).phase).toBe('Succeeded');
    expect(stage.counters().inFlight).toBeUndefined();
  });
});
