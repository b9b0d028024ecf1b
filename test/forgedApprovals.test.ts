import { afterEach, describe, expect, it } from 'vitest';
import { digestOf } from '../src/approvals/subject.ts';
import { APPROVED } from '../src/executor/records/heldDecision.ts';
import { KINDS, type KubeObject } from '../src/schema/kube.ts';
import type { DecisionStatus } from '../src/schema/records.ts';
import type { Vote } from '../src/schema/vote.ts';
import { PEOPLE, testPeople } from '../src/testing/people.ts';
import { A, type Approvals, B, openApprovals } from './stages/approvalStage.ts';

const opened: Approvals[] = [];
afterEach(() => {
  for (const { stage } of opened.splice(0)) stage.close();
});

/** Eight replicas are asked for where six are the limit; nobody of the approvers wants more than that. */
async function asked(quorum = 1): Promise<Approvals> {
  const all = await openApprovals({ spec: { approval: { quorum } } });
  opened.push(all);
  await all.ask(A, 8);
  return all;
}

const OTHER_GATEWAY = testPeople('test-cluster', 'another gateway');
const OTHER_CLUSTER = testPeople('another-cluster');

function put(all: Approvals, name: string, votes: (request: KubeObject, now: number) => readonly unknown[]): void {
  all.stage.world.edit(KINDS.ApprovalRequest, 'shop', name, (draft) => {
    draft['votes'] = votes(draft, all.stage.clock.now());
  });
}

const create = (
  all: Approvals,
  kind: 'Decision' | 'ApprovalRequest',
  name: string,
  rest: Partial<KubeObject>,
): void => {
  const { apiVersion } = KINDS[kind];
  all.stage.world.apply({ apiVersion, kind, metadata: { name, namespace: 'shop' }, ...rest });
};

/** What somebody with the cluster's own rights writes into our records, and with what they know. */
const FORGERIES: readonly { readonly what: string; readonly quorum?: number; forge(all: Approvals): unknown }[] = [
  {
    what: 'a vote that looks perfect, and whose signature is made up',
    forge: (all) =>
      put(all, A, (request, now) => [{ ...PEOPLE.vote(request, 'omar', now), signature: 'c2lnbmVkIGJ5IG1l' }]),
  },
  {
    what: 'a vote signed by a key that nobody trusts',
    forge: (all) => put(all, A, (request, now) => [OTHER_GATEWAY.vote(request, 'omar', now)]),
  },
  {
    what: 'a vote signed by a key that is not trusted, under the name of the one that is',
    forge: (all) =>
      put(all, A, (request, now) => [{ ...OTHER_GATEWAY.vote(request, 'omar', now), key: PEOPLE.key.id }]),
  },
  {
    what: 'a no that is turned into a yes',
    forge: (all) =>
      put(all, A, (request, now) => [{ ...PEOPLE.vote(request, 'omar', now, { vote: 'reject' }), vote: 'approve' }]),
  },
  {
    what: 'a vote of the same gateway at another cluster',
    forge: (all) => put(all, A, (request, now) => [OTHER_CLUSTER.vote(request, 'omar', now)]),
  },
  {
    what: 'a vote for the same number in another request',
    forge: (all) =>
      put(all, A, (request, now) => {
        const other = { ...request, metadata: { ...request.metadata, uid: 'uid-of-another' } };
        return [PEOPLE.vote(other, 'omar', now)];
      }),
  },
  {
    what: 'an old vote for seven, replayed for eight',
    forge: (all) =>
      put(all, A, (request, now) => {
        const seven = {
          ...request,
          spec: { ...(request.spec as object), arguments: { replicas: 7 }, after: '7 replicas' },
        };
        const vote = PEOPLE.vote(seven, 'omar', now);
        return [vote, { ...vote, id: 'again', digest: digestOf('test-cluster', request) ?? '' }];
      }),
  },
  {
    what: 'a vote of somebody in no group that is asked',
    forge: (all) => put(all, A, (request, now) => [PEOPLE.vote(request, 'eve', now, { groups: ['interns'] })]),
  },
  {
    what: 'a vote whose groups were written in later',
    forge: (all) =>
      put(all, A, (request, now) => [
        { ...PEOPLE.vote(request, 'eve', now, { groups: ['interns'] }), groups: ['devops-team'] },
      ]),
  },
  {
    what: 'the vote of the one who asked',
    forge: (all) => put(all, A, (request, now) => [PEOPLE.vote(request, 'decision-engine', now)]),
  },
  {
    what: 'one person twice, where two are needed',
    quorum: 2,
    forge: (all) =>
      put(all, A, (request, now) => [PEOPLE.vote(request, 'omar', now), PEOPLE.vote(request, 'omar', now + 1)]),
  },
  {
    what: 'a vote that came too late',
    forge: (all) => put(all, A, (request, now) => [PEOPLE.vote(request, 'omar', now + 31 * 60_000)]),
  },
  {
    what: 'the status of the request set to approved',
    forge: (all) =>
      all.stage.world.edit(KINDS.ApprovalRequest, 'shop', A, (draft) => {
        draft.status = { phase: 'Approved', message: 'approved by omar, once' };
      }),
  },
  {
    what: 'the status of the Decision set to approved',
    forge: (all) => editStatus(all, { phase: 'Pending', reason: APPROVED, message: 'approved by omar, once' }),
  },
  {
    what: 'a request of their own, with their own group as approvers and a real vote of theirs',
    forge: (all) => {
      const spec = { ...all.spec(A), approvers: ['interns'], quorum: 1 };
      all.stage.world.remove(KINDS.ApprovalRequest, 'shop', A);
      create(all, 'ApprovalRequest', A, { spec });
      put(all, A, (request, now) => [PEOPLE.vote(request, 'eve', now, { groups: ['interns'] })]);
    },
  },
  {
    what: 'a request of their own that may be decided for ever',
    forge: async (all) => {
      const spec = { ...all.spec(A), decideBy: '2026-02-01T00:00:00.000Z' };
      all.stage.world.remove(KINDS.ApprovalRequest, 'shop', A);
      create(all, 'ApprovalRequest', A, { spec });
      await all.stage.observe(40 * 60_000);
      put(all, A, (request, now) => [PEOPLE.vote(request, 'omar', now)]);
    },
  },
  {
    what: 'a request that needs one where two are needed',
    quorum: 2,
    forge: (all) => {
      const spec = { ...all.spec(A), quorum: 1 };
      all.stage.world.remove(KINDS.ApprovalRequest, 'shop', A);
      create(all, 'ApprovalRequest', A, { spec });
      put(all, A, (request, now) => [PEOPLE.vote(request, 'omar', now)]);
    },
  },
  {
    what: 'a request that shows a smaller number than it is for',
    forge: (all) => {
      const spec = { ...all.spec(A), after: '7 replicas' };
      all.stage.world.remove(KINDS.ApprovalRequest, 'shop', A);
      create(all, 'ApprovalRequest', A, { spec });
      put(all, A, (request, now) => [PEOPLE.vote(request, 'omar', now)]);
    },
  },
  {
    what: 'a copy of a request that people approved, for another Decision',
    forge: (all) => {
      const request = all.request(A);
      const votes: readonly Vote[] = request === undefined ? [] : [PEOPLE.vote(request, 'omar', all.stage.clock.now())];
      const decision = all.stage.world.get(KINDS.Decision, 'shop', A);
      all.stage.world.remove(KINDS.ApprovalRequest, 'shop', A);
      all.stage.world.remove(KINDS.Decision, 'shop', A);
      create(all, 'Decision', B, { spec: decision?.spec });
      create(all, 'ApprovalRequest', B, { spec: { ...specOf(request), decision: B }, votes });
    },
  },
  {
    what: 'a vote for a Decision that was deleted and made again under its name',
    forge: (all) => {
      const decision = all.stage.world.get(KINDS.Decision, 'shop', A);
      put(all, A, (request, now) => [PEOPLE.vote(request, 'omar', now)]);
      all.stage.world.remove(KINDS.Decision, 'shop', A);
      create(all, 'Decision', A, { spec: decision?.spec });
    },
  },
  {
    what: 'the same, with a status that claims it was approved',
    forge: (all) => {
      const decision = all.stage.world.get(KINDS.Decision, 'shop', A);
      put(all, A, (request, now) => [PEOPLE.vote(request, 'omar', now)]);
      all.stage.world.remove(KINDS.Decision, 'shop', A);
      create(all, 'Decision', A, { spec: decision?.spec });
      editStatus(all, { phase: 'Pending', reason: APPROVED, message: 'approved', approval: A });
    },
  },
];

const specOf = (request: KubeObject | undefined): object => (request?.spec ?? {}) as object;

function editStatus(all: Approvals, claimed: Pick<DecisionStatus, 'phase' | 'reason' | 'message' | 'approval'>): void {
  const at = all.stage.clock.now();
  all.stage.world.edit(KINDS.Decision, 'shop', A, (draft) => {
    const before = (draft.status ?? { changes: [], history: [] }) as DecisionStatus;
    const history = [...before.history, { phase: claimed.phase, at, reason: claimed.reason }];
    draft.status = { ...before, ...claimed, history };
  });
}

describe('nothing is written to a workload by', () => {
  it.each(FORGERIES)('$what (P2, P9)', async ({ quorum = 1, forge }) => {
    const all = await asked(quorum);
    await forge(all);
    await all.run(60_000);
    expect([all.stage.writes(), all.stage.replicas()]).toEqual([0, 6]);
  });

  it('an approval that was used, though Decision and request are set back to before it (P9)', async () => {
    const all = await asked();
    await all.says(A, { vote: 'approve', choice: 'once' });
    await all.run(150_000);
    expect([all.stage.writes(), all.stage.replicas()]).toEqual([1, 8]);
    all.stage.world.scaleByHand('shop/web', 6);
    const fresh = { phase: 'Pending', reason: APPROVED, message: 'approved', approval: A } as const;
    all.stage.world.edit(KINDS.Decision, 'shop', A, (draft) => {
      const history = [{ phase: 'Pending', at: all.stage.clock.now(), reason: APPROVED }];
      draft.status = { ...fresh, changes: [], history };
    });
    all.stage.world.edit(KINDS.ApprovalRequest, 'shop', A, (draft) => {
      draft.status = { phase: 'Approved', message: 'approved' };
    });
    await all.run(20 * 60_000);
    expect([all.stage.writes(), all.stage.replicas()]).toEqual([1, 6]);
  });
});

describe('a vote that counts', () => {
  it('carries the same request out', async () => {
    const all = await asked();
    put(all, A, (request, now) => [PEOPLE.vote(request, 'omar', now)]);
    await all.run(60_000);
    expect([all.stage.writes(), all.stage.replicas()]).toEqual([1, 8]);
  });

  it('is not carried out hours later, by an executor that was away when it was cast (spec 5)', async () => {
    const all = await asked();
    put(all, A, (request, now) => [PEOPLE.vote(request, 'omar', now)]);
    await all.stage.observe(20 * 60_000);
    await all.run(60_000);
    expect([all.stage.writes(), all.stage.replicas()]).toEqual([0, 6]);
    expect(all.stage.status(A)).toMatchObject({ phase: 'Expired', reason: 'NotExecutedInTime' });
  });
});
