import { afterEach, describe, expect, it } from 'vitest';
import {
  CALM,
  openStage,
  SCALING,
  type Stage,
  type StageOptions,
  VERIFICATION,
} from '../../test/stages/executorStage.ts';
import { replay } from '../audit/replay.ts';
import { KINDS } from '../schema/kube.ts';
import type { DecisionSpec } from '../schema/records.ts';
import { PEOPLE } from '../testing/people.ts';
import { Executor } from './executor.ts';

const P = 'web-aaaaaaaaaa';
const C = 'web-cccccccccc';
const PERSON: DecisionSpec['requester'] = { kind: 'person', name: 'alice' };
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** A person's scale-down, written by its first step. */
async function down(from: number, to: number, options: StageOptions = {}) {
  const stage = await openStage({ replicas: from, load: CALM, ...options });
  stages.push(stage);
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  await stage.wish(P, { arguments: { replicas: to }, requester: PERSON });
  await executor.pass();
  const uid = stage.world.get(KINDS.Deployment, 'shop', 'web')?.metadata.uid ?? '';
  const ask = async (spec: Partial<DecisionSpec>, name = C): Promise<string> => {
    await stage.wish(name, { parent: P, ...spec });
    await executor.pass();
    const { phase, reason } = stage.status(name);
    return `${phase} ${reason}`;
  };
  const pace = (args: DecisionSpec['arguments'], replicas = stage.replicas(), name = C): Promise<string> =>
    ask(
      { tool: 'pace', operation: 'pace', arguments: args, seen: { uid, replicas, at: '2026-01-05T00:00:00Z' } },
      name,
    );
  const undo = (name = C): Promise<string> => ask({ tool: 'undo', operation: 'undo', arguments: {} }, name);
  return { stage, executor, ask, pace, undo };
}

const WIDE: StageOptions = { spec: { scaling: { ...SCALING, max_replicas: 10 } } };

describe('a pace', () => {
  it('makes the next step of its parent smaller and later, and the one after that is as planned', async () => {
    const { stage, executor, pace } = await down(8, 2, WIDE);
    expect(stage.replicas()).toBe(4);
    expect(await pace({ replicas: 3, wait_seconds: 120 })).toBe('Succeeded PaceTaken');
    const dueAt = async (replicas: number): Promise<number> => {
      for (let n = 0; n < 40 && stage.replicas() !== replicas; n++) await stage.run(15_000, executor);
      expect(stage.replicas()).toBe(replicas);
      return stage.status(P).changes.at(-1)?.appliedAt ?? 0;
    };
    const third = await dueAt(3);
    const due = stage.status(P).history.findLast(({ reason }) => reason === 'NextStep')?.at ?? 0;
    expect(third - due).toBeGreaterThanOrEqual(120_000);
    expect(third - due).toBeLessThan(160_000);
    expect(stage.status(P).history.map(({ reason }) => reason)).toContain('Paced');
    await dueAt(2);
    expect(replay(stage.journal.records).disagreements).toEqual([]);
  });

  it.each<{ when: string; args: DecisionSpec['arguments']; seen?: number; says: string }>([
    { when: 'it stops where the service is', args: { replicas: 4 }, says: 'NotSmaller' },
    { when: 'it stops at the end', args: { replicas: 2 }, says: 'NotSmaller' },
    { when: 'it goes further than the end', args: { replicas: 1, wait_seconds: 10 }, says: 'NotSmaller' },
    { when: 'it goes the other way', args: { replicas: 9 }, says: 'NotSmaller' },
    { when: 'it asks for nothing', args: {}, says: 'NotSmaller' },
    { when: 'it would hold the step for ever', args: { wait_seconds: 1_000_000_000 }, says: 'TooLong' },
    { when: 'it would hold the step a second too long', args: { wait_seconds: 301 }, says: 'TooLong' },
    { when: 'it was asked for at another step', args: { wait_seconds: 10 }, seen: 8, says: 'PaceExpired' },
  ])('is refused when $when', async ({ args, seen, says }) => {
    const { stage, pace } = await down(8, 2, WIDE);
    expect(await pace(args, seen)).toBe(`Refused ${says}`);
    expect(stage.status(P).pace).toBeUndefined();
    expect(stage.told().at(-1)).toMatchObject({ reason: 'RefusedByFairlead' });
  });

  it('is one a step, and of an open parent', async () => {
    const { stage, executor, pace, ask } = await down(8, 4, WIDE);
    expect(await pace({ wait_seconds: 5 })).toBe('Refused NoStepsLeft');
    expect(await ask({ tool: 'pace', parent: 'web-nobody', arguments: { wait_seconds: 5 } }, 'web-d')).toBe(
      'Refused NoParent',
    );
    const other = { kind: 'Deployment' as const, namespace: 'shop', name: 'db' };
    expect(await ask({ tool: 'pace', target: other, arguments: { wait_seconds: 5 } }, 'web-e')).toBe(
      'Refused ParentOfAnother',
    );
    await stage.run(120_000, executor);
    expect(await pace({ wait_seconds: 5 }, 4, 'web-f')).toBe('Refused ParentNotOpen');
    const again = await down(8, 2, WIDE);
    expect(await again.pace({ wait_seconds: 300 })).toBe('Succeeded PaceTaken');
    expect(await again.pace({ wait_seconds: 300 }, 4, 'web-g')).toBe('Refused PacedAlready');
  });
});

/** A down whose service got slow while its load grew: nobody can tell whose doing that is. */
async function unclear(options: StageOptions = {}) {
  const opened = await down(3, 2, options);
  opened.stage.world.setLoad('shop/web', { ...CALM, rps: 130, latency_ms_base: 280 });
  await opened.stage.run(105_000, opened.executor);
  expect(opened.stage.status(P)).toMatchObject({ phase: 'Verifying', verification: { widened: true } });
  return opened;
}

describe('an undo on request', () => {
  it('takes back what cannot be judged, verified like every undo, and counts as no failure', async () => {
    const { stage, executor, undo } = await unclear();
    expect(await undo()).toBe('Deferred UndoUnderWay');
    expect(await undo('web-d')).toBe('Refused AskedAlready');
    await stage.run(60_000, executor);
    expect(stage.replicas()).toBe(3);
    expect(stage.status(P)).toMatchObject({ phase: 'RolledBack', reason: 'Undone', undoAskedBy: C });
    expect(stage.status(C)).toMatchObject({ phase: 'Succeeded', reason: 'Undone' });
    expect(stage.counters()).toMatchObject({ breaker: { failures: 0 }, undoneDown: {} });
    expect(stage.counters().inFlight).toBeUndefined();
    expect(replay(stage.journal.records).disagreements).toEqual([]);
  });

  it('takes it back after it ended inconclusive as well, but not for long', async () => {
    const early = await unclear();
    await early.stage.run(60_000, early.executor);
    expect(early.stage.status(P)).toMatchObject({ phase: 'Inconclusive', reason: 'NotJudged' });
    await early.undo();
    await early.stage.run(60_000, early.executor);
    expect([early.stage.status(P).phase, early.stage.status(C).phase]).toEqual(['RolledBack', 'Succeeded']);
    expect(early.stage.replicas()).toBe(3);
    const late = await unclear();
    await late.stage.run(690_000, late.executor);
    expect(await late.undo()).toBe('Refused NotInconclusive');
    expect(late.stage.replicas()).toBe(2);
  });

  it.each([
    ['ahead', 690_000, 3_600_000],
    ['behind', 690_000, -3_600_000],
    ['ahead', 60_000, 3_600_000],
  ])('is neither too late nor in time by a clock that is an hour %s', async (_, ran, by) => {
    const { stage, executor } = await unclear();
    await stage.run(ran, executor);
    expect(stage.status(P)).toMatchObject({ phase: 'Inconclusive', reason: 'NotJudged' });
    const clock = { ...stage.clock, now: () => stage.clock.now() + by, sleep: () => Promise.resolve() };
    const wrong = new Executor({ ...stage.deps, clock, trust: PEOPLE.trust });
    await stage.wish(C, { parent: P, tool: 'undo', operation: 'undo', arguments: {} });
    await wrong.pass();
    expect([stage.phase(C), stage.phase(P), stage.replicas()]).toEqual(['Pending', 'Inconclusive', 2]);
    expect(stage.told().at(-1)?.note).toMatch(/^ClockDiffers: /);
    await executor.pass();
    expect(stage.status(C).phase).toBe(ran > 600_000 ? 'Refused' : 'Deferred');
  });

  it.each<{ when: string; options?: StageOptions; meanwhile?: (stage: Stage) => void; says: string }>([
    {
      when: 'the blueprint lets nothing be undone by itself',
      options: {
        spec: { verification: { ...VERIFICATION, rollback: { ...VERIFICATION.rollback, automatic: false } } },
      },
      says: 'Refused UndoSwitchedOff',
    },
    {
      when: 'somebody changed it since, which ends the change',
      meanwhile: ({ world }) => world.scaleByHand('shop/web', 5),
      says: 'Refused NotInconclusive',
    },
    {
      when: 'all is stopped',
      meanwhile: (stage) => stage.hold([{ kind: 'stop', what: 'all', by: 'ann', reason: 'look', at: '' }]),
      says: 'Deferred Stopped',
    },
  ])('says "$says" when $when', async ({ options, meanwhile, says }) => {
    const { stage, undo } = await unclear(options);
    meanwhile?.(stage);
    const before = stage.replicas();
    await stage.world.advance(1);
    expect(await undo()).toBe(says);
    expect(stage.replicas()).toBe(before);
    expect(stage.writes()).toBe(1);
  });

  it('is refused of a change that is being judged, of one that passed, and of one that is no parent', async () => {
    const { stage, executor, undo, ask } = await down(3, 2);
    expect(await undo()).toBe('Refused NotInconclusive');
    await stage.run(120_000, executor);
    expect(stage.status(P).phase).toBe('Succeeded');
    expect(await undo('web-d')).toBe('Refused NotInconclusive');
    expect(await ask({ tool: 'undo', parent: C, arguments: {} }, 'web-e')).toBe('Refused NothingToUndo');
    expect([stage.replicas(), stage.writes()]).toEqual([2, 1]);
  });
});

describe('a retry', () => {
  it('is the wish of a Decision that failed, word for word, and one of two', async () => {
    const { stage, executor, ask } = await down(3, 2);
    expect(await ask({ arguments: { replicas: 2 } }, 'web-0')).toBe('Refused ParentDidNotFail');
    stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
    await stage.run(120_000, executor);
    expect(stage.status(P)).toMatchObject({ phase: 'RolledBack', failure: { reason: 'MissedEarly' } });
    expect(await ask({ arguments: { replicas: 1 } }, 'web-1')).toBe('Refused NotTheSameWish');
    expect(await ask({ tool: 'restart_pods', arguments: {} }, 'web-2')).toBe('Refused NotTheSameWish');
    // By now two stand before it: each of them counts, whatever became of it.
    expect(await ask({ arguments: { replicas: 2 } }, 'web-3')).toBe('Refused RetriedEnough');
    expect([stage.replicas(), stage.writes()]).toEqual([3, 2]);
  });

  it('is judged by all rules anew', async () => {
    const { stage, executor, ask } = await down(3, 2);
    stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
    await stage.run(120_000, executor);
    const said = await ask({ arguments: { replicas: 2 } }, 'web-1');
    expect(said).not.toMatch(/Parent|Retried|Wish/);
    expect(stage.status('web-1').verdict?.findings.length).toBeGreaterThan(3);
    expect(await ask({ parent: 'web-1', arguments: { replicas: 2 } }, 'web-2')).toBe('Refused ParentIsAChild');
    expect([stage.replicas(), stage.writes()]).toEqual([3, 2]);
  });
});
