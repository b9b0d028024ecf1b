import { describe, expect, it } from 'vitest';
import { changeRecord, executorParts, type GivenDecision, heldDecision } from '../../../test/stages/executorParts.ts';
import type { DecisionStatus, Phase } from '../../schema/records.ts';
import { NOON } from '../../testing/gateInput.ts';
import type { ExecutorDeps } from '../deps.ts';
import { takePace } from '../pace.ts';
import { type Deferral, defer, finish } from './close.ts';
import { type StatusUpdate, writeStatus } from './writeStatus.ts';

const STAMP = new Date(NOON).toISOString();
const FULL = (): Promise<never> =>
  Promise.resolve({ ok: false, error: { code: 'JournalUnwritable', message: 'no space left' } } as never);
const full = (parts: ReturnType<typeof executorParts>): ExecutorDeps => ({
  ...parts.deps,
  journal: { ...parts.deps.journal, append: FULL },
});

describe('the status of a Decision', () => {
  const standing = (phase: Phase, status: Partial<DecisionStatus> = {}) =>
    heldDecision({ status: { phase, reason: 'R', message: 'm', history: [{ phase, at: 1, reason: 'R' }], ...status } });
  const to = (phase: Phase, more: Partial<StatusUpdate> = {}): StatusUpdate => ({
    phase,
    reason: 'Next',
    message: 'next',
    ...more,
  });

  it.each<{
    what: string;
    held: ReturnType<typeof heldDecision>;
    update: StatusUpdate;
    logged: boolean;
    status: object;
  }>([
    {
      what: 'begins to be carried out once',
      held: standing('Pending'),
      update: to('Executing'),
      logged: true,
      status: {
        phase: 'Executing',
        startedAt: STAMP,
        history: [{ at: 1 }, { phase: 'Executing', at: NOON, reason: 'Next' }],
      },
    },
    {
      what: 'keeps when it began',
      held: standing('Pending', { startedAt: 'then' }),
      update: to('Executing'),
      logged: true,
      status: { startedAt: 'then' },
    },
    {
      what: 'ends',
      held: standing('Verifying'),
      update: to('Succeeded'),
      logged: true,
      status: { phase: 'Succeeded', finishedAt: STAMP, history: [{ at: 1 }, { phase: 'Succeeded' }] },
    },
    {
      what: 'keeps when it ended',
      held: standing('Succeeded', { finishedAt: 'then' }),
      update: to('Succeeded'),
      logged: false,
      status: { finishedAt: 'then', reason: 'Next', history: [{ at: 1 }] },
    },
    {
      what: 'of none is a new one',
      held: heldDecision(),
      update: to('Pending'),
      logged: false,
      status: { history: [{ phase: 'Pending', at: NOON, reason: 'Next' }] },
    },
    {
      what: 'says why without a phase in the log',
      held: standing('Verifying'),
      update: to('Verifying'),
      logged: false,
      status: { reason: 'Next', history: [{ at: 1 }] },
    },
    {
      what: 'has short reasons',
      held: standing('Verifying'),
      update: to('Verifying', { reason: 'x'.repeat(65) }),
      logged: false,
      status: { reason: 'x'.repeat(64) },
    },
    {
      what: 'has words of 500',
      held: standing('Verifying'),
      update: to('Verifying', { message: 'x'.repeat(500) }),
      logged: false,
      status: { message: 'x'.repeat(500) },
    },
    {
      what: 'has no more',
      held: standing('Verifying'),
      update: to('Verifying', { message: 'x'.repeat(501) }),
      logged: false,
      status: { message: `${'x'.repeat(499)}…` },
    },
    {
      what: 'names the head of the log',
      held: standing('Verifying'),
      update: to('Verifying'),
      logged: false,
      status: { journal: 'head' },
    },
    {
      what: 'stays unlogged',
      held: standing('Verifying', { journal: 'unlogged' }),
      update: to('Verifying'),
      logged: false,
      status: { journal: 'unlogged' },
    },
    {
      what: 'until it is told',
      held: standing('Verifying', { journal: 'unlogged' }),
      update: to('Verifying', { journal: 'abc' }),
      logged: false,
      status: { journal: 'abc' },
    },
  ])('$what', async ({ held, update, logged, status }) => {
    const { deps, did, written } = executorParts();
    expect(await writeStatus(deps, held, update)).toMatchObject({ ok: true, value: { status } });
    expect(did.includes('journal phase web-b')).toBe(logged);
    expect(written[0]?.status).toMatchObject(status);
  });

  it('loses what is not so any more: an end that was none, a time that is over', async () => {
    const { deps, written } = executorParts();
    const held = standing('Succeeded', { finishedAt: 'then', notBefore: 5 });
    await writeStatus(deps, held, to('Verifying', { notBefore: undefined }));
    expect(written[0]?.status).not.toHaveProperty('finishedAt');
    expect(written[0]?.status).not.toHaveProperty('notBefore');
  });

  it('keeps the newest 64 phases', async () => {
    const history = Array.from({ length: 64 }, (_, at) => ({ phase: 'Pending' as const, at, reason: 'R' }));
    const { deps, written } = executorParts();
    await writeStatus(deps, standing('Pending', { history }), to('Executing'));
    expect((written[0]?.status as DecisionStatus | undefined)?.history.map(({ at }) => at).slice(0, 2)).toEqual([1, 2]);
  });

  it.each([
    {
      what: 'holds a new phase back',
      evenUnlogged: false,
      answer: { ok: false, error: { code: 'unwritable', message: 'no space left' } },
      written: 0,
    },
    {
      what: 'does not hold back what has happened',
      evenUnlogged: true,
      answer: { ok: true, value: { status: { journal: 'unlogged' } } },
      written: 1,
    },
  ])('a full log $what', async ({ evenUnlogged, answer, written }) => {
    const parts = executorParts();
    expect(await writeStatus(full(parts), standing('Pending'), to('Executing'), evenUnlogged)).toMatchObject(answer);
    expect(parts.written).toHaveLength(written);
  });

  it('that somebody else wrote is looked at again', async () => {
    const { deps, did } = executorParts({ errors: { 'status Decision': ['conflict'] } });
    expect(await writeStatus(deps, standing('Verifying'), to('Verifying'))).toEqual({
      ok: false,
      error: { code: 'lookAgain', message: 'it is conflict' },
    });
    expect(did).toEqual(['status Decision web-b']);
  });
});

describe('what is deferred', () => {
  const state = (status: Partial<DecisionStatus> = {}): GivenDecision => ({
    status: { phase: 'Deferred', reason: 'Cooldown', notBefore: NOON + 9_000, deferredSince: 5, ...status },
  });
  const until = (ms: number, reason = 'Cooldown'): Deferral => ({ reason, message: 'waits', until: NOON + ms });

  it.each<{ what: string; held?: GivenDecision; deferral: Deferral; again: number; status?: object }>([
    { what: 'as it is already is not written', held: state(), deferral: until(9_000), again: 9_000 },
    {
      what: 'for another reason is',
      held: state(),
      deferral: until(9_000, 'Budget'),
      again: 9_000,
      status: { reason: 'Budget', deferredSince: 5 },
    },
    {
      what: 'until another time is',
      held: state(),
      deferral: until(8_000.4),
      again: 8_000.4,
      status: { notBefore: NOON + 8_000 },
    },
    {
      what: 'from another phase is',
      held: state({ phase: 'Pending' }),
      deferral: until(9_000),
      again: 9_000,
      status: { phase: 'Deferred' },
    },
    {
      what: 'for the first time says since when',
      held: {},
      deferral: until(9_000),
      again: 9_000,
      status: { deferredSince: NOON, message: 'waits' },
    },
    {
      what: 'without a time is looked at in five seconds',
      held: {},
      deferral: { reason: 'R', message: '' },
      again: 5_000,
      status: { reason: 'R' },
    },
    {
      what: 'until just now is looked at in a second',
      held: {},
      deferral: until(0),
      again: 1_000,
      status: { notBefore: NOON },
    },
    {
      what: 'forgets what was not written',
      held: {
        status: { changes: [changeRecord(), { ...changeRecord({ id: 'web-b.2' }), appliedAt: undefined } as never] },
      },
      deferral: until(9_000),
      again: 9_000,
      status: { changes: [{ id: 'web-b.1' }] },
    },
  ])('$what', async ({ held, deferral, again, status }) => {
    const { deps, written } = executorParts();
    expect(await defer(deps, heldDecision(held), deferral)).toBe(NOON + again);
    expect(written.map((one) => one.status)).toMatchObject(status === undefined ? [] : [status]);
  });
});

describe('the end of what holds no slot', () => {
  const END = { phase: 'Superseded', reason: 'ComputedAnew', message: 'late' } as const;
  it('is put on record', async () => {
    const { deps, written } = executorParts();
    expect(await finish(deps, heldDecision({ status: { notBefore: 5 } }), END)).toBeUndefined();
    expect(written[0]?.status).toMatchObject({ ...END, finishedAt: STAMP });
    expect(written[0]?.status).not.toHaveProperty('notBefore');
  });

  it('is tried again in a second after a conflict', async () => {
    const { deps } = executorParts({ errors: { 'status Decision': ['conflict'] } });
    expect(await finish(deps, heldDecision(), END)).toBe(NOON + 1_000);
  });

  it('waits for the log', async () => {
    const parts = executorParts();
    expect(await finish(full(parts), heldDecision(), END)).toBe(NOON + 5_000);
    expect(parts.written[0]?.status).toMatchObject({
      phase: 'Deferred',
      reason: 'JournalUnwritable',
      message: 'no space left',
      notBefore: NOON + 5_000,
    });
    expect(parts.did).toContain(
      'error journal unwritable: nothing is done {"decision":"shop/web-b","error":"no space left"}',
    );
  });
});

describe('a pace on record', () => {
  const child = heldDecision({
    name: 'web-c',
    spec: {
      tool: 'pace',
      parent: 'web-p',
      arguments: { replicas: 3, wait_seconds: 5 },
      seen: { uid: 'u', replicas: 4, at: '' },
    },
  });
  const parent = (status: Partial<DecisionStatus> = {}) =>
    heldDecision({
      name: 'web-p',
      spec: { arguments: { replicas: 2 } },
      status: {
        phase: 'Verifying',
        reason: 'Stabilising',
        message: 'm',
        changes: [changeRecord({ before: '8', after: '4' })],
        ...status,
      },
    });
  const statuses = (written: ReturnType<typeof executorParts>['written']) =>
    written.map(({ metadata, status }) => [metadata.name, status]);

  it('stands with its parent, which stays where it is, and its own Decision is done', async () => {
    const { deps, written } = executorParts();
    await takePace(deps, child, parent());
    expect(statuses(written)).toMatchObject([
      [
        'web-p',
        {
          phase: 'Verifying',
          reason: 'Stabilising',
          message: 'm',
          pace: { by: 'web-c', after: 'web-b.1', replicas: 3, waitMs: 5_000 },
        },
      ],
      [
        'web-c',
        {
          phase: 'Succeeded',
          reason: 'PaceTaken',
          message: 'the next step of web-p stops at 3 and waits 5 s, unless capacity is needed',
        },
      ],
    ]);
  });

  it.each([
    { pace: { replicas: 3, waitMs: 0 }, words: 'stops at 3' },
    { pace: { waitMs: 7_000 }, words: 'waits 7 s' },
  ])('that stands there already, and $words, is not put there again', async ({ pace, words }) => {
    const { deps, written } = executorParts();
    await takePace(deps, child, parent({ pace: { by: 'web-c', after: 'web-b.1', ...pace } }));
    expect(statuses(written)).toMatchObject([
      ['web-c', { message: `the next step of web-p ${words}, unless capacity is needed` }],
    ]);
  });

  it('is tried again in a second where its parent moved', async () => {
    const { deps } = executorParts({ errors: { 'status Decision web-p': ['conflict'] } });
    expect(await takePace(deps, child, parent())).toBe(NOON + 1_000);
  });
});
