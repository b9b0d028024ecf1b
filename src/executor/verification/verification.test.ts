import { afterEach, describe, expect, it } from 'vitest';
import {
  CALM,
  HOT,
  openStage,
  type Stage,
  type StageOptions,
  VERIFICATION,
} from '../../../test/stages/executorStage.ts';
import { replay } from '../../audit/replay.ts';
import { KINDS } from '../../schema/kube.ts';
import { PEOPLE } from '../../testing/people.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const B = 'web-bbbbbbbbbb';
const stages: Stage[] = [];
const open = async (options?: StageOptions): Promise<Stage> => {
  const stage = await openStage(options);
  stages.push(stage);
  return stage;
};
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});
const phases = (stage: Stage, name: string): string[] =>
  stage.status(name).history.map(({ phase, reason }) => `${phase} ${reason}`);
const reasons = (stage: Stage): string[] => stage.told().map(({ reason }) => reason);

/** A person's scale-down of 3 to 2 in a calm service that gets slow at two pods: scenario 4. */
async function harmfulDown(options: StageOptions = {}): Promise<{ stage: Stage; executor: Executor }> {
  const stage = await open({ replicas: 3, load: CALM, ...options });
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  await stage.wish(A, { arguments: { replicas: 2 }, requester: { kind: 'person', name: 'alice' } });
  await executor.pass();
  expect(stage.replicas()).toBe(2);
  stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
  return { stage, executor };
}

describe('a change that fails', () => {
  it('is undone as soon as a down is seen to hurt, and ends as rolled back with one failure counted', async () => {
    const { stage, executor } = await harmfulDown();
    await stage.run(90_000, executor);
    expect(stage.replicas()).toBe(3);
    expect(stage.writes()).toBe(2);
    expect(phases(stage, A)).toEqual(['Executing Intended', 'Verifying Written', 'RolledBack Undone']);
    expect(stage.status(A).changes.map(({ id, undo }) => [id, undo])).toEqual([
      [`${A}.1`, false],
      [`${A}.1.undo`, true],
    ]);
    expect(stage.counters()).toMatchObject({ breaker: { state: 'closed', failures: 1 }, undoneDown: {} });
    expect(stage.counters().inFlight).toBeUndefined();
    expect(reasons(stage)).toEqual(['ScaledByFairlead', 'UndoneByFairlead']);
    expect(replay(stage.journal.records).disagreements).toEqual([]);
  });

  it('is not blamed for what a load that has grown does: it is given more time, and counts as no failure', async () => {
    const { stage, executor } = await harmfulDown();
    stage.world.setLoad('shop/web', { ...CALM, rps: 130, latency_ms_base: 280 });
    await stage.run(105_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'Verifying', verification: { widened: true } });
    expect(stage.status(A).verification?.checks[0]?.message).toContain('load has grown since, not comparable');
    await stage.run(60_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'Inconclusive', reason: 'NotJudged' });
    expect([stage.replicas(), stage.counters().breaker.failures]).toEqual([2, 0]);
    expect(stage.counters().undoneDown).toBeUndefined();
    expect(reasons(stage)).toEqual(['ScaledByFairlead', 'FairleadAlert']);
  });

  it('is undone in the pass that saw it', async () => {
    const { stage, executor } = await harmfulDown();
    await stage.run(30_000, executor);
    expect(stage.replicas()).toBe(2);
    for (let pass = 0; pass < 3 && stage.replicas() === 2; pass++) {
      await stage.observe(15_000);
      const before = stage.clock.now();
      await executor.pass();
      if (stage.replicas() === 3) expect(stage.clock.now()).toBe(before);
    }
    expect(stage.replicas()).toBe(3);
  });

  it('is undone though the log cannot be written, and the log catches up', async () => {
    const { stage, executor } = await harmfulDown();
    stage.journal.unwritable = 'no space left on device';
    await stage.run(90_000, executor);
    expect(stage.replicas()).toBe(3);
    expect(stage.status(A)).toMatchObject({ phase: 'RolledBack', journal: 'unlogged' });
    const fresh = await stage.observer.fresh('shop', 'web');
    expect(fresh.ok && fresh.value.workload?.lastChange).toMatchObject({ undo: true, log: 'unlogged' });
    stage.journal.unwritable = undefined;
    await stage.run(15_000, executor);
    const last = stage.journal.records.at(-1);
    expect(last).toMatchObject({ kind: 'phase', subject: A, data: { late: true, status: { phase: 'RolledBack' } } });
    expect(stage.status(A).journal).toBe(last?.hash);
  });

  it('is not undone over what somebody else wrote in between', async () => {
    const { stage, executor } = await harmfulDown();
    stage.world.scaleByHand('shop/web', 5);
    await stage.run(90_000, executor);
    expect(stage.replicas()).toBe(5);
    expect(stage.writes()).toBe(1);
    expect(stage.status(A)).toMatchObject({ phase: 'Superseded', reason: 'Overwritten' });
    expect(stage.counters().breaker.failures).toBe(0);
  });

  it('is not undone where the blueprint forbids it: failed, counted, and a person is called', async () => {
    const verification = {
      enabled: true,
      stabilization_period: '60s',
      checks: [{ name: 'latency_p95', type: 'threshold', target: '< 200ms', critical: true, rollback_trigger: true }],
      rollback: { enabled: false, automatic: true, trigger_on_critical_failure: true },
    };
    const { stage, executor } = await harmfulDown({ spec: { verification } });
    await stage.run(90_000, executor);
    expect([stage.replicas(), stage.writes()]).toEqual([2, 1]);
    expect(stage.status(A)).toMatchObject({ phase: 'Failed', reason: 'MissedEarly' });
    expect(stage.counters().breaker.failures).toBe(1);
    expect(reasons(stage)).toEqual(['ScaledByFairlead', 'FairleadAlert']);
  });

  it('waits under a stop with a person called, and is undone when the stop is lifted', async () => {
    const { stage, executor } = await harmfulDown();
    stage.hold([{ kind: 'stop', what: 'all', by: 'alice', reason: 'nothing at all', at: '2026-01-05T00:00:00Z' }]);
    await stage.run(120_000, executor);
    expect(stage.replicas()).toBe(2);
    expect(stage.status(A).phase).toBe('Verifying');
    expect(reasons(stage)).toEqual(['ScaledByFairlead', 'FairleadAlert']);
    stage.hold([]);
    await stage.run(60_000, executor);
    expect(stage.status(A).phase).toBe('RolledBack');
    expect(stage.counters().breaker.failures).toBe(1);
  });

  it('is given to a person with the breaker open when its undo was not possible for ten minutes', async () => {
    const { stage, executor } = await harmfulDown();
    stage.hold([{ kind: 'stop', what: 'all', by: 'alice', reason: 'nothing at all', at: '2026-01-05T00:00:00Z' }]);
    await stage.run(800_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'Failed', reason: 'UndoFailed' });
    expect(stage.counters().breaker.state).toBe('open');
    expect(stage.counters().inFlight).toBeUndefined();
    expect(stage.told().at(-1)?.note).toMatch(/^UndoFailed/);
  });
});

describe('a change that cannot be judged', () => {
  it('is given twice the time, then stays, counts for nothing, and a person is asked', async () => {
    const stage = await open();
    await stage.wish(A, { arguments: { replicas: 3 } });
    await stage.executor.pass();
    stage.world.metricsFault({ target: 'shop/web', missing: true });
    await stage.run(90_000);
    expect(stage.status(A)).toMatchObject({ phase: 'Verifying', verification: { widened: true } });
    await stage.run(60_000);
    expect(stage.status(A)).toMatchObject({ phase: 'Inconclusive', verification: { outcome: 'inconclusive' } });
    expect([stage.replicas(), stage.counters().breaker.failures]).toEqual([3, 0]);
    expect(stage.counters().inFlight).toBeUndefined();
    expect(stage.told().at(-1)?.note).toMatch(/^VerificationInconclusive/);
  });

  it('ends inconclusive when its target is deleted meanwhile, with no failure counted (field case 7)', async () => {
    const stage = await open();
    await stage.wish(A, { arguments: { replicas: 3 } });
    await stage.executor.pass();
    stage.world.remove(KINDS.Deployment, 'shop', 'web', { afterMs: 600_000 });
    await stage.run(30_000);
    expect(stage.status(A)).toMatchObject({ phase: 'Inconclusive', reason: 'TargetGone' });
    expect(stage.counters()).toMatchObject({ breaker: { failures: 0 } });
    expect(stage.counters().inFlight).toBeUndefined();
    expect(stage.writes()).toBe(1);
  });

  it('ends inconclusive, and is not undone, when its blueprint is gone', async () => {
    const { stage, executor } = await harmfulDown();
    stage.world.remove(KINDS.Blueprint, 'shop', 'web');
    await stage.run(90_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'Inconclusive', reason: 'BlueprintGone' });
    expect([stage.replicas(), stage.writes()]).toEqual([2, 1]);
  });
});

describe('phase 0', () => {
  const quota = (pods: number) => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'shop' },
    spec: { hard: { pods: String(pods) } },
  });

  it('fails at its own deadline with the words of ReplicaFailure; a person is told once (field case 5)', async () => {
    const stage = await open();
    stage.world.apply(quota(2));
    await stage.wish(A, { arguments: { replicas: 3 } });
    await stage.run(480_000);
    const { phase, verification } = stage.status(A);
    expect(verification?.message).toMatch(/exceeded quota/);
    expect(['Failed', 'RolledBack']).toContain(phase);
    expect(stage.told().filter(({ reason }) => reason === 'FairleadAlert').length).toBeLessThanOrEqual(1);
    expect(stage.counters().breaker.failures).toBe(1);
  });

  it('undoes a restart that a full quota keeps from starting (field case 6)', async () => {
    const stage = await open({ replicas: 3, load: CALM, templateAnnotations: { team: 'web' } });
    // Of a quota with such scopes it cannot be told beforehand whom it binds.
    const full = quota(3);
    stage.world.apply({ ...full, spec: { ...full.spec, scopes: ['CrossNamespacePodAffinity'] } });
    await stage.wish(A, { tool: 'restart_pods', operation: 'restart_pods', arguments: {} });
    const signed = new Executor({ ...stage.deps, trust: PEOPLE.trust });
    await signed.pass();
    await stage.run(600_000, signed);
    expect(stage.status(A)).toMatchObject({ phase: 'RolledBack', reason: 'Undone' });
    const fresh = await stage.observer.fresh('shop', 'web');
    expect(fresh.ok && fresh.value.workload).toMatchObject({
      restartedAt: null,
      ready: 3,
      rollout: { underWay: false },
    });
  });
});

describe('a scale-up while a change is being verified', () => {
  it('under pressure closes it as superseded and takes its slot', async () => {
    const stage = await open();
    await stage.wish(A, { arguments: { replicas: 3 } });
    await stage.executor.pass();
    stage.world.setLoad('shop/web', { ...HOT, rps: 250 });
    await stage.run(60_000);
    expect(stage.status(A).phase).toBe('Verifying');
    await stage.wish(B, { arguments: { replicas: 6 } });
    await stage.executor.pass();
    await stage.run(15_000);
    expect(stage.status(A)).toMatchObject({ phase: 'Superseded', reason: 'SupersededByUp' });
    expect(stage.replicas()).toBe(6);
    expect(stage.counters().breaker.failures).toBe(0);
    await stage.run(90_000);
    expect(stage.status(B).phase).toBe('Succeeded');
    expect(stage.counters().inFlight).toBeUndefined();
  });

  it.each([
    ['refused', { code: 'denied' }, 1],
    ['answered by nobody', { code: 'unavailable', uncertain: true }, 3],
  ] as const)('gives the slot back to the change before when its write is %s', async (_, fault, passes) => {
    const stage = await open({ spec: { verification: { ...VERIFICATION, stabilization_period: '180s' } } });
    await stage.wish(A, { arguments: { replicas: 3 } });
    await stage.executor.pass();
    stage.world.setLoad('shop/web', { ...HOT, rps: 250 });
    await stage.run(60_000);
    expect(stage.status(A).phase).toBe('Verifying');
    const held = stage.counters().inFlight;
    await stage.wish(B, { arguments: { replicas: 6 } });
    stage.port.failNext({ verb: 'patch', sparesDryRuns: true, ...fault });
    await stage.executor.pass();
    await stage.executor.pass();
    expect(stage.status(A).phase).toBe('Verifying');
    expect(stage.replicas()).toBe(3);
    for (let pass = 1; pass < passes; pass++) {
      expect(stage.counters().inFlight).toMatchObject({ decision: B, over: { changeId: `${A}.1` } });
      await stage.run(15_000);
    }
    if (passes === 1) expect(stage.counters().inFlight).toEqual(held);
    await stage.run(60_000);
    expect(stage.replicas()).toBe(6);
    expect(stage.status(A)).toMatchObject({ phase: 'Superseded', reason: 'SupersededByUp' });
  });

  it('records a superseded scale-down as rolled back', async () => {
    const stage = await open({ replicas: 3, load: CALM });
    const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
    await stage.wish(A, { arguments: { replicas: 2 }, requester: { kind: 'person', name: 'alice' } });
    await executor.pass();
    stage.world.setLoad('shop/web', { ...CALM, rps: 250 });
    await stage.run(60_000, executor);
    expect(stage.status(A).phase).toBe('Verifying');
    await stage.wish(B, { arguments: { replicas: 4 }, requester: { kind: 'agent', name: 'decision-engine' } });
    await executor.pass();
    await stage.run(30_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'RolledBack', reason: 'SupersededByUp' });
    expect(stage.replicas()).toBe(4);
    expect(stage.counters().breaker.failures).toBe(0);
  });
});
