import { afterEach, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../test/executorStage.ts';
import { KINDS } from '../schema/kube.ts';

const A = 'web-aaaaaaaaaa';
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** A scale-up that was written, up to the pass before the one that judges it. */
async function almostOver(): Promise<Stage> {
  const stage = await openStage();
  stages.push(stage);
  await stage.wish(A, { arguments: { replicas: 3 } });
  await stage.run(75_000);
  expect(stage.status(A)).toMatchObject({ phase: 'Verifying', reason: 'Stabilising' });
  await stage.observe(15_000);
  return stage;
}

describe('the pass that ends a change', () => {
  it('frees its slot as well, without waiting for a recovery', async () => {
    const stage = await almostOver();
    expect(await stage.executor.pass()).toEqual({});
    expect(stage.status(A).phase).toBe('Succeeded');
    expect(stage.counters().inFlight).toBeUndefined();
    expect(stage.counters().operations).toHaveLength(1);
  });

  it('keeps the slot where the end cannot be put on record, and tries again a second later', async () => {
    const stage = await almostOver();
    stage.port.failNext({ verb: 'update', kind: 'Decision', code: 'conflict' });
    expect(await stage.executor.pass()).toEqual({ againAt: stage.clock.now() + 1_000 });
    expect(stage.status(A).phase).toBe('Verifying');
    expect(stage.counters().inFlight?.decision).toBe(A);
    await stage.executor.pass();
    expect([stage.status(A).phase, stage.counters().inFlight]).toEqual(['Succeeded', undefined]);
  });

  it('leaves a slot that could not be freed to the recovery of the next pass', async () => {
    const stage = await almostOver();
    stage.port.failNext({ verb: 'update', kind: 'CircuitBreaker', code: 'unavailable' });
    expect(await stage.executor.pass()).toEqual({ againAt: stage.clock.now() + 5_000 });
    expect(stage.status(A).phase).toBe('Succeeded');
    expect(stage.counters().inFlight?.decision).toBe(A);
    await stage.executor.pass();
    expect(stage.counters().inFlight).toBeUndefined();
  });

  it('says so where the record says nothing of what was written', async () => {
    const stage = await almostOver();
    const decision = stage.world.objects.get(KINDS.Decision, 'shop', A);
    if (decision === undefined) throw new TypeError('the Decision is gone');
    const status = { ...(decision.status as object), changes: [] };
    stage.world.objects.change(KINDS.Decision, { ...decision, status }, 'someone', 'status');
    await stage.observe(1);
    await stage.executor.pass();
    expect(stage.status(A)).toMatchObject({
      phase: 'Inconclusive',
      reason: 'RecordBroken',
      message: 'no written change on record',
    });
    expect([stage.replicas(), stage.writes()]).toEqual([3, 1]);
  });

  it.each([
    { what: 'its pods cannot be listed', kind: 'Pod', verb: 'list' },
    { what: 'its Decision cannot be read', kind: 'Decision', verb: 'get' },
  ] as const)('concludes nothing while $what', async ({ kind, verb }) => {
    const stage = await almostOver();
    stage.port.failNext({ verb, kind, code: 'unavailable', times: 3 });
    expect(await stage.executor.pass()).toEqual({ againAt: stage.clock.now() + 5_000 });
    expect(stage.status(A).phase).toBe('Verifying');
    expect(stage.counters().inFlight?.decision).toBe(A);
  });
});
