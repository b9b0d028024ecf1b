import { afterEach, describe, expect, it } from 'vitest';
import { CALM, openStage, type Stage } from '../../../test/stages/executorStage.ts';
import { KINDS } from '../../schema/kube.ts';
import { PEOPLE } from '../../testing/people.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const B = 'web-bbbbbbbbbb';
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});
const ALICE = { kind: 'person' as const, name: 'alice' };

/** A person's scale-down that hurts, whose undo the API server does not take; meanwhile a person asks for a restart. */
async function undoRefused(): Promise<{ stage: Stage; executor: Executor }> {
  const stage = await openStage({ replicas: 3, load: CALM });
  stages.push(stage);
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  await stage.wish(A, { arguments: { replicas: 2 }, requester: ALICE });
  await executor.pass();
  stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
  stage.port.failNext({ verb: 'patch', code: 'unavailable', sparesDryRuns: true, times: 1000 });
  await stage.wish(B, { tool: 'restart_pods', operation: 'restart_pods', arguments: {}, requester: ALICE });
  await stage.run(150_000, executor);
  return { stage, executor };
}

describe('an undo that the API server does not take', () => {
  it('holds the slot of its service until it is done, so that nothing else begins on a change that failed (GATE-G23-1)', async () => {
    const { stage, executor } = await undoRefused();
    expect(stage.status(A)).toMatchObject({ phase: 'Verifying', reason: 'UndoAgain' });
    expect(stage.counters().inFlight?.decision).toBe(A);
    stage.port.heal();
    const restarted = stage.writes();
    await stage.run(60_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'RolledBack', reason: 'Undone' });
    expect([stage.replicas(), stage.writes() - restarted]).toEqual([3, 1]);
    expect(stage.counters().breaker).toMatchObject({ state: 'closed', failures: 1 });
    expect(stage.counters().inFlight).toBeUndefined();
  });

  it('and is refused in the end leaves its slot and counts as the one failure it is', async () => {
    const { stage, executor } = await undoRefused();
    stage.world.edit(KINDS.Deployment, 'shop', 'web', (draft) => {
      draft.spec = { ...(draft.spec as object), replicas: 5 };
    });
    stage.port.heal();
    await stage.observe(15_000);
    await executor.pass();
    expect(['Failed', 'Superseded', 'RolledBack']).toContain(stage.status(A).phase);
    await executor.pass();
    expect(stage.counters().inFlight?.decision).not.toBe(A);
    expect(stage.counters().breaker).toMatchObject({ state: 'closed', failures: 1 });
  });
});
