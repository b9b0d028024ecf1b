import { afterEach, describe, expect, it } from 'vitest';
import { identity, openViewStage, REQUEST, type ViewStage } from '../../../test/stages/viewStage.ts';
import { requestOf } from '../../approvals/fixtures.ts';
import { ApprovalList } from '../../schema/api/approvals.ts';
import type { KubeObject } from '../../schema/kube.ts';
import type { GatewayDeps } from '../deps.ts';
import { approvalList } from './approvalList.ts';
import { decisionList } from './decisionList.ts';

const opened: ViewStage[] = [];
afterEach(() => {
  for (const { stage } of opened.splice(0)) stage.close();
});
const open = async (...options: Parameters<typeof openViewStage>): Promise<ViewStage> => {
  const made = await openViewStage(...options);
  opened.push(made);
  return made;
};
type Query = Parameters<typeof approvalList>[2];
const listed = async (deps: GatewayDeps, query: Query = {}, who = identity()): Promise<ApprovalList> => {
  const answer = await approvalList(deps, who, query);
  if (!answer.ok) throw new Error(answer.error.message);
  return ApprovalList.parse(answer.value);
};
/** Only these are in the mirrors. */
const holding = (
  { deps }: ViewStage,
  approvals: readonly KubeObject[],
  decisions: readonly KubeObject[] = deps.observer.decisions(),
): GatewayDeps => ({
  ...deps,
  observer: {
    approvals: () => approvals,
    decisions: () => decisions,
    views: () => deps.observer.views(),
    history: (...where) => deps.observer.history(...where),
    fresh: (...where) => deps.observer.fresh(...where),
    onChange: (listener) => deps.observer.onChange(listener),
  },
});
const request = (n: number, minutes: number, status?: object, votes: readonly unknown[] = []): KubeObject => {
  const made = requestOf({ decideBy: new Date(Date.UTC(2026, 0, 5, 0, minutes)).toISOString() }, `uid-${n}`, votes);
  const name = `web-${String(n).padStart(10, '0')}`;
  return {
    ...made,
    metadata: { ...made.metadata, name, creationTimestamp: new Date(Date.UTC(2026, 0, 5) - n * 60_000).toISOString() },
    ...(status && { status }),
  };
};
const names = ({ items }: { readonly items: readonly { readonly name: string }[] }) => items.map(({ name }) => name);

describe('the inbox', () => {
  it('lists what waits with one sentence of why, and what the reader may do', async () => {
    const view = await open();
    expect((await listed(view.deps)).items).toMatchObject([
      {
        name: REQUEST,
        service: 'web',
        phase: 'Pending',
        before: '6 replicas',
        after: '8 replicas',
        risk: 'low',
        mine: true,
      },
    ]);
    expect((await listed(view.deps, {}, identity('bob', { groups: [] }))).items[0]?.mine).toBe(false);
    expect((await listed(view.deps, { state: 'decided' })).items).toEqual([]);
  });

  it('says who asked and, of a person who is known, why, in one line; of another Decision of that name nothing', async () => {
    const cleo = await open({
      asks: { requester: { kind: 'person', name: 'cleo' }, rationale: 'sale\nat noon\u202e' },
    });
    const [shown] = (await listed(cleo.deps)).items;
    expect(shown).toMatchObject({ requester: { kind: 'person', name: 'cleo' }, reason: 'sale at noon' });
    const later = cleo.deps.observer
      .decisions()
      .map((one) => ({ ...one, metadata: { ...one.metadata, uid: 'made-later' } }));
    const [other] = (await listed(holding(cleo, cleo.deps.observer.approvals(), later))).items;
    expect(other).toMatchObject({ requester: { kind: 'agent', name: 'cleo' } });
    expect(other).not.toHaveProperty('reason');

    const proof = { at: '2026-01-05T00:01:30.000Z', key: 'k', signature: 'forged' };
    const eve = await open({ asks: { requester: { kind: 'person', name: 'eve' }, rationale: 'trust me', proof } });
    const [forged] = (await listed(eve.deps)).items;
    expect(forged).toMatchObject({ requester: { kind: 'agent', name: 'eve' } });
    expect(forged).not.toHaveProperty('reason');
  });

  it('moves what was answered to the decided ones at once, with who, what and how it ended', async () => {
    const view = await open();
    await view.answer({ choice: 'once' }, identity('bob'));
    expect((await listed(view.deps)).items).toEqual([]);
    await view.stage.run(12 * 60_000, view.executor);
    const { items, stats } = await listed(view.deps, { state: 'decided' });
    expect(items).toMatchObject([
      { answer: 'approved once', answeredBy: 'bob', outcome: expect.stringMatching(/^Succeeded/) },
    ]);
    expect(stats).toMatchObject({ asked: 1, approved: 1, undone: 0, rejected: 0, expired: 0, underThreeSeconds: 1 });
  });

  it('puts what ends soonest first, and goes through all of it by pages while others come and go', async () => {
    const view = await open();
    const all = Array.from({ length: 120 }, (_, n) => request(n, 600 - n));
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 3; page += 1) {
      // What was shown already goes, and one that ends sooner comes: neither moves the rest.
      const there = [
        request(500, 100 - page),
        ...all.filter(({ metadata }) => !seen.slice(0, 10).includes(metadata.name)),
      ];
      const answer = await listed(holding(view, there), cursor === undefined ? {} : { cursor });
      expect(answer.items.length).toBeLessThanOrEqual(50);
      seen.push(...names(answer));
      cursor = answer.next;
    }
    expect(cursor).toBeUndefined();
    expect(seen.filter((name) => name !== 'web-0000000500')).toEqual(
      all.map(({ metadata }) => metadata.name).reverse(),
    );
  });

  it('refuses a cursor of its own making in words', async () => {
    const view = await open();
    for (const cursor of ['', 'x', '%00', 'a'.repeat(10_000)]) {
      expect(await approvalList(view.deps, identity(), { cursor })).toMatchObject({
        ok: false,
        error: { code: 'incomplete' },
      });
    }
  });

  it('counts seven days by what the executor wrote', async () => {
    const view = await open();
    const at = new Date(Date.UTC(2026, 0, 5)).toISOString();
    const vote = { at };
    const there = [
      request(1, 60, { phase: 'Rejected', message: '' }, [vote]),
      request(2, 60, { phase: 'Expired', message: '' }),
      request(3, 60, { phase: 'Consumed', message: '' }, [vote]),
      request(20 * 24 * 60, 60, { phase: 'Rejected', message: '' }, [vote]),
    ];
    expect((await listed(holding(view, there), { state: 'decided' })).stats).toEqual({
      asked: 3,
      approved: 1,
      undone: 0,
      rejected: 1,
      expired: 1,
      medianMsToDecide: 180_000,
      ninetiethMsToDecide: 180_000,
      pending: 0,
      underThreeSeconds: 0,
    });
  });

  it('counts what waits now, and for how long the oldest of it', async () => {
    const view = await open();
    const there = [
      request(20, 60),
      request(5, 60),
      request(70, -1),
      request(1, 60, { phase: 'Consumed', message: '' }),
    ];
    const { stats } = await listed(holding(view, there), {});
    const midnight = Date.UTC(2026, 0, 5);
    expect([stats.pending, stats.oldestPendingMs]).toEqual([2, view.deps.clock.now() - midnight + 20 * 60_000]);
  });

  it('shows neither odd objects nor stumbles over them', async () => {
    const view = await open();
    const odd = [
      { ...request(1, 60), spec: null },
      { ...request(2, 60), spec: { decision: 7 } },
      { ...request(3, 60), votes: 'none', status: 'Pending' },
      { ...request(4, 60), votes: [null, { by: 1 }, 'x'] },
      { apiVersion: '', kind: '', metadata: { name: 'bare' } },
    ];
    const decisions = [{ apiVersion: '', kind: '', metadata: { name: 'bare' }, spec: [], status: 3 }];
    const deps = holding(view, odd, decisions);
    expect(names(await listed(deps))).toEqual(['web-0000000003', 'web-0000000004']);
    expect(names(await listed(deps, { state: 'decided' }))).toEqual([]);
    expect(await decisionList(deps, {})).toMatchObject({ ok: true, value: { items: [] } });
  });
});

describe('the list of decisions', () => {
  it.each([
    { query: {}, found: 1 },
    { query: { service: 'shop/web' }, found: 1 },
    { query: { service: 'web', phase: 'awaitingapproval' }, found: 1 },
    { query: { service: 'shop/db' }, found: 0 },
    { query: { phase: 'Succeeded' }, found: 0 },
  ])('asked with $query finds $found', async ({ query, found }) => {
    const { deps } = await open();
    const answer = await decisionList(deps, query);
    expect(answer.ok && answer.value.items.length).toBe(found);
    if (found > 0) expect(answer).toMatchObject({ value: { items: [{ what: 'scale to 8', verdict: 'restricted' }] } });
  });
});
