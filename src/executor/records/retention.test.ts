import { describe, expect, it } from 'vitest';
import { openStage, PASS_MS, type Stage } from '../../../test/stages/executorStage.ts';
import type { Clock } from '../../ports/clock.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { PHASES } from '../../schema/phases.ts';
import { type DecisionStatus, FINAL } from '../../schema/records.ts';
import { DECISION_SPEC } from '../../testing/contractObjects.ts';
import { Executor } from '../executor.ts';
import { retire } from './retention.ts';

const WEEK = 7 * 24 * 3_600_000;

function decision(stage: Stage, name: string, status: Partial<DecisionStatus> = {}): void {
  const { apiVersion, kind } = KINDS.Decision;
  const ended: DecisionStatus = {
    phase: 'Succeeded',
    reason: 'Verified',
    message: '',
    changes: [],
    history: [],
    finishedAt: new Date(stage.clock.now()).toISOString(),
    ...status,
  };
  stage.world.apply({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec: DECISION_SPEC, status: ended });
}

function approval(stage: Stage, name: string, phase: string): void {
  const { apiVersion, kind } = KINDS.ApprovalRequest;
  const { blueprint, target, operation, arguments: args, requester } = DECISION_SPEC;
  const asked = { blueprint, target, operation, arguments: args, requester, decision: name, decisionUid: 'uid-d' };
  const spec = { ...asked, before: '2', after: '9', why: '', approvers: ['devops-team'], quorum: 1, decideBy: 'never' };
  stage.world.apply({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec, status: { phase, message: '' } });
}

const names = (stage: Stage, kind: 'Decision' | 'ApprovalRequest'): string[] =>
  stage.world.objects.list(KINDS[kind], 'shop').map(({ metadata }: KubeObject) => metadata.name);

const aheadOf = (stage: Stage, ms: number): Clock => ({
  now: () => stage.clock.now() + ms,
  sleep: (time, signal) => stage.clock.sleep(time, signal),
});

/** As `ms` from now on, by every clock. */
const laterOf = (stage: Stage, ms: number) => ({
  clock: aheadOf(stage, ms),
  reader: { ...stage.deps.reader, serverNow: () => stage.clock.now() + ms },
});

/** Passes of an executor, close together, `later` ms from now; `server`: what the API server's clock says then. */
async function passes(stage: Stage, count: number, later = 0, server = later): Promise<void> {
  const reader = { ...stage.deps.reader, serverNow: () => stage.clock.now() + server };
  const executor = new Executor({ ...stage.deps, reader, clock: aheadOf(stage, later) });
  for (let pass = 0; pass < count; pass++) {
    await stage.world.advance(1);
    await executor.pass();
  }
}

const open = (): Promise<Stage> => openStage({ load: { rps: 1 }, replicas: 3 });

describe('records that are over', () => {
  it('stay where only the clock here says that a week has passed', async () => {
    const stage = await open();
    decision(stage, 'web-old');
    await stage.world.advance(10 * PASS_MS);
    await passes(stage, 2, 5 * WEEK, 0);
    expect(names(stage, 'Decision')).toEqual(['web-old']);
    await passes(stage, 2, 5 * WEEK);
    expect(names(stage, 'Decision')).toEqual([]);
  });

  it('go after a week, with their approval requests', async () => {
    const stage = await open();
    decision(stage, 'web-old');
    approval(stage, 'web-old', 'Consumed');
    approval(stage, 'web-orphan', 'Rejected');
    await stage.world.advance(10 * PASS_MS);
    decision(stage, 'web-new');
    approval(stage, 'web-new', 'Consumed');
    await passes(stage, 2, WEEK - 20 * PASS_MS);
    expect(names(stage, 'Decision')).toEqual(['web-old', 'web-new']);
    expect(names(stage, 'ApprovalRequest')).toHaveLength(3);
    await passes(stage, 2, WEEK - 5 * PASS_MS);
    expect(names(stage, 'Decision')).toEqual(['web-new']);
    expect(names(stage, 'ApprovalRequest')).toEqual(['web-new']);
    stage.close();
  });

  it.each([
    ['is not over', { phase: 'AwaitingApproval' }],
    ['says what the log does not know yet', { journal: 'unlogged' }],
  ] as const)('stay however old when a Decision %s', async (_, status) => {
    const stage = await open();
    decision(stage, 'web-kept', status);
    approval(stage, 'web-kept', 'Pending');
    stage.journal.unwritable = 'no space left on device';
    await passes(stage, 2, 2 * WEEK);
    expect(names(stage, 'Decision')).toEqual(['web-kept']);
    expect(names(stage, 'ApprovalRequest')).toEqual(['web-kept']);
    stage.close();
  });

  it.each(PHASES.filter((phase) => !FINAL.has(phase)))('stay however old while a Decision is %s', async (phase) => {
    const stage = await open();
    decision(stage, 'web-open', { phase });
    await stage.observe(PASS_MS);
    await retire({ ...stage.deps, ...laterOf(stage, 2 * WEEK) });
    expect(names(stage, 'Decision')).toEqual(['web-open']);
    stage.close();
  });

  it.each(['Pending', 'Approved'] as const)(
    'stay while people are asked by a request that is %s, and go after it',
    async (phase) => {
      const stage = await open();
      decision(stage, 'web-asked');
      approval(stage, 'web-asked', phase);
      await stage.observe(PASS_MS);
      const later = { ...stage.deps, ...laterOf(stage, 2 * WEEK) };
      await retire(later);
      expect([names(stage, 'Decision'), names(stage, 'ApprovalRequest')]).toEqual([['web-asked'], ['web-asked']]);
      approval(stage, 'web-asked', 'Consumed');
      await stage.observe(PASS_MS);
      await retire(later);
      expect([names(stage, 'Decision'), names(stage, 'ApprovalRequest')]).toEqual([[], []]);
      stage.close();
    },
  );

  it('go a few at a time of a thousand, also where two executors clear away at once', async () => {
    const stage = await open();
    for (let n = 0; n < 1_000; n++) {
      decision(stage, `web-${String(n).padStart(4, '0')}`);
      approval(stage, `web-${String(n).padStart(4, '0')}`, 'Rejected');
    }
    await stage.observe(PASS_MS);
    const before = stage.port.calls.length;
    const later = { ...stage.deps, ...laterOf(stage, 2 * WEEK) };
    await Promise.all([retire(later), retire(later)]);
    const deleted = stage.port.calls.slice(before).filter(({ verb }) => verb === 'delete').length;
    expect(deleted).toBeLessThanOrEqual(40);
    expect([names(stage, 'Decision').length, names(stage, 'ApprovalRequest').length]).toEqual([990, 990]);
    stage.close();
  });

  it('stay as long as the counters name them', async () => {
    const stage = await open();
    decision(stage, 'web-held');
    const { apiVersion, kind } = KINDS.CircuitBreaker;
    const closed = { state: 'closed', failures: 0, opens: 0 };
    const since = stage.clock.now();
    const facts = { decision: 'web-held', changeId: 'web-held.1', direction: 'up', optional: false };
    stage.world.apply({
      apiVersion,
      kind,
      metadata: { name: 'web', namespace: 'shop' },
      spec: { holds: [] },
      status: {
        breaker: closed,
        optionalBreaker: closed,
        operations: [],
        reverts: 0,
        inFlight: { ...facts, phase: 'verifying', since },
      },
    });
    await stage.observe(PASS_MS);
    await retire({ ...stage.deps, ...laterOf(stage, 2 * WEEK) });
    expect(names(stage, 'Decision')).toEqual(['web-held']);
    stage.close();
  });

  it('go beyond the newest 200 of a blueprint, a few in each pass, oldest first', async () => {
    const stage = await open();
    for (let n = 0; n < 225; n++) {
      decision(stage, `web-${String(n).padStart(3, '0')}`);
      await stage.world.advance(1_000);
    }
    await passes(stage, 1);
    expect(names(stage, 'Decision')).toHaveLength(215);
    await passes(stage, 4);
    expect(names(stage, 'Decision')).toHaveLength(200);
    expect(names(stage, 'Decision')[0]).toBe('web-025');
    stage.close();
  });

  it.each([
    ['an age', { ageMs: 2 * 3_600_000 }, 0],
    ['a number', { count: 30 }, 30],
    ['neither', {}, 40],
  ])('go by what is set instead: %s', async (_, retention, left) => {
    const stage = await open();
    for (let n = 0; n < 40; n++) decision(stage, `web-${n}`);
    await stage.observe(PASS_MS);
    for (let pass = 0; pass < 5; pass++) {
      await retire({ ...stage.deps, retention, ...laterOf(stage, 3 * 3_600_000) });
      await stage.world.advance(1);
    }
    expect(names(stage, 'Decision')).toHaveLength(left);
    stage.close();
  });

  it('stay for an hour when they were rejected or wrote, however many wishes are made for nothing (GATE-G12-2)', async () => {
    const stage = await open();
    const at = stage.clock.now();
    const log = 'a'.repeat(64);
    const written = {
      id: 'web-wrote.1',
      kind: 'scale',
      before: '4',
      after: '3',
      undo: false,
      intentAt: at,
      appliedAt: at,
    };
    decision(stage, 'web-no', { phase: 'Rejected' });
    decision(stage, 'web-wrote', {
      changes: [{ ...written, kind: 'scale', log, blueprint: log, baseline: { breached: false } }],
    });
    for (let n = 0; n < 205; n++) {
      await stage.world.advance(1_000);
      decision(stage, `web-${String(n).padStart(3, '0')}`, { phase: 'Refused' });
    }
    await passes(stage, 2);
    expect(names(stage, 'Decision')).toEqual(expect.arrayContaining(['web-no', 'web-wrote']));
    expect(names(stage, 'Decision')).toHaveLength(202);
    await passes(stage, 2, 3_700_000);
    expect(names(stage, 'Decision')).toHaveLength(200);
    expect(names(stage, 'Decision')).not.toContain('web-no');
    stage.close();
  });

  it('cost no write while there are none', async () => {
    const stage = await open();
    decision(stage, 'web-one');
    await passes(stage, 1);
    const before = stage.port.calls.length;
    await passes(stage, 3);
    expect(stage.port.calls.slice(before).filter(({ verb }) => verb !== 'get')).toEqual([]);
    stage.close();
  });
});
