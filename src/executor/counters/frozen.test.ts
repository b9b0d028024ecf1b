import { afterEach, describe, expect, it } from 'vitest';
import { CALM, openStage, type Stage } from '../../../test/stages/executorStage.ts';
import { KINDS } from '../../schema/kube.ts';
import { PEOPLE } from '../../testing/people.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const B = 'web-bbbbbbbbbb';
const MINUTE = 60_000;
const ALICE = { kind: 'person' as const, name: 'alice' };

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** A scale-down that hurts, and whose undo does not help: the pod that it brings back never starts. */
async function failedUndo() {
  const stage = await openStage({ replicas: 3, load: CALM });
  stages.push(stage);
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  await stage.wish(A, { arguments: { replicas: 2 }, requester: ALICE });
  await executor.pass();
  stage.world.setReadyAfter('shop/web', 600 * MINUTE);
  stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
  await stage.run(10 * MINUTE, executor);
  const resume = (change: string, by = 'ann'): void => {
    const { apiVersion, kind } = KINDS.CircuitBreaker;
    const resumed = { change, by, at: '2026-01-05T00:00:00Z' };
    const record = stage.world.get(KINDS.CircuitBreaker, 'shop', 'web');
    if (record === undefined) throw new Error('no record');
    stage.world.apply({ ...record, apiVersion, kind, spec: { holds: [], resumed } });
  };
  return { stage, executor, resume };
}

describe('after an undo that failed', () => {
  it('the service is frozen, a person too waits, and a person is called once (GATE-G20-6, GATE-C-7)', async () => {
    const { stage, executor } = await failedUndo();
    expect(stage.status(A)).toMatchObject({ phase: 'Failed', reason: 'UndoFailed' });
    expect(stage.counters()).toMatchObject({
      breaker: { state: 'open' },
      frozen: { decision: A, change: `${A}.1.undo` },
    });
    expect(stage.told().filter(({ note }) => note.startsWith('UndoFailed'))).toHaveLength(1);
    const writes = stage.writes();
    stage.world.setReadyAfter('shop/web', 5_000);
    stage.world.setLoad('shop/web', CALM);
    await stage.run(3 * MINUTE, executor);
    await stage.wish(B, { arguments: { replicas: 4 }, requester: ALICE });
    await stage.run(5 * MINUTE, executor);
    expect(stage.status(B)).toMatchObject({ phase: 'Deferred' });
    expect(stage.status(B).verdict?.wait?.codes).toContain('Frozen');
    expect(stage.status(B).verdict?.findings.find(({ code }) => code === 'Frozen')?.message).toContain(
      `the undo ${A}.1.undo failed; put the Deployment right by hand, then fairlead resume shop/web`,
    );
    expect(stage.writes()).toBe(writes);
  });

  it('a person who names the freeze lifts it, on record, and what waited goes on (GATE-G20-6)', async () => {
    const { stage, executor, resume } = await failedUndo();
    stage.world.setReadyAfter('shop/web', 5_000);
    stage.world.setLoad('shop/web', CALM);
    await stage.run(3 * MINUTE, executor);
    await stage.wish(B, { arguments: { replicas: 4 }, requester: ALICE });
    await stage.run(30_000, executor);
    expect(stage.phase(B)).toBe('Deferred');
    resume(`${A}.1.undo`);
    await stage.run(3 * MINUTE, executor);
    expect(stage.counters().frozen).toBeUndefined();
    expect(stage.journal.of('hold')).toMatchObject([{ subject: A, data: { lifted: 'frozen', by: 'ann' } }]);
    expect(stage.status(B).changes[0]).toMatchObject({ before: '3', after: '4' });
  });

  it('the log comes before the thaw: unwritable, the service stays frozen (GATE-G20-6)', async () => {
    const { stage, executor, resume } = await failedUndo();
    stage.journal.unwritable = 'no space left on device';
    resume(`${A}.1.undo`);
    await stage.run(30_000, executor);
    expect(stage.counters().frozen).toBeDefined();
    stage.journal.unwritable = undefined;
    await stage.run(15_000, executor);
    expect(stage.counters().frozen).toBeUndefined();
  });

  it('no clock lifts it, however far ahead it is (GATE-G20-6)', async () => {
    const { stage } = await failedUndo();
    const clock = {
      ...stage.clock,
      now: () => stage.clock.now() + 365 * 24 * 60 * MINUTE,
      sleep: () => Promise.resolve(),
    };
    const ahead = new Executor({ ...stage.deps, clock });
    await stage.observe(15_000);
    await ahead.pass();
    expect(stage.counters().frozen).toMatchObject({ change: `${A}.1.undo` });
  });

  it('a stamp that names another change lifts nothing, and the API server takes none in advance (GATE-G20-6)', async () => {
    const { stage, executor, resume } = await failedUndo();
    expect(() => resume(`${B}.1.undo`)).toThrow(/nothing is resumed in advance/);
    // As an older definition would have let it through.
    const record = stage.world.get(KINDS.CircuitBreaker, 'shop', 'web');
    if (record === undefined) throw new Error('no record');
    const resumed = { change: `${B}.1.undo`, by: 'ann', at: '2999-01-01T00:00:00Z' };
    const sighted = { ...record, spec: { holds: [], resumed } };
    const odd = new Executor({
      ...stage.deps,
      reader: { ...stage.deps.reader, get: async () => ({ ok: true as const, value: sighted }) },
      observer: {
        ...stage.deps.observer,
        decisions: () => [],
        approvals: () => [],
        hearsApprovals: () => true,
        fresh: (namespace, name) => stage.deps.observer.fresh(namespace, name),
        history: () => [],
        views: () => stage.deps.observer.views().map((view) => ({ ...view, breakerObject: sighted })),
      },
    });
    await odd.pass();
    expect(stage.counters().frozen).toBeDefined();
    await stage.run(15_000, executor);
    expect(stage.counters().frozen).toBeDefined();
  });
});
