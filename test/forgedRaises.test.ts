import { afterEach, describe, expect, it } from 'vitest';
import { digestOf } from '../src/approvals/subject.ts';
import { votesOf } from '../src/approvals/tally.ts';
import { finishRaises } from '../src/gateway/finishRaises.ts';
import { approvalCard } from '../src/gateway/views/approvalCard.ts';
import { vote } from '../src/gateway/vote.ts';
import { BlueprintSpec } from '../src/schema/blueprint/document.ts';
import { KINDS } from '../src/schema/kube.ts';
import type { ApprovalRequestSpec, DecisionSpec } from '../src/schema/records.ts';
import { personIn } from '../src/testing/gateway.ts';
import { PEOPLE } from '../src/testing/people.ts';
import { A, type Approvals, B, openApprovals } from './stages/approvalStage.ts';

const opened: Approvals[] = [];
afterEach(() => {
  for (const { stage } of opened.splice(0)) stage.close();
});

const OMAR: DecisionSpec['requester'] = { kind: 'person', name: 'omar' };

interface Forgery {
  readonly what: string;
  readonly quorum?: number;
  readonly asks?: Partial<DecisionSpec>;
  /** What stands in the request otherwise than the executor wrote it. */
  readonly over?: Partial<ApprovalRequestSpec>;
  /** Under another name than the Decision waits for. */
  readonly name?: string;
  readonly by?: string;
  readonly groups?: string[];
  readonly after?: (all: Approvals) => void;
}

const FORGERIES: readonly Forgery[] = [
  {
    what: 'its own group as approvers, and a member of it who is logged in',
    over: { approvers: ['interns'] },
    by: 'eve',
    groups: ['interns'],
  },
  {
    what: 'its own group beside the ones the blueprint names',
    over: { approvers: ['devops-team', 'interns'] },
    by: 'eve',
    groups: ['interns'],
  },
  { what: 'one voter where the blueprint wants two', quorum: 2, over: { quorum: 1 } },
  {
    what: 'another name for who asked, who then approves',
    asks: { requester: OMAR },
    over: { requester: { kind: 'agent', name: 'x' } },
  },
  { what: 'another number than the Decision asks for', over: { arguments: { replicas: 9 }, after: '9 replicas' } },
  { what: 'words of a smaller change than it is', over: { after: '7 replicas' } },
  { what: 'a day to decide', over: { decideBy: '2026-01-06T00:00:00.000Z' } },
  { what: 'a Decision that waits for another request', name: 'web-forged' },
  { what: 'a Decision of the same name that is gone', over: { decisionUid: 'uid-of-before' } },
  { what: 'a Decision that is not there', over: { decision: B } },
  {
    what: 'a Decision that was deleted since',
    after: ({ stage }) => stage.world.remove(KINDS.Decision, 'shop', A),
  },
];

async function forged({
  quorum = 1,
  asks = {},
  over = {},
  name = A,
  by = 'omar',
  groups = ['devops-team'],
  after,
  isVotedOn = true,
}: Forgery & { readonly isVotedOn?: boolean }) {
  const all = await openApprovals({ spec: { approval: { quorum } } });
  opened.push(all);
  await all.ask(A, 8, asks);
  const { stage } = all;
  const spec = { ...all.spec(A), ...over };
  if (name === A) stage.world.remove(KINDS.ApprovalRequest, 'shop', A);
  const { apiVersion, kind } = KINDS.ApprovalRequest;
  stage.world.apply({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec });
  stage.world.edit(KINDS.ApprovalRequest, 'shop', name, (draft) => {
    if (isVotedOn) draft['votes'] = [PEOPLE.vote(draft, by, stage.clock.now(), { groups, choice: 'update_blueprint' })];
  });
  after?.(all);
  await stage.world.advance(1);
  return all;
}

const maximum = ({ stage }: Approvals): number =>
  BlueprintSpec.parse(stage.world.get(KINDS.Blueprint, 'shop', 'web')?.spec).scaling.max_replicas;

describe('a request that somebody else wrote raises no limit by a vote that is genuine', () => {
  it.each(FORGERIES)('with $what (P2, P9)', async (forgery) => {
    const all = await forged(forgery);
    await finishRaises(all.gateway);
    expect(maximum(all)).toBe(6);
    await all.run(60_000);
    await finishRaises(all.gateway);
    expect([maximum(all), all.stage.writes(), all.stage.replicas()]).toEqual([6, 0, 6]);
  });

  it('and the same request as the executor wrote it does', async () => {
    const all = await forged({ what: 'nothing' });
    await finishRaises(all.gateway);
    expect(maximum(all)).toBe(8);
  });
});

describe('nobody is given a signed vote for a request that somebody else wrote', () => {
  const approve = async (forgery: Forgery) => {
    const { name = A, by = 'omar', groups = ['devops-team'] } = forgery;
    const all = await forged({ ...forgery, isVotedOn: false });
    const object = all.request(name);
    const digest = (object && digestOf(PEOPLE.trust.cluster, object)) ?? '';
    const voted = await vote(
      all.gateway,
      { ...personIn(by), groups },
      { namespace: 'shop', name },
      { digest, vote: 'approve', choice: 'once', comment: 'yes' },
    );
    return { voted, all, name };
  };

  it.each(FORGERIES)('with $what (P2, P9)', async (forgery) => {
    const { voted, all, name } = await approve(forgery);
    expect(voted).toMatchObject({ ok: false, error: { code: 'stale' } });
    const stands = all.request(name);
    expect(stands === undefined ? [] : votesOf(stands)).toEqual([]);
    const card = await approvalCard(
      all.gateway,
      { ...personIn(forgery.by ?? 'omar'), groups: forgery.groups ?? ['devops-team'] },
      'shop',
      name,
    );
    expect(card.ok && card.value.may.approve).toBe(false);
  });

  it('and for the same request as the executor wrote it they are', async () => {
    expect((await approve({ what: 'nothing' })).voted).toMatchObject({ ok: true });
  });
});
