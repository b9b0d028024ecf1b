import { describe, expect, it } from 'vitest';
import {
  changeRecord,
  executorParts,
  type GivenDecision,
  heldDecision,
  hotView as view,
} from '../../../test/stages/executorParts.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import type { HistoryPoint } from '../../schema/history.ts';
import type { CheckResult, Phase, Verification } from '../../schema/records.ts';
import { calmBlueprint, calmWorkload, NOON } from '../../testing/gateInput.ts';
import type { Judged } from '../decideAgain.ts';
import { advance } from '../executor.ts';
import { refuse } from '../refuse.ts';
import { sampledAfter } from './afterConvergence.ts';
import { resumeUndo, undo } from './undo.ts';
import type { Verifying } from './verify.ts';
import { conclude, verify } from './verify.ts';

const point = (overrides: Partial<HistoryPoint> = {}): HistoryPoint =>
  ({
    at: 10,
    cpu: 1,
    cpuAt: 9,
    load: 2,
    latencyP95: 3,
    latencyAt: 9,
    errorRate: 4,
    errorsAt: 9,
    requestsPerSecond: 5,
    replicas: 6,
    ...overrides,
  }) as HistoryPoint;

describe('what was sampled after a change', () => {
  it.each<{ what: string; given: Partial<HistoryPoint>; since: number; kept: object | undefined }>([
    { what: 'is all of it', given: {}, since: 8, kept: point() },
    { what: 'is nothing of a point of then', given: {}, since: 10, kept: undefined },
    { what: 'is nothing of a later point with values of then', given: {}, since: 9, kept: undefined },
    {
      what: 'is CPU with the load',
      given: { latencyAt: 8, errorsAt: 8 },
      since: 8,
      kept: { at: 10, cpu: 1, cpuAt: 9, load: 2, requestsPerSecond: 5, replicas: 6 },
    },
    {
      what: 'is latency',
      given: { cpuAt: 8, errorsAt: 8 },
      since: 8,
      kept: { at: 10, latencyP95: 3, latencyAt: 9, requestsPerSecond: 5, replicas: 6 },
    },
    {
      what: 'is errors',
      given: { cpuAt: 8, latencyAt: 8 },
      since: 8,
      kept: { at: 10, errorRate: 4, errorsAt: 9, requestsPerSecond: 5, replicas: 6 },
    },
    {
      what: 'is nothing whose time is not known',
      given: { cpuAt: undefined, latencyAt: undefined, errorsAt: undefined } as never,
      since: 8,
      kept: undefined,
    },
    {
      what: 'is no value that is not there',
      given: {
        cpu: undefined,
        load: undefined,
        latencyP95: undefined,
        errorRate: undefined,
        requestsPerSecond: undefined,
      } as never,
      since: 8,
      kept: { at: 10, cpuAt: 9, latencyAt: 9, errorsAt: 9, replicas: 6 },
    },
  ])('$what', ({ given, since, kept }) => {
    expect(sampledAfter([point(given)], since)).toStrictEqual(kept === undefined ? [] : [kept]);
  });
});

describe('a Decision that is over', () => {
  it.each<Phase>(['Refused', 'Succeeded', 'RolledBack', 'Failed', 'Inconclusive', 'Rejected', 'Expired', 'Superseded'])(
    'in %s is left alone',
    async (phase) => {
      const { deps, did } = executorParts();
      expect(await advance(deps, heldDecision({ status: { phase } }), [])).toBeUndefined();
      expect(did).toEqual([]);
    },
  );
});

describe('a verification that ends', () => {
  const check = (overrides: Partial<CheckResult> = {}): CheckResult => ({
    name: 'latency_p95',
    outcome: 'fail',
    critical: true,
    message: 'slow',
    ...overrides,
  });
  const verifying = (verification: Partial<Blueprint['verification']> = {}, replicas = 3): Verifying => ({
    change: changeRecord(),
    blueprint: calmBlueprint({ verification: { ...calmBlueprint().verification, ...verification } }),
    seen: { kind: 'seen', view: view(), workload: calmWorkload({ replicas }) },
    verification: { phase: 'stabilisation', startedAt: NOON, widened: false, checks: [] },
  });
  const rollback = { enabled: true, automatic: true, onCriticalFailure: true };
  const [first, second] = calmBlueprint().verification.checks;
  const quiet = [first, second].flatMap((one) => (one === undefined ? [] : [{ ...one, rollbackTrigger: false }]));
  const status = async (given: Verifying, conclusion: Parameters<typeof conclude>[3]) => {
    const { deps, written } = executorParts({ fresh: 'unavailable' });
    await conclude(deps, heldDecision({ status: { phase: 'Verifying' } }), given, conclusion);
    return written.find(({ kind }) => kind === 'Decision')?.status;
  };

  it.each<{ what: string; of?: Partial<Blueprint['verification']>; checks?: CheckResult[]; undone: boolean }>([
    { what: 'a failed check', undone: true },
    { what: 'where nothing is undone', of: { rollback: { ...rollback, enabled: false } }, undone: false },
    { what: 'where nothing is undone by itself', of: { rollback: { ...rollback, automatic: false } }, undone: false },
    { what: 'that never took effect', of: { checks: quiet }, checks: [], undone: true },
    { what: 'where no check failed', of: { checks: quiet }, checks: [check({ outcome: 'pass' })], undone: true },
    { what: 'of a critical check that triggers nothing', of: { checks: quiet }, undone: true },
    { what: 'of one that is not critical', of: { checks: quiet }, checks: [check({ critical: false })], undone: false },
    { what: 'of one that is not critical and triggers it', checks: [check({ critical: false })], undone: true },
    {
      what: 'of a critical one where that is no reason',
      of: { checks: quiet, rollback: { ...rollback, onCriticalFailure: false } },
      undone: false,
    },
    {
      what: 'of a second one',
      of: { checks: quiet },
      checks: [check({ critical: false }), check({ name: 'error_rate' })],
      undone: true,
    },
  ])('by $what is undone: $undone', async ({ of, checks = [check()], undone }) => {
    const found = await status(verifying(of), { outcome: 'fail', checks, message: 'slow' });
    expect(found).toMatchObject({
      phase: undone ? 'Verifying' : 'Failed',
      reason: 'CheckFailed',
      failure: { reason: 'CheckFailed', message: 'slow' },
      verification: { phase: 'done', outcome: 'fail' },
    });
  });

  it.each<{
    what: string;
    replicas?: number;
    outcome: 'pass' | 'insufficient';
    checks?: CheckResult[];
    status: object;
  }>([
    {
      what: 'passed and is watched',
      outcome: 'pass',
      checks: [check()],
      status: { phase: 'Succeeded', reason: 'Verified', verification: { phase: 'watch', watchedFrom: NOON } },
    },
    {
      what: 'passed without checks and is over',
      outcome: 'pass',
      status: { phase: 'Succeeded', reason: 'Verified', verification: { phase: 'done' } },
    },
    {
      what: 'was not enough',
      outcome: 'insufficient',
      checks: [check()],
      status: { phase: 'Succeeded', reason: 'Insufficient', verification: { phase: 'done' } },
    },
    {
      what: 'goes on',
      replicas: 2,
      outcome: 'pass',
      status: { phase: 'Pending', reason: 'NextStep', message: 'step 3 to 2 passed; next on the way to 3' },
    },
    {
      what: 'goes on since it was not enough',
      replicas: 2,
      outcome: 'insufficient',
      status: { message: 'step 3 to 2 was not enough; next on the way to 3' },
    },
  ])('$what', async ({ replicas, outcome, checks = [], status: wanted }) => {
    expect(await status(verifying({}, replicas), { outcome, checks, message: 'm' })).toMatchObject(wanted);
  });
});

describe('an undo', () => {
  const failed = changeRecord();
  const held = (given: GivenDecision['status'] = {}) =>
    heldDecision({ status: { phase: 'Verifying', changes: [failed], ...given } });
  it('waits for what cannot be read', async () => {
    const { deps, written } = executorParts({ fresh: 'unavailable' });
    expect(await undo(deps, held(), failed, view())).toBe(NOON + 5_000);
    expect(written).toEqual([]);
  });

  it('of what is gone ends inconclusive, and a person is called', async () => {
    const { deps, did, written } = executorParts();
    await undo(deps, held(), failed, view());
    expect(written.find(({ kind }) => kind === 'Decision')?.status).toMatchObject({
      phase: 'Inconclusive',
      reason: 'BlueprintGone',
    });
    expect(did.find((line) => line.startsWith('error'))).toContain(
      'Blueprint web is gone: change web-b.1 is not undone',
    );
  });

  it.each([
    ['is tried for ten minutes', 600_000, 'none'],
    ['is given up after them', 600_001, 'Failed UndoFailed'],
  ] as const)('%s', async (_, ago, wanted) => {
    const { deps, written } = executorParts({ fresh: 'unavailable' });
    await undo(deps, held({ deferredSince: NOON - ago, message: 'no answer' }), failed, view());
    const status = written.find(({ kind }) => kind === 'Decision')?.status as
      | { phase: string; reason: string }
      | undefined;
    expect(status === undefined ? 'none' : `${status.phase} ${status.reason}`).toBe(wanted);
  });

  it.each([
    ['an hour ahead', NOON - 3_600_000],
    ['not compared yet', undefined],
  ])('is not given up by a clock that is %s', async (_, server) => {
    const { deps, written } = executorParts({ fresh: 'unavailable' });
    const late = { ...deps, reader: { ...deps.reader, serverNow: () => server } };
    expect(await undo(late, held({ deferredSince: NOON - 3_600_000 }), failed, view())).toBe(NOON + 5_000);
    expect(written).toEqual([]);
  });

  it('that was cut short waits for its target', async () => {
    const { deps } = executorParts({ errors: { 'get Deployment': ['unavailable'] } });
    expect(await resumeUndo(deps, held(), failed, view())).toBe(NOON + 5_000);
  });
});

describe('a record that says nothing of what was written', () => {
  const verification: Verification = { phase: 'convergence', startedAt: NOON, widened: false, checks: [] };
  it.each([
    ['no change', { verification }],
    ['no verification', { changes: [changeRecord()] }],
  ])('but %s ends as such', async (_, status) => {
    const { deps, written } = executorParts();
    await verify(deps, heldDecision({ status: { phase: 'Verifying', ...status } }));
    expect(written[0]?.status).toMatchObject({
      phase: 'Inconclusive',
      reason: 'RecordBroken',
      message: 'no written change on record',
    });
  });
});

describe('a refusal without a finding', () => {
  it('says that there is no permit', async () => {
    const { deps, written } = executorParts();
    const verdict = { operation: 'scale', authority: 'allowed', findings: [], approvers: [], at: NOON };
    const judged = {
      verdict: verdict as never,
      input: { request: {} } as never,
      workload: calmWorkload(),
    } as Partial<Judged> as Judged;
    await refuse(deps, heldDecision(), judged);
    expect(written.at(-1)?.status).toMatchObject({
      phase: 'Refused',
      reason: 'Refused',
      message: 'the gate gave no permit',
    });
  });
});
