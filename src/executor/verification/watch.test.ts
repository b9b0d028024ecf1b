import { afterEach, describe, expect, it } from 'vitest';
import { CALM, openStage, type Stage } from '../../../test/stages/executorStage.ts';
import { replay } from '../../audit/replay.ts';
import { PEOPLE } from '../../testing/people.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const B = 'web-bbbbbbbbbb';
const SLOW = { ...CALM, latency_ms_base: 280 };
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** A person's scale-down of 3 to 2 that passed phase 1. */
async function watched(): Promise<{ stage: Stage; executor: Executor }> {
  const stage = await openStage({ replicas: 3, load: CALM });
  stages.push(stage);
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  await stage.wish(A, { arguments: { replicas: 2 }, requester: { kind: 'person', name: 'alice' } });
  await executor.pass();
  await stage.run(120_000, executor);
  expect(stage.status(A)).toMatchObject({ phase: 'Succeeded', verification: { phase: 'watch', outcome: 'pass' } });
  expect(stage.counters().inFlight).toBeUndefined();
  return { stage, executor };
}

/** Without the slot's own record, which every pass reads. */
const requests = (stage: Stage): number =>
  stage.port.calls.filter(({ path }) => !path.includes('circuitbreakers')).length;

describe('phase 2: a change that passed', () => {
  it('is undone when it turns out to hurt later, counted once, and ends as rolled back', async () => {
    const { stage, executor } = await watched();
    await stage.run(240_000, executor);
    stage.world.setLoad('shop/web', SLOW);
    await stage.run(120_000, executor);
    expect(stage.replicas()).toBe(3);
    expect(stage.status(A).history.map(({ phase, reason }) => `${phase} ${reason}`)).toEqual([
      'Executing Intended',
      'Verifying Written',
      'Succeeded Verified',
      'Verifying FailedLater',
      'RolledBack Undone',
    ]);
    expect(stage.counters()).toMatchObject({ breaker: { failures: 1 }, undoneDown: {} });
    expect(stage.counters().inFlight).toBeUndefined();
    expect(replay(stage.journal.records).disagreements).toEqual([]);
  });

  it('is undone by the next process too', async () => {
    const { stage } = await watched();
    stage.world.setLoad('shop/web', SLOW);
    await stage.run(120_000, new Executor({ ...stage.deps, trust: PEOPLE.trust }));
    expect(stage.status(A).phase).toBe('RolledBack');
  });

  it.each(['before', 'after'] as const)(
    'is undone once, though the process dies %s its slot is taken back',
    async (when) => {
      const { stage, executor } = await watched();
      stage.world.setLoad('shop/web', SLOW);
      stage.port.failNext({
        verb: 'update',
        kind: 'CircuitBreaker',
        code: 'unavailable',
        uncertain: true,
        ...(when === 'after' && { afterApply: true }),
      });
      stage.port.failNext({ verb: 'update', kind: 'Decision', code: 'unavailable' });
      await stage.run(180_000, executor);
      expect(stage.replicas()).toBe(3);
      expect(stage.status(A).phase).toBe('RolledBack');
      expect(stage.counters().breaker.failures).toBe(1);
    },
  );

  it('is left alone when load has grown: what is missed then is not its doing', async () => {
    const { stage, executor } = await watched();
    stage.world.setLoad('shop/web', { ...SLOW, rps: 150 });
    await stage.run(120_000, executor);
    expect(stage.status(A).phase).toBe('Succeeded');
    expect(stage.counters().breaker.failures).toBe(0);
  });

  it('costs no request while all is well, ends after ten minutes, and is not undone after', async () => {
    const { stage, executor } = await watched();
    await stage.run(120_000, executor);
    const before = requests(stage);
    await executor.pass();
    expect(requests(stage)).toBe(before);
    const { finishedAt } = stage.status(A);
    await stage.run(600_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'Succeeded', finishedAt, verification: { phase: 'done' } });
    stage.world.setLoad('shop/web', SLOW);
    await stage.run(120_000, executor);
    expect(stage.status(A).phase).toBe('Succeeded');
    expect(stage.writes()).toBe(1);
  });

  it('holds nothing up, and the next change ends it', async () => {
    const { stage, executor } = await watched();
    await stage.wish(B, { arguments: { replicas: 3 }, requester: { kind: 'person', name: 'alice' } });
    await stage.run(30_000, executor);
    expect(stage.status(B).changes).toHaveLength(1);
    expect(stage.status(A)).toMatchObject({ phase: 'Succeeded', verification: { phase: 'done' } });
    expect(stage.status(A).verification?.message).toContain(`ended by ${B}.1`);
  });

  it('is over when somebody else changes it', async () => {
    const { stage, executor } = await watched();
    stage.world.scaleByHand('shop/web', 4);
    await stage.run(30_000, executor);
    expect(stage.status(A).verification?.phase).toBe('done');
    stage.world.setLoad('shop/web', SLOW);
    await stage.run(120_000, executor);
    expect(stage.replicas()).toBe(4);
  });
});
