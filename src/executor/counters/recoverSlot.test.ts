import { afterEach, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../../test/stages/executorStage.ts';
import { KINDS } from '../../schema/kube.ts';
import type { CallFault } from '../../world/portFaults.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** A scale-up whose write and what follows it go as the faults say. */
async function wished(...faults: readonly CallFault[]): Promise<Stage> {
  const stage = await openStage();
  stages.push(stage);
  await stage.wish(A, { arguments: { replicas: 3 } });
  const executor = new Executor({
    ...stage.deps,
    workloads: {
      apply: (permit, change, options) => {
        if (!options.dryRun) for (const fault of faults) stage.port.failNext(fault);
        return stage.deps.workloads.apply(permit, change, options);
      },
    },
  });
  await executor.pass();
  expect(stage.counters().inFlight?.decision).toBe(A);
  return stage;
}
const WRITE = { verb: 'patch', kind: 'Deployment', code: 'unavailable', sparesDryRuns: true } as const;
const BLIND = { verb: 'get', kind: 'Deployment', code: 'unavailable' } as const;

describe('a Decision that is deleted while its change is in flight', () => {
  it.each<{ when: string; faults: readonly CallFault[]; replicas: number; counted: number }>([
    { when: 'stays counted and unjudged where it was written', faults: [], replicas: 3, counted: 1 },
    {
      when: 'stays counted where the target alone tells that it was written',
      faults: [{ ...WRITE, afterApply: true }, BLIND],
      replicas: 3,
      counted: 1,
    },
    {
      when: 'gives its slot back without a trace where it was not',
      faults: [{ ...WRITE, uncertain: true }],
      replicas: 2,
      counted: 0,
    },
  ])('$when, once no permit of then lives any more (P5, P7)', async ({ faults, replicas, counted }) => {
    const stage = await wished(...faults);
    const since = stage.counters().inFlight?.since ?? 0;
    stage.world.remove(KINDS.Decision, 'shop', A);
    await stage.observe(since + 29_999 - stage.clock.now());
    const { againAt } = await stage.executor.pass();
    expect(againAt).toBe(since + 30_000);
    expect(stage.counters().inFlight?.decision).toBe(A);
    await stage.observe(1);
    await stage.executor.pass();
    expect(stage.counters().inFlight).toBeUndefined();
    expect(stage.counters()).toMatchObject({ breaker: { state: 'closed', failures: 0 } });
    expect([stage.replicas(), stage.counters().operations.length]).toEqual([replicas, counted]);
    const called = `DecisionGone: Decision ${A} is gone or cannot be read: its change ${A}.1 stays, unjudged`;
    expect(stage.told().filter(({ note }) => note.startsWith(called))).toHaveLength(counted);
    expect(stage.journal.of('alert')).toHaveLength(counted);
  });

  it('keeps its slot while nobody can see whether it was written', async () => {
    const stage = await wished({ ...WRITE, uncertain: true });
    stage.world.remove(KINDS.Decision, 'shop', A);
    await stage.observe(45_000);
    stage.port.failNext({ verb: 'list', kind: 'Pod', code: 'unavailable' });
    const { againAt } = await stage.executor.pass();
    expect(againAt).toBe(stage.clock.now() + 5_000);
    expect(stage.counters().inFlight?.decision).toBe(A);
  });

  it('keeps its slot while the Decision cannot be read at all', async () => {
    const stage = await wished();
    await stage.observe(15_000);
    stage.port.failNext({ verb: 'get', kind: 'Decision', code: 'unavailable', times: 10 });
    const { againAt } = await stage.executor.pass();
    expect(againAt).toBe(stage.clock.now() + 5_000);
    expect(stage.counters().inFlight?.decision).toBe(A);
  });
});

describe('a process that dies', () => {
  it('between slot and intent leaves a slot that is free once its permit is over, and the wish goes on', async () => {
    const stage = await openStage();
    stages.push(stage);
    await stage.wish(A, { arguments: { replicas: 3 } });
    const dying = new Executor({
      ...stage.deps,
      records: {
        create: (...given) => stage.deps.records.create(...given),
        replace: (...given) => stage.deps.records.replace(...given),
        delete: (...given) => stage.deps.records.delete(...given),
        replaceStatus: (kind, object) => {
          if (kind.kind === 'Decision') throw new Error('killed');
          return stage.deps.records.replaceStatus(kind, object);
        },
      },
    });
    await dying.pass();
    const { since = 0 } = stage.counters().inFlight ?? {};
    expect([since > 0, stage.writes(), stage.phase(A)]).toEqual([true, 0, 'Pending']);
    await stage.observe(since + 29_999 - stage.clock.now());
    expect(await stage.executor.pass()).toEqual({ againAt: since + 30_000 });
    expect([stage.writes(), stage.phase(A)]).toEqual([0, 'Pending']);
    await stage.observe(1);
    await stage.executor.pass();
    await stage.run(120_000);
    expect([stage.replicas(), stage.writes(), stage.counters().operations.length]).toEqual([3, 1, 1]);
    expect(stage.status(A).phase).toBe('Succeeded');
  });

  it('between intent and write is known by the target: nothing was written, and it is tried again (P5)', async () => {
    const stage = await wished({ ...WRITE, uncertain: true });
    const { intentAt = 0 } = stage.status(A).changes[0] ?? {};
    await stage.observe(intentAt + 29_999 - stage.clock.now());
    expect(await stage.executor.pass()).toEqual({ againAt: intentAt + 30_000 });
    expect(stage.status(A).phase).toBe('Executing');
    await stage.observe(1);
    stage.port.failNext(BLIND);
    expect(await stage.executor.pass()).toEqual({ againAt: stage.clock.now() + 5_000 });
    expect(stage.status(A).phase).toBe('Executing');
    stage.port.failNext({ verb: 'update', kind: 'CircuitBreaker', code: 'unavailable' });
    expect(await stage.executor.pass()).toEqual({ againAt: stage.clock.now() + 5_000 });
    expect(stage.told().at(-1)?.note).toBe(
      `SlotNotGivenBack: the slot of ${A}.1 could not be given back yet (Decision ${A})`,
    );
    await stage.executor.pass();
    expect(stage.status(A)).toMatchObject({ phase: 'Deferred', changes: [] });
    expect(stage.counters().inFlight).toBeUndefined();
    await stage.run(120_000);
    expect([stage.replicas(), stage.counters().operations.length]).toEqual([3, 1]);
  });
});
