import { afterEach, describe, expect, it } from 'vitest';
import { openStage, SCALING, type Stage } from '../../test/stages/executorStage.ts';
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

describe('a Decision of several steps', () => {
  it('ends where its next step is forbidden by now: what was done was allowed, and stays', async () => {
    const load = { rps: 100, cpu_m_per_rps: 8, latency_ms_base: 50 };
    const stage = await openStage({ load, spec: { scaling: { ...SCALING, max_replicas: 12 } } });
    stages.push(stage);
    await stage.wish(A, { arguments: { replicas: 12 } });
    await stage.executor.pass();
    expect(stage.replicas()).toBe(6);
    stage.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => {
      const governance = { agent_authority: { allowed_operations: ['restart_pods'] } };
      draft.spec = { ...(draft.spec as object), version: '1.0.1', governance };
    });
    await stage.run(180_000);
    expect(stage.status(A)).toMatchObject({
      phase: 'Superseded',
      reason: 'NotGranted',
      message: 'after 1 steps: the blueprint does not grant scale_within_limits',
      changes: [{ before: '2', after: '6' }],
    });
    expect([stage.replicas(), stage.writes()]).toEqual([6, 1]);
    expect(stage.counters().inFlight).toBeUndefined();
  });
});
