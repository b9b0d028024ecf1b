import { afterEach, expect, it } from 'vitest';
import { approvalCard } from '../src/gateway/views/approvalCard.ts';
import { KINDS } from '../src/schema/kube.ts';
import { MAX_VOTES } from '../src/schema/vote.ts';
import { personIn } from '../src/testing/gateway.ts';
import { PEOPLE } from '../src/testing/people.ts';
import { A, type Approvals, openApprovals } from './stages/approvalStage.ts';

const opened: Approvals[] = [];
afterEach(() => {
  for (const { stage } of opened.splice(0)) stage.close();
});

const alerts = ({ stage }: Approvals): readonly string[] =>
  stage.journal.of('alert').map(({ data }) => `${String(data['code'])}: ${String(data['message'])}`);

/** Somebody with kubectl uses up the room for votes with ones that count for nothing. */
async function filled(): Promise<Approvals> {
  const all = await openApprovals();
  opened.push(all);
  await all.ask(A, 8);
  all.stage.world.edit(KINDS.ApprovalRequest, 'shop', A, (draft) => {
    const genuine = PEOPLE.vote(draft, 'eve', all.stage.clock.now(), { groups: ['interns'] });
    draft['votes'] = Array.from({ length: MAX_VOTES }, (_, n) => ({ ...genuine, id: `junk-${n}` }));
  });
  await all.stage.world.advance(1);
  return all;
}

it('a request full of votes that count for nothing calls a person once, and says on the card and to the voter what to do', async () => {
  const all = await filled();
  await all.run(20_000);
  expect(alerts(all)).toEqual([expect.stringMatching(/^VotesFull: 32 votes .*kubectl -n shop delete approvalrequest/)]);
  const ann = personIn('ann', 'devops-team');
  const card = await approvalCard(all.gateway, ann, 'shop', A);
  expect(card).toMatchObject({
    ok: true,
    value: { may: { approve: false, reject: false, why: expect.stringContaining(`delete approvalrequest ${A}`) } },
  });
  expect(await all.says(A, { vote: 'approve', choice: 'once' })).toContain(`delete approvalrequest ${A}`);
  expect(all.stage.writes()).toBe(0);
});

it('it is asked anew once somebody took it away, and decided as ever', async () => {
  const all = await filled();
  all.stage.world.remove(KINDS.ApprovalRequest, 'shop', A);
  await all.run(20_000);
  expect(all.phase(A)).toBe('Pending');
  expect(await all.says(A, { vote: 'approve', choice: 'once' })).toBe('approved');
  await all.run(60_000);
  expect([all.stage.writes(), all.stage.replicas()]).toEqual([1, 8]);
});
