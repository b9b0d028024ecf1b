import { afterEach, describe, expect, it } from 'vitest';
import { openStage, type Stage, type StageOptions } from '../../test/stages/executorStage.ts';
import { sealed } from '../schema/counterSeal.ts';
import { NEW_COUNTERS, type OperationRecord } from '../schema/counters.ts';
import { KINDS } from '../schema/kube.ts';
import { Executor } from './executor.ts';

const A = 'web-aaaaaaaaaa';
/** Latency over its objective with the CPU at its height: more capacity is what is missing. */
const BREACHED = { rps: 100, cpu_m_per_rps: 1.9, latency_ms_base: 260 };
const NOTHING_ALLOWED = {
  governance: {
    agent_authority: { allowed_operations: ['restart_pods'], forbidden_operations: ['delete_deployment'] },
  },
};
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});
const open = async (options?: StageOptions): Promise<Stage> => {
  const stage = await openStage(options);
  stages.push(stage);
  return stage;
};
const notes = (stage: Stage): string[] => stage.told().map(({ reason, note }) => `${reason} ${note}`);
const REFUSED = `RefusedByFairlead scale_within_limits refused, NotGranted: the blueprint does not grant scale_within_limits; asked by decision-engine, as its Decision says`;

describe('a refusal', () => {
  it('is told in the words of the rule that decided', async () => {
    const stage = await open({ spec: NOTHING_ALLOWED });
    await stage.wish(A, { arguments: { replicas: 3 } });
    expect(await stage.executor.pass()).toEqual({});
    expect(notes(stage)).toEqual([
      REFUSED,
      `FairleadAlert ForbiddenRequest: scale_within_limits on web was asked for by decision-engine, as its Decision says: the blueprint does not grant scale_within_limits (Decision ${A})`,
    ]);
    expect(stage.status(A)).toMatchObject({
      phase: 'Refused',
      reason: 'NotGranted',
      message: 'the blueprint does not grant scale_within_limits',
    });
  });

  it('of more capacity calls a person while an objective is missed', async () => {
    const stage = await open({ load: BREACHED, spec: NOTHING_ALLOWED });
    await stage.wish(A, { arguments: { replicas: 3 } });
    await stage.executor.pass();
    expect(notes(stage)).toContain(
      `FairleadAlert FloorRefused: an objective is missed and more capacity is refused: the blueprint does not grant scale_within_limits (Decision ${A})`,
    );
  });

  it.each([
    { what: 'beyond what the analysis asks for', replicas: 6 },
    { what: 'of fewer replicas', replicas: 1 },
  ])('$what calls nobody for capacity', async ({ replicas }) => {
    const stage = await open({ load: BREACHED, spec: NOTHING_ALLOWED });
    await stage.wish(A, { arguments: { replicas } });
    await stage.executor.pass();
    expect(stage.status(A).phase).toBe('Refused');
    expect(notes(stage).filter((note) => note.includes('FloorRefused'))).toEqual([]);
  });

  it('that is only observed calls nobody', async () => {
    const stage = await open({ load: BREACHED, spec: { autonomy: 'observe' } });
    await stage.wish(A, { arguments: { replicas: 3 } });
    await stage.executor.pass();
    expect(stage.status(A)).toMatchObject({ phase: 'Refused', reason: 'ObserveOnly' });
    expect(stage.told().map(({ reason }) => reason)).toEqual(['RefusedByFairlead']);
  });

  it('that cannot be put on record is told once and looked at again', async () => {
    const stage = await open({ spec: NOTHING_ALLOWED });
    await stage.wish(A, { arguments: { replicas: 3 } });
    stage.port.failNext({ verb: 'update', kind: 'Decision', code: 'conflict' });
    expect(await stage.executor.pass()).toEqual({ againAt: stage.clock.now() + 1_000 });
    expect(stage.phase(A)).toBe('Pending');
    await stage.executor.pass();
    expect(stage.status(A).phase).toBe('Refused');
    expect(notes(stage).filter((note) => note === REFUSED)).toHaveLength(1);
  });

  it('that the log does not take is deferred, and made when the log can be written', async () => {
    const stage = await open({ spec: NOTHING_ALLOWED });
    await stage.wish(A, { arguments: { replicas: 3 } });
    const { journal } = stage;
    const filling = new Executor({
      ...stage.deps,
      journal: {
        head: () => journal.head(),
        close: () => journal.close(),
        append: (entry) => {
          if (entry.kind === 'phase') journal.unwritable = 'no space left on device';
          return journal.append(entry);
        },
      },
    });
    expect(await filling.pass()).toEqual({ againAt: stage.clock.now() + 5_000 });
    expect(stage.status(A)).toMatchObject({
      phase: 'Deferred',
      reason: 'JournalUnwritable',
      message: 'no space left on device',
    });
    journal.unwritable = undefined;
    await stage.run(15_000);
    expect(stage.status(A).phase).toBe('Refused');
  });
});

describe('more capacity that has to wait', () => {
  it('calls a person at once where the budget is spent while an objective is missed (GATE-G12-5)', async () => {
    const stage = await open({ load: BREACHED });
    const uid = stage.world.get(KINDS.Deployment, 'shop', 'web')?.metadata.uid ?? '';
    const operations: OperationRecord[] = Array.from({ length: 10 }, (_, i) => ({
      at: stage.clock.now() - (i + 2) * 60_000,
      decision: `web-${i}`,
      changeId: `web-${i}.1`,
      direction: 'up',
      optional: false,
      undo: false,
      by: 'agent',
    }));
    const { apiVersion, kind } = KINDS.CircuitBreaker;
    stage.world.apply({
      apiVersion,
      kind,
      metadata: { name: 'web', namespace: 'shop' },
      spec: { holds: [] },
      status: sealed({ ...NEW_COUNTERS, targetUid: uid, operations }),
    });
    await stage.observe(15_000);
    await stage.wish(A, { arguments: { replicas: 3 } });
    await stage.executor.pass();
    expect(stage.status(A)).toMatchObject({
      phase: 'Deferred',
      reason: 'BudgetSpent',
      message: '10 of 10 operations an hour are used',
    });
    expect(notes(stage)).toEqual([
      `FairleadAlert BudgetSpent: the budget is spent while an objective is missed: a person is called (Decision ${A})`,
    ]);
  });
});
