import { afterEach, describe, expect, it } from 'vitest';
import type { Stage } from '../../../test/stages/executorStage.ts';
import { openHot } from '../../../test/stages/hotStage.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { PEOPLE } from '../../testing/people.ts';
import type { CallFault } from '../../world/portFaults.ts';
import type { Sight } from '../deps.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

async function hot(): ReturnType<typeof openHot> {
  const opened = await openHot(A);
  stages.push(opened.stage);
  return opened;
}

/** The same sight, with these for requests. */
const seenAs = (observer: Sight, approvals: Sight['approvals']): Sight => ({
  views: () => observer.views(),
  fresh: (namespace, blueprint) => observer.fresh(namespace, blueprint),
  history: (namespace, blueprint) => observer.history(namespace, blueprint),
  decisions: () => observer.decisions(),
  hearsApprovals: () => observer.hearsApprovals(),
  approvals,
});

/** An executor that is shown requests with this in their spec. */
function misledBy(stage: Stage, spec: object): Executor {
  const { reader, observer } = stage.deps;
  const other = (object: KubeObject): KubeObject => ({ ...object, spec: { ...(object.spec as object), ...spec } });
  const get: typeof reader.get = async (kind, namespace, name) => {
    const read = await reader.get(kind, namespace, name);
    return kind.kind === 'ApprovalRequest' && read.ok && read.value ? { ok: true, value: other(read.value) } : read;
  };
  const shown = seenAs(observer, () => observer.approvals().map(other));
  return new Executor({ ...stage.deps, observer: shown, reader: { ...reader, get }, trust: PEOPLE.trust });
}

const approval = (stage: Stage) => stage.world.get(KINDS.ApprovalRequest, 'shop', A);

const DOWN = { code: 'unavailable' } as const;
const LOST = { code: 'unavailable', afterApply: true } as const;
const MOVED = { code: 'conflict' } as const;
const FAULTS: readonly { readonly what: string; readonly fault: CallFault }[] = [
  { what: 'the request is not created', fault: { verb: 'create', kind: 'ApprovalRequest', ...DOWN } },
  { what: 'the request loses its answer', fault: { verb: 'create', kind: 'ApprovalRequest', ...LOST } },
  { what: 'the request cannot be read', fault: { verb: 'get', kind: 'ApprovalRequest', ...DOWN } },
  { what: 'the request cannot be read twice', fault: { verb: 'get', kind: 'ApprovalRequest', ...DOWN, times: 2 } },
  { what: 'the request is not updated', fault: { verb: 'update', kind: 'ApprovalRequest', ...DOWN } },
  { what: 'the service cannot be observed', fault: { verb: 'list', kind: 'Pod', ...DOWN } },
  { what: 'the Decision has moved', fault: { verb: 'update', kind: 'Decision', ...MOVED } },
  { what: 'the Decision is not written', fault: { verb: 'update', kind: 'Decision', ...DOWN } },
  { what: 'the Decision loses its answer', fault: { verb: 'update', kind: 'Decision', ...LOST } },
  { what: 'the Event is not taken', fault: { verb: 'create', kind: 'Event', ...DOWN } },
];
const ROWS = (['asked', 'voted'] as const).flatMap((moment) => FAULTS.map((row) => ({ moment, ...row })));

describe('what people approve comes out the same, and once, when', () => {
  it.each(ROWS)('$what as it is $moment (P5, P9)', async ({ moment, fault }) => {
    const { stage, executor } = await hot();
    if (moment === 'asked') stage.port.failNext(fault);
    const { againAt } = await executor.pass();
    expect(againAt).toBeGreaterThanOrEqual(stage.clock.now() + 1_000);
    await stage.run(30_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'AwaitingApproval', approval: A });
    expect(stage.told().map(({ reason }) => reason)).toEqual(['ApprovalNeeded']);
    if (moment === 'voted') stage.port.failNext(fault);
    await stage.vote(A);
    await stage.run(150_000, executor);
    expect(stage.status(A).phase).toBe('Succeeded');
    expect([stage.replicas(), stage.writes(), stage.counters().operations.length]).toEqual([8, 1, 1]);
    expect(approval(stage)?.status).toEqual({ phase: 'Consumed', message: `used by ${A}` });
  });
});

describe('a Decision that waits for people', () => {
  it('is asked for again when its request is deleted', async () => {
    const { stage, executor } = await hot();
    await executor.pass();
    stage.world.remove(KINDS.ApprovalRequest, 'shop', A);
    await stage.observe(5_000);
    await executor.pass();
    expect(stage.status(A)).toMatchObject({
      phase: 'Pending',
      reason: 'ApprovalLost',
      message: 'its approval request is gone: judged again',
    });
    await executor.pass();
    expect([stage.status(A).phase, approval(stage)?.spec]).toMatchObject(['AwaitingApproval', { decision: A }]);
  });

  it.each([
    { what: 'is of another Decision', spec: { decision: 'web-cccccccccc' } },
    { what: 'is of an earlier Decision of that name', spec: { decisionUid: 'uid-of-then' } },
    { what: 'is for another number', spec: { arguments: { replicas: 12 } } },
    { what: 'was asked by somebody else', spec: { requester: { kind: 'agent', name: 'somebody' } } },
    { what: 'cannot be read', spec: { quorum: 'many' } },
  ])('expires when its request $what', async ({ spec }) => {
    const { stage, executor } = await hot();
    await executor.pass();
    const misled = misledBy(stage, spec);
    await stage.run(15_000, misled);
    expect(stage.status(A)).toMatchObject({
      phase: 'Expired',
      reason: 'ApprovalBroken',
      message: 'its approval request cannot be read, or is for something else',
    });
    expect(stage.writes()).toBe(0);
  });

  it.each([
    { kind: KINDS.Blueprint, reason: 'BlueprintGone', words: 'Blueprint web 1.0.0 then, it is gone now' },
    { kind: KINDS.Deployment, reason: 'TargetGone', words: 'it is gone now' },
  ])('ends as superseded with $reason', async ({ kind, reason, words }) => {
    const { stage, executor } = await hot();
    await executor.pass();
    stage.world.remove(kind, 'shop', 'web');
    await stage.vote(A);
    await stage.run(15_000, executor);
    const message = expect.stringContaining(words) as string;
    expect(stage.status(A)).toMatchObject({ phase: 'Superseded', reason, message });
    expect(approval(stage)?.status).toEqual({ phase: 'Superseded', message });
  });

  it('ends by a no also while its service cannot be read', async () => {
    const { stage, executor } = await hot();
    await executor.pass();
    await stage.vote(A, { ballot: { vote: 'reject', comment: 'no' } });
    await stage.observe(15_000);
    stage.port.failNext({ verb: 'list', kind: 'Pod', ...DOWN, times: 100 });
    await executor.pass();
    expect(stage.status(A).phase).toBe('Rejected');
  });

  it('ends unanswered where the time to decide cannot be read, by which no vote counts', async () => {
    const { stage, executor } = await hot();
    await executor.pass();
    await stage.run(15_000, misledBy(stage, { decideBy: 'tomorrow' }));
    expect(stage.status(A)).toMatchObject({ phase: 'Expired', reason: 'NoAnswer' });
  });

  it('is told with what an approver reads, the words of the rules first', async () => {
    const { stage, executor } = await hot();
    await executor.pass();
    const spec = approval(stage)?.spec as { why: string; decideBy: string };
    expect(spec.why).toBe(
      [
        'Restricted: scale_beyond_limits needs approval by devops-team when target_replicas > max_replicas',
        "The requester's words: use is high",
      ].join('\n'),
    );
    expect(stage.told()[0]?.note).toBe(
      `scale_beyond_limits (6 replicas to 8 replicas) needs approval by devops-team until ${spec.decideBy}; asked by decision-engine (rules planner), as its Decision says; their words: "use is high"; Decision ${A}, blueprint web 1.0.0`,
    );
    expect(stage.status(A).message).toBe(`needs approval by devops-team until ${spec.decideBy}`);
  });

  /** What the executor asks the API server for, by kind. */
  function counted(stage: Stage): { executor: Executor; asked: string[] } {
    const asked: string[] = [];
    const { reader, observer } = stage.deps;
    const executor = new Executor({
      ...stage.deps,
      trust: PEOPLE.trust,
      observer: {
        ...seenAs(observer, () => observer.approvals()),
        fresh: (namespace, blueprint) => {
          asked.push('fresh');
          return observer.fresh(namespace, blueprint);
        },
      },
      reader: {
        get: (kind, ...rest) => {
          asked.push(kind.kind);
          return reader.get(kind, ...rest);
        },
        list: (kind, ...rest) => {
          asked.push(kind.kind);
          return reader.list(kind, ...rest);
        },
        watch: (...all) => reader.watch(...all),
        raw: (...all) => reader.raw(...all),
      },
    });
    return { executor, asked };
  }

  it('costs no request while it waits, and is looked at as soon as it is voted on', async () => {
    const { stage } = await hot();
    const { executor, asked } = counted(stage);
    await stage.run(60_000, executor);
    expect(asked).not.toEqual([]);
    asked.length = 0;
    await stage.run(1_500_000, executor);
    expect([stage.status(A).phase, asked]).toEqual(['AwaitingApproval', []]);
    await stage.vote(A);
    await stage.run(15_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'Pending', reason: 'Approved' });
    expect(asked).toEqual(expect.arrayContaining(['CircuitBreaker', 'Decision', 'ApprovalRequest', 'fresh']));
  });

  it.each([
    {
      what: 'the target is scaled by hand',
      move: (stage: Stage) => stage.world.edit(KINDS.Deployment, 'shop', 'web', (draft) => replicasOf(draft, 4)),
    },
    {
      what: 'another blueprint is applied',
      move: (stage: Stage) => stage.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => versionOf(draft, '1.0.1')),
    },
  ])('is judged again as soon as $what', async ({ move }) => {
    const { stage } = await hot();
    const { executor, asked } = counted(stage);
    await stage.run(60_000, executor);
    asked.length = 0;
    move(stage);
    await stage.run(15_000, executor);
    expect(asked).toContain('fresh');
    expect(stage.status(A).message).toMatch(/^judged again, since the world moved: /);
    expect(stage.status(A).history.map(({ phase }) => phase)).toEqual(['AwaitingApproval', 'Pending']);
  });

  it('expires at its time with no request before it', async () => {
    const { stage } = await hot();
    const { executor, asked } = counted(stage);
    await stage.run(60_000, executor);
    asked.length = 0;
    await stage.run(timeLeft(stage) - 1_000, executor);
    expect([stage.status(A).phase, asked]).toEqual(['AwaitingApproval', []]);
    await stage.run(1_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'Expired', reason: 'NoAnswer' });
  });

  it('is carried out on a vote that its mirror cannot show, since it does not hear', async () => {
    const { stage } = await hot();
    await new Executor({ ...stage.deps, trust: PEOPLE.trust }).pass();
    const before = [approval(stage) as KubeObject];
    const deaf = { ...seenAs(stage.deps.observer, () => before), hearsApprovals: () => false };
    const behind = new Executor({ ...stage.deps, trust: PEOPLE.trust, observer: deaf });
    await stage.run(15_000, behind);
    await stage.vote(A);
    await stage.run(15_000, behind);
    expect(stage.status(A)).toMatchObject({ phase: 'Pending', reason: 'Approved' });
  });

  it('is not looked at again at once where that cannot be put on record', async () => {
    const { stage, executor } = await hot();
    await executor.pass();
    stage.world.edit(KINDS.Deployment, 'shop', 'web', (draft) => replicasOf(draft, 4));
    await stage.observe(1_000);
    stage.journal.unwritable = 'no space left on device';
    const { againAt } = await executor.pass();
    expect(againAt).toBeGreaterThanOrEqual(stage.clock.now() + 1_000);
  });
});

const timeLeft = (stage: Stage): number => {
  const { decideBy } = (approval(stage)?.spec ?? {}) as { decideBy?: string };
  return Date.parse(decideBy ?? '') - stage.clock.now();
};
const replicasOf = (draft: KubeObject, replicas: number): void => {
  draft.spec = { ...(draft.spec as object), replicas };
};
const versionOf = (draft: KubeObject, version: string): void => {
  draft.spec = { ...(draft.spec as object), version };
};
