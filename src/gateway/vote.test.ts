import { afterEach, describe, expect, it } from 'vitest';
import { type AskedOptions, identity, openViewStage, REQUEST, type ViewStage } from '../../test/stages/viewStage.ts';
import { tally, votesOf } from '../approvals/tally.ts';
import { KINDS } from '../schema/kube.ts';
import { PEOPLE } from '../testing/people.ts';
import type { GatewayDeps } from './deps.ts';
import { vote } from './vote.ts';

const open: ViewStage[] = [];
afterEach(() => {
  for (const { stage } of open.splice(0)) stage.close();
});
const where = { namespace: 'shop', name: REQUEST };
async function asked(options: AskedOptions = {}): Promise<ViewStage> {
  const view = await openViewStage(options);
  open.push(view);
  return view;
}
const request = ({ stage }: ViewStage) => {
  const found = stage.world.get(KINDS.ApprovalRequest, 'shop', REQUEST);
  if (found === undefined) throw new Error('people were asked');
  return found;
};
const refusedAs = (code: string, message?: RegExp) => ({
  ok: false,
  error: { code, ...(message === undefined ? {} : { message: expect.stringMatching(message) }) },
});

describe('an answer', () => {
  it('stands beside the request, signed, after it is in the journal (P5, P9)', async () => {
    const view = await asked();
    const voted = await view.answer({ choice: 'once', comment: ' sale starts ' });
    expect(voted).toMatchObject({
      ok: true,
      value: {
        vote: { by: 'ann', groups: ['devops-team'], choice: 'once', comment: 'sale starts' },
        tally: { kind: 'approved' },
      },
    });
    expect(tally(request(view), PEOPLE.trust)).toMatchObject({ kind: 'approved', by: ['ann'], choice: 'once' });
  });

  it('that holds what looks like a secret is signed without it, and counts', async () => {
    const view = await asked();
    await view.answer({ choice: 'once', comment: 'as told: token=abcdef123456' });
    expect(JSON.stringify(request(view)['votes'])).toContain('as told: token=[redacted]');
    expect(tally(request(view), PEOPLE.trust)).toMatchObject({ kind: 'approved', by: ['ann'] });
  });

  it('of the person who asked takes their request back, and approves nothing', async () => {
    const view = await asked({ asks: { requester: { kind: 'person', name: 'cleo' } } });
    const cleo = identity('cleo', { groups: ['payments'] });
    expect(await view.answer({ choice: 'once' }, identity('cleo'))).toMatchObject(
      refusedAs('notYours', /^nobody approves their own request; rejecting it takes it back$/),
    );
    const no = { vote: 'reject', comment: 'typo' } as const;
    expect(await view.answer(no, identity('bob', { groups: ['payments'] }))).toMatchObject(refusedAs('notYours'));
    expect(await view.answer(no, cleo)).toMatchObject({
      ok: true,
      value: { vote: { by: 'cleo', groups: [] }, tally: { kind: 'rejected', by: 'cleo', comment: 'typo' } },
    });
    expect((await view.card(cleo)).given).toMatchObject([{ by: 'cleo', vote: 'reject', counts: true }]);
  });

  it('twice the same is one', async () => {
    const view = await asked();
    await view.answer({ choice: 'once' });
    expect(await view.answer({ choice: 'once' })).toMatchObject({ ok: true });
    expect(votesOf(request(view))).toHaveLength(1);
  });

  it('is not taken for given because somebody wrote an unsigned one in its name', async () => {
    const view = await asked();
    const { digest } = await view.card();
    const no = { vote: 'reject', comment: 'load test' } as const;
    const forged = { ...no, id: 'x', by: 'ann', groups: ['devops-team'], at: '2026-01-05T10:00:00Z', digest };
    view.stage.world.edit(KINDS.ApprovalRequest, 'shop', REQUEST, (draft) => {
      draft['votes'] = [{ ...forged, key: view.deps.key.id, signature: 'AAAA' }];
    });
    expect(await view.answer(no)).toMatchObject({ ok: true, value: { tally: { kind: 'rejected', by: 'ann' } } });
    expect(tally(request(view), PEOPLE.trust)).toMatchObject({ kind: 'rejected', by: 'ann' });
  });

  it('raises where nothing is said and the blueprint says so, and not where a raise cannot be had', async () => {
    const view = await asked();
    expect(await view.answer({})).toMatchObject({ ok: true, value: { vote: { choice: 'update_blueprint' } } });
    const owned = ownedByGitOps(await asked());
    expect(await owned.answer({})).toMatchObject({ ok: true, value: { vote: { choice: 'once' } } });
  });

  it('that asks for a raise GitOps would put back is refused, and says where the limit stands', async () => {
    const view = ownedByGitOps(await asked());
    expect(await view.answer({ choice: 'update_blueprint' })).toMatchObject(
      refusedAs('notOffered', /argocd-controller .* raise max_replicas to 8 in its repository/),
    );
    expect(votesOf(request(view))).toEqual([]);
  });

  it('meets another written at the same moment, and both stand', async () => {
    const view = await asked();
    const { digest } = await view.card();
    let raced = false;
    const records: GatewayDeps['records'] = exchanged(view.deps.records, 'replace', async (kind, object) => {
      if (!raced) {
        raced = true;
        await vote(view.deps, identity('bob'), where, { vote: 'approve', choice: 'once', digest });
        await view.stage.world.advance(1);
      }
      return view.deps.records.replace(kind, object);
    });
    // The quorum is one: who comes second is told so, and nothing of theirs stands there.
    const second = await vote({ ...view.deps, records }, identity(), where, {
      vote: 'approve',
      choice: 'once',
      digest,
    });
    expect(second).toMatchObject(refusedAs('decided'));
    expect(votesOf(request(view)).map(({ by }) => by)).toEqual(['bob']);
  });
});

describe('an answer is refused', () => {
  it.each(['approve', 'reject'] as const)(
    'when its words are not what stands there: a vote to %s would count for nothing',
    async (said) => {
      const view = await asked();
      expect(await view.answer({ vote: said, digest: 'f'.repeat(64) })).toMatchObject(
        refusedAs('stale', /look at the request again/),
      );
      expect(votesOf(request(view))).toEqual([]);
    },
  );

  it.each([
    ['a viewer of another team', identity('eve', { groups: ['web-team'] }), /only devops-team may decide this/],
    ['who asked', identity('rules planner'), /nobody approves their own request|only/],
  ])('to %s', async (_, who, message) => {
    const view = await asked({ asks: { requester: { kind: 'agent', name: 'rules planner' } } });
    const { digest } = await view.card();
    const answer = await vote(view.deps, who, where, { vote: 'approve', choice: 'once', digest });
    expect(answer).toMatchObject(refusedAs('notYours', message));
  });

  it('once it is decided, and when there is no such request', async () => {
    const view = await asked();
    await view.answer({ vote: 'reject', comment: 'load test' });
    expect(await view.answer({ choice: 'once' }, identity('bob'))).toMatchObject(refusedAs('decided', /rejected/));
    const none = await vote(
      view.deps,
      identity(),
      { ...where, name: 'nothing' },
      { vote: 'reject', digest: 'f'.repeat(64) },
    );
    expect(none).toMatchObject(refusedAs('notFound'));
  });

  it('once it is superseded, and says which request took its place', async () => {
    const view = await asked();
    const { digest } = await view.card();
    view.stage.world.edit(KINDS.Deployment, 'shop', 'web', (draft) => {
      draft.spec = { ...(draft.spec as object), replicas: 5 };
    });
    const answer = () => vote(view.deps, identity(), where, { vote: 'approve', digest });
    for (let passes = 0; passes < 3; passes += 1) {
      await view.stage.observe(1_000);
      await view.executor.pass();
    }
    await view.stage.observe(1_000);
    expect(await answer()).toMatchObject(
      refusedAs('decided', new RegExp(`^this request is superseded already: shop/${REQUEST}-2 took its place$`)),
    );
    expect((await view.card()).may).toMatchObject({
      approve: false,
      why: expect.stringContaining(`${REQUEST}-2 took`),
    });
    // What no Decision waits for took nothing's place.
    view.stage.world.edit(KINDS.Decision, 'shop', REQUEST, (draft) => {
      draft.status = { ...(draft.status as object), approval: `${REQUEST}-3` };
    });
    await view.stage.observe(1_000);
    expect(await answer()).toMatchObject(refusedAs('decided', /^this request is superseded already$/));
  });

  it('after the time to decide', async () => {
    const view = await asked();
    const { digest } = await view.card();
    await view.stage.observe(31 * 60_000);
    const late = await vote(view.deps, identity(), where, { vote: 'approve', choice: 'once', digest });
    expect(late).toMatchObject(refusedAs('decided', /no answer means rejected/));
  });

  it('when the value it was shown is another by now; a no needs no fresh world', async () => {
    const view = await asked();
    const { digest } = await view.card();
    view.stage.world.edit(KINDS.Deployment, 'shop', 'web', (draft) => {
      draft.spec = { ...(draft.spec as object), replicas: 5 };
    });
    const answer = (said: 'approve' | 'reject') => vote(view.deps, identity(), where, { vote: said, digest });
    expect(await answer('approve')).toMatchObject(refusedAs('stale', /6 replicas then, 5 replicas now/));
    expect(await answer('reject')).toMatchObject({ ok: true });
  });

  it('of high risk without a comment', async () => {
    const view = await asked({ to: 20 });
    expect(await view.answer({ choice: 'once' })).toMatchObject(refusedAs('incomplete', /wants a comment/));
    expect(await view.answer({ choice: 'once', comment: 'black friday' })).toMatchObject({ ok: true });
  });

  it('while it cannot be put on record, and nothing of it stands in the cluster (P4)', async () => {
    const view = await asked();
    const { digest } = await view.card();
    const full = { code: 'JournalUnwritable' as const, message: 'disk full' };
    const journal = exchanged(view.deps.journal, 'append', async () => ({ ok: false, error: full }));
    const answer = await vote({ ...view.deps, journal }, identity(), where, {
      vote: 'approve',
      choice: 'once',
      digest,
    });
    expect(answer).toMatchObject(refusedAs('unavailable', /cannot be recorded: disk full/));
    expect(votesOf(request(view))).toEqual([]);
  });
});

/** The same thing with one method exchanged; methods of a class are no own properties to spread. */
const exchanged = <T extends object, K extends keyof T>(target: T, name: K, by: T[K]): T =>
  new Proxy(target, {
    get: (object, key) => {
      const value: unknown = key === name ? by : Reflect.get(object, key);
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });

/** The same service with a Blueprint that a GitOps tool applies. */
function ownedByGitOps(view: ViewStage): ViewStage {
  const { observer } = view.deps;
  const fresh: typeof observer.fresh = async (...of) => {
    const seen = await observer.fresh(...of);
    if (!seen.ok) return seen;
    const { object } = seen.value;
    const managedFields = [{ manager: 'argocd-controller', operation: 'Apply' as const, fieldsV1: {} }];
    return {
      ok: true,
      value: { ...seen.value, object: { ...object, metadata: { ...object.metadata, managedFields } } },
    };
  };
  const deps = { ...view.deps, observer: exchanged(observer, 'fresh', fresh) };
  return {
    ...view,
    deps,
    answer: async (body, who = identity()) => {
      const { digest } = await view.card(who);
      return vote(deps, who, where, { vote: 'approve', digest, ...body });
    },
  };
}
