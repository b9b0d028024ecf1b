import type { Seen } from '../../src/scenario/seen.ts';
import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { type Approvals, changeBlueprint, openApprovals } from '../stages/approvalStage.ts';
import { NEEDS_EIGHT, openRequests, scaleTo } from '../stages/requestStage.ts';
import type { Criterion, Shown, WorldCase } from './criterion.ts';
import { Expecting } from './expecting.ts';
import { APPROVED } from './realCases.ts';
import { scenarioCase } from './scenarioCase.ts';
import { SEED } from './world.ts';

const A = 'web-aaaaaaaaaa';
const B = 'web-bbbbbbbbbb';
const ONCE = { vote: 'approve', choice: 'once' } as const;
const ANN = { requester: { kind: 'person', name: 'ann' } } as const;

/** How each request ended, and that none is left half done. */
function requests(seen: Seen): Partial<Shown> {
  const ends = seen.approvals.map(({ phases }) => phases.map(({ phase }) => phase).join(' → '));
  return { seen: `requests: ${ends.join(', ') || 'none'}` };
}

const workflow = (
  checks: string,
  options: Parameters<typeof openApprovals>[0],
  play: (all: Approvals, expecting: Expecting) => Promise<string>,
): WorldCase => ({
  checks,
  seed: SEED,
  async play() {
    const expecting = new Expecting();
    const all = await openApprovals(options);
    const began = all.stage.clock.now();
    try {
      const seen = await play(all, expecting);
      return expecting.shown(seen, { virtualMs: all.stage.clock.now() - began });
    } finally {
      all.stage.close();
    }
  },
});

const OVER_HTTP: WorldCase = {
  checks:
    'From a page: Ann asks for 8 where 6 are the limit, may not approve it herself, Ben reads the card and approves, it is done once',
  seed: SEED,
  async play() {
    const expecting = new Expecting();
    const { stage, asks, as, http, run } = await openRequests(NEEDS_EIGHT);
    const began = stage.clock.now();
    try {
      const asked = await asks('scale', scaleTo(8));
      await run(15_000);
      const at = `/api/approvals/shop/${asked.approval?.name}`;
      const card = (await (await http.call('GET', at, as('ben'))).json()) as ApprovalCard;
      const body = { digest: card.digest, vote: 'approve', choice: 'once', comment: 'the sale starts' };
      const own = await http.call('POST', `${at}/vote`, { ...as('ann'), body });
      const stale = await http.call('POST', `${at}/vote`, { ...as('ben'), body: { ...body, digest: 'f'.repeat(64) } });
      const viewer = await http.call('POST', `${at}/vote`, { ...as('vera'), body });
      const yes = await http.call('POST', `${at}/vote`, { ...as('ben'), body });
      expecting.same(
        'Ann, another digest, a viewer, Ben',
        [own.status < 400, stale.status < 400, viewer.status < 400, yes.status],
        [false, false, false, 200],
      );
      await run(150_000);
      expecting.same('replicas and writes', [stage.replicas(), stage.writes()], [8, 1]);
      expecting.same('phase', stage.phase(asked.decision?.name ?? ''), 'Succeeded');
      return expecting.shown(
        `her own vote: ${own.status}, a stale digest: ${stale.status}, a viewer: ${viewer.status}, Ben: ${yes.status}; 6 to 8 in one write`,
        { virtualMs: stage.clock.now() - began },
      );
    } finally {
      stage.close();
    }
  },
};

export const APPROVAL_RELIABILITY: Criterion = {
  id: 'SC-009',
  slug: 'approval-reliability',
  title: 'Approval reliability',
  atLeast: 10,
  unit: 'workflows',
  means:
    'What needs people is done when the right people said yes to exactly that, once, and never otherwise: not by silence, by one’s own vote, by a vote for something else, by forgery, or after the world has moved; and a yes is carried out though whoever took it died. The virtual time is that of the whole case.',
  cases: [
    ...[
      'appr-50-approved-once',
      'appr-51-approved-and-raised',
      'appr-52-quorum',
      'appr-53-own-request',
      'appr-54-expired',
      'appr-55-newer-number',
      'appr-56-above-the-ceiling',
      'appr-57-replayed',
      'appr-58-forged',
      'appr-59-rejected',
      'appr-60-moved',
      'appr-61-killed-after-the-vote',
      'appr-62-more-than-approved',
      'chat-51-beyond-limits',
    ].map((id) => scenarioCase(id, { also: requests })),
    OVER_HTTP,
    workflow(
      'The same wish once more joins the request that stands',
      undefined,
      async ({ ask, stage, request }, expecting) => {
        await ask(A, 8);
        await ask(B, 8);
        expecting.same(
          'the second',
          [stage.status(B).phase, stage.status(B).reason, request(B)],
          ['Superseded', 'Merged', undefined],
        );
        return 'one request, the second wish Superseded: Merged';
      },
    ),
    workflow(
      'A quorum of two counts each person once',
      { spec: { approval: { quorum: 2 } } },
      async ({ ask, says, run, stage }, expecting) => {
        await ask(A, 8);
        const said = [await says(A, ONCE), await says(A, ONCE)];
        await run(15_000);
        expecting.same('writes after omar twice', stage.writes(), 0);
        said.push(await says(A, ONCE, 'dana'));
        await run(30_000);
        expecting.same('replicas and writes', [stage.replicas(), stage.writes()], [8, 1]);
        expecting.same('tallies', said, ['pending', 'pending', 'approved']);
        return `${said.join(', ')}; 8 replicas in one write`;
      },
    ),
    workflow(
      'Approved under a pause: it waits, the world moves meanwhile, and people are asked again',
      undefined,
      async ({ ask, says, run, stage, phase }, expecting) => {
        await ask(A, 9, ANN);
        stage.hold([{ kind: 'pause', what: 'all', by: 'alice', reason: '', at: '2026-01-05T00:00:00Z' }]);
        await says(A, ONCE);
        await run(30_000);
        expecting.same('while paused', stage.status(A).phase, 'Deferred');
        stage.world.scaleByHand('shop/web', 7);
        await run(15_000);
        stage.hold([]);
        await run(30_000);
        expecting.same('requests', [phase(A), phase(`${A}-2`)], ['Superseded', 'Pending']);
        expecting.same('writes', stage.writes(), 0);
        return 'Deferred, then asked anew with the number of now; no write';
      },
    ),
    workflow(
      'The blueprint gets stricter after a yes: that yes does not count any more',
      undefined,
      async ({ ask, says, run, stage }, expecting) => {
        await ask(A, 8);
        await says(A, ONCE);
        changeBlueprint(stage, (spec) => {
          spec['approval'] = { quorum: 2 };
        });
        await run(30_000);
        expecting.same(
          'phase and request',
          [stage.status(A).phase, stage.status(A).approval],
          ['AwaitingApproval', `${A}-2`],
        );
        expecting.same('writes', stage.writes(), 0);
        return 'asked anew, two are needed now; no write';
      },
    ),
  ],
  real: [APPROVED],
};
