import { afterEach, describe, expect, it } from 'vitest';
import { CALM, openStage, type Stage } from '../../../test/stages/executorStage.ts';
import { openHot } from '../../../test/stages/hotStage.ts';
import { KINDS } from '../../schema/kube.ts';
import { PEOPLE } from '../../testing/people.ts';
import { usualGovernance } from '../../testing/usualBlueprint.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const NO = { ballot: { vote: 'reject', comment: 'the sale\nis over' } } as const;
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** The wish of a service that is too hot, with people asked. */
async function asked(): ReturnType<typeof openHot> {
  const { stage, executor } = await openHot(A);
  stages.push(stage);
  await executor.pass();
  return { stage, executor };
}
const approval = (stage: Stage) => stage.world.get(KINDS.ApprovalRequest, 'shop', A);

describe('a restricted request', () => {
  it('opens one ApprovalRequest with what an approver needs, and waits', async () => {
    const { stage, executor } = await asked();
    await stage.run(30_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'AwaitingApproval', approval: A });
    expect(approval(stage)?.spec).toMatchObject({
      decision: A,
      operation: 'scale_beyond_limits',
      before: '6 replicas',
      after: '8 replicas',
      approvers: ['devops-team'],
      quorum: 1,
    });
    expect(stage.told().map(({ reason }) => reason)).toEqual(['ApprovalNeeded']);
    expect(stage.writes()).toBe(0);
  });

  it('is carried out in one write once approved, names its approval on the Deployment, and consumes it', async () => {
    const { stage, executor } = await asked();
    await stage.vote(A);
    await stage.run(45_000, executor);
    expect([stage.replicas(), stage.writes()]).toEqual([8, 1]);
    expect(approval(stage)?.status).toMatchObject({ phase: 'Consumed' });
    const fresh = await stage.observer.fresh('shop', 'web');
    expect(fresh.ok && fresh.value.workload?.lastChange?.approval).toBe(A);
  });

  it('says before it is approved what will be done after: to zero it is one write', async () => {
    const { agent_authority } = usualGovernance('scale_within_limits');
    const toZero = { operation: 'scale_to_zero', approvers: ['devops-team'] };
    const governance = { agent_authority: { ...agent_authority, requires_approval: [toZero] } };
    const stage = await openStage({ replicas: 3, load: { ...CALM, rps: 0 }, spec: { governance } });
    stages.push(stage);
    const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
    await stage.wish(A, { arguments: { replicas: 0 }, requester: { kind: 'person', name: 'alice' } });
    await executor.pass();
    const { phase, verdict } = stage.status(A);
    expect(phase).toBe('AwaitingApproval');
    expect(verdict?.step).toBe(0);
    expect(verdict?.findings.filter(({ rule }) => rule === 'G8')).toMatchObject([
      { code: 'OneStep', message: 'approved once, it is one write: 3 to 0', values: { from: '3', to: '0', step: '0' } },
    ]);
    await stage.vote(A, { by: 'omar' }, { by: 'nora' });
    await stage.run(45_000, executor);
    expect([stage.replicas(), stage.writes()]).toEqual([0, 1]);
  });

  it('is not carried out on the word of a status that somebody wrote', async () => {
    const { stage, executor } = await asked();
    stage.world.edit(KINDS.ApprovalRequest, 'shop', A, (draft) => {
      draft.status = { phase: 'Approved', message: 'trust me' };
    });
    await stage.run(45_000, executor);
    expect(stage.writes()).toBe(0);
    expect(stage.status(A).phase).toBe('AwaitingApproval');
  });

  it('without an executor that can count votes it is never approved', async () => {
    const { stage } = await asked();
    await stage.run(45_000);
    expect(stage.status(A).phase).toBe('AwaitingApproval');
  });

  it('is rejected by a no', async () => {
    const { stage, executor } = await asked();
    await stage.vote(A, NO);
    await stage.run(15_000, executor);
    expect(stage.status(A)).toMatchObject({
      phase: 'Rejected',
      message: 'rejected by omar; their words: "the sale is over"',
    });
    expect(approval(stage)?.status).toMatchObject({ phase: 'Rejected' });
  });

  it('is taken back by a no of the person who asked, and by no yes of theirs carried out', async () => {
    const { stage, executor } = await openHot(A, { requester: { kind: 'person', name: 'ada' } });
    stages.push(stage);
    await executor.pass();
    await stage.vote(A, { by: 'ada', ballot: { groups: ['devops-team'] } });
    await stage.run(15_000, executor);
    expect([stage.status(A).phase, stage.writes()]).toEqual(['AwaitingApproval', 0]);
    await stage.vote(A, { by: 'ada', ballot: { vote: 'reject', comment: 'typo', groups: [] } });
    await stage.run(15_000, executor);
    expect(stage.status(A)).toMatchObject({
      phase: 'Rejected',
      reason: 'TakenBack',
      message: 'taken back by ada; their words: "typo"',
    });
    expect(approval(stage)?.status).toMatchObject({ phase: 'Rejected' });
  });

  it('expires by its own time: no answer means no', async () => {
    const { stage, executor } = await asked();
    await stage.observe(29 * 60_000);
    await executor.pass();
    expect(stage.status(A).phase).toBe('AwaitingApproval');
    await stage.observe(60_000);
    await executor.pass();
    expect(stage.status(A)).toMatchObject({ phase: 'Expired', reason: 'NoAnswer' });
    expect(approval(stage)?.status).toMatchObject({ phase: 'Expired' });
  });

  it('is asked anew when the blueprint changes while it waits, and no vote goes along', async () => {
    const { stage, executor } = await asked();
    stage.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => {
      draft.spec = { ...(draft.spec as object), version: '1.0.1' };
    });
    await stage.vote(A);
    await stage.run(30_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'AwaitingApproval', approval: `${A}-2` });
    expect(approval(stage)?.status).toMatchObject({ phase: 'Superseded' });
    expect(stage.writes()).toBe(0);
    await stage.vote(`${A}-2`);
    await stage.run(30_000, executor);
    expect([stage.replicas(), stage.writes()]).toEqual([8, 1]);
  });

  it.each([
    { paused: '5 minutes', ms: 5 * 60_000, writes: 1, phase: 'Verifying' },
    { paused: '11 minutes', ms: 11 * 60_000, writes: 0, phase: 'Expired' },
  ])('that was approved and then paused for $paused ends in $phase', async ({ ms, writes, phase }) => {
    const { stage, executor } = await asked();
    stage.hold([{ kind: 'pause', what: 'all', by: 'alice', reason: '', at: '2026-01-05T00:00:00Z' }]);
    await stage.vote(A);
    await stage.run(ms, executor);
    stage.hold([]);
    await stage.run(15_000, executor);
    expect(stage.writes()).toBe(writes);
    expect(stage.status(A).phase).toBe(phase);
  });

  it('that was approved keeps the time it may be carried out in while its votes cannot be read', async () => {
    const { stage, executor } = await asked();
    stage.hold([{ kind: 'pause', what: 'all', by: 'alice', reason: '', at: '2026-01-05T00:00:00Z' }]);
    await stage.vote(A);
    await stage.run(8 * 60_000, executor);
    const { reader } = stage.deps;
    const down = { code: 'unavailable' as const, message: 'etcd leader changed', uncertain: false };
    const cut = new Executor({
      ...stage.deps,
      trust: PEOPLE.trust,
      reader: {
        ...reader,
        get: (kind, namespace, name) =>
          kind.kind === 'ApprovalRequest'
            ? Promise.resolve({ ok: false, error: down })
            : reader.get(kind, namespace, name),
      },
    });
    await stage.run(15_000, cut);
    await stage.run(4 * 60_000, executor);
    stage.hold([]);
    await stage.run(15_000, executor);
    expect(stage.writes()).toBe(0);
    expect(stage.status(A)).toMatchObject({ phase: 'Expired', reason: 'NotExecutedInTime' });
  });
});
