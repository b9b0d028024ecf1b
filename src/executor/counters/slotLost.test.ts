import { afterEach, describe, expect, it } from 'vitest';
import { CALM, openStage, PASS_MS, type Stage, type StageOptions } from '../../../test/stages/executorStage.ts';
import { KINDS } from '../../schema/kube.ts';
import type { DecisionSpec } from '../../schema/records.ts';
import { PEOPLE } from '../../testing/people.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const B = 'web-bbbbbbbbbb';
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** A change that was written and is being verified. */
async function verifying(options: StageOptions, spec: Partial<DecisionSpec>) {
  const stage = await openStage(options);
  stages.push(stage);
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  await stage.wish(A, spec);
  await executor.pass();
  expect(stage.counters().inFlight?.changeId).toBe(`${A}.1`);
  return { stage, executor };
}
const lose = (stage: Stage): void => stage.world.remove(KINDS.CircuitBreaker, 'shop', 'web');
const DOWN = { arguments: { replicas: 2 }, requester: { kind: 'person', name: 'alice' } } as const;

describe('a CircuitBreaker that is deleted while its change is verified', () => {
  it.each([
    ['deleted', lose],
    [
      'deleted and made again by a pause',
      (stage: Stage): void => {
        lose(stage);
        stage.hold([{ kind: 'pause', what: 'ups', by: 'ann', reason: 'looking', at: '' }]);
      },
    ],
  ])('is made again with that change in flight when %s, and a person is told', async (_, harm) => {
    const { stage, executor } = await verifying({}, { arguments: { replicas: 3 } });
    await stage.run(PASS_MS, executor);
    harm(stage);
    await stage.run(PASS_MS, executor);
    expect(stage.counters()).toMatchObject({
      lastChangeId: `${A}.1`,
      inFlight: { decision: A, changeId: `${A}.1`, phase: 'verifying', direction: 'up' },
    });
    expect(stage.counters().spentUntil).toBeGreaterThan(stage.clock.now());
    expect(stage.told().some(({ note }) => note.startsWith('CountersLost'))).toBe(true);
    await stage.run(120_000, executor);
    expect(stage.status(A).phase).toBe('Succeeded');
    expect(stage.counters().inFlight).toBeUndefined();
  });

  it('lets no second change start beside the first', async () => {
    const { stage, executor } = await verifying({ replicas: 3, load: CALM }, DOWN);
    await stage.run(PASS_MS, executor);
    lose(stage);
    await stage.wish(B, { tool: 'restart_pods', arguments: {} });
    await stage.run(PASS_MS, executor);
    expect(stage.writes()).toBe(1);
    expect(stage.counters().inFlight?.decision).toBe(A);
  });

  it('counts the failure of that change, and lets it be undone', async () => {
    const { stage, executor } = await verifying({ replicas: 3, load: CALM }, DOWN);
    await stage.run(PASS_MS, executor);
    lose(stage);
    stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
    await stage.run(150_000, executor);
    expect(stage.status(A).phase).toBe('RolledBack');
    expect(stage.replicas()).toBe(3);
    expect(stage.counters().breaker.failures).toBe(1);
    expect(stage.counters().inFlight).toBeUndefined();
  });

  it('holds no Decision up that had not written yet', async () => {
    const stage = await openStage();
    stages.push(stage);
    await stage.wish(A, { arguments: { replicas: 3 } });
    // The answer to the write is lost, and so is the write.
    stage.port.failNext({ verb: 'patch', code: 'unavailable', uncertain: true, sparesDryRuns: true });
    await stage.executor.pass();
    expect(stage.phase(A)).toBe('Executing');
    lose(stage);
    await stage.run(60_000);
    expect(stage.told().filter(({ note }) => note.startsWith('SlotNotGivenBack'))).toEqual([]);
    expect(stage.phase(A)).not.toBe('Executing');
  });
});
