import { afterEach, describe, expect, it } from 'vitest';
import { Executor } from '../src/executor/executor.ts';
import { gatewayViews } from '../src/faces/http/gatewayViews.ts';
import type { GatewayDeps } from '../src/gateway/deps.ts';
import { Turns } from '../src/gateway/turns.ts';
import type { ApprovalCard } from '../src/schema/api/approvals.ts';
import type { Scope } from '../src/schema/api/people.ts';
import { KINDS } from '../src/schema/kube.ts';
import type { Vote } from '../src/schema/vote.ts';
import { MemoryJournal } from '../src/testing/memoryJournal.ts';
import { PEOPLE } from '../src/testing/people.ts';
import { openStage, type Stage } from './stages/executorStage.ts';
import { type Call, type GatewayStage, openGateway } from './stages/gatewayStage.ts';

const A = 'web-aaaaaaaaaa';
const CARD = `/api/approvals/shop/${A}`;
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

interface Opened {
  readonly stage: Stage;
  readonly executor: Executor;
  readonly http: GatewayStage;
  readonly journal: MemoryJournal;
  readonly card: (how: Call) => Promise<ApprovalCard>;
  readonly votes: () => readonly Vote[];
}

/** A service so hot that eight pods would be needed where six are the limit: restricted, and asked about. */
async function asked(
  spec: Record<string, unknown> = {},
  wish: Record<string, unknown> = {},
  replicas = 6,
): Promise<Opened> {
  const stage = await openStage({ replicas, load: { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 50 }, spec });
  stages.push(stage);
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  await stage.wish(A, { arguments: { replicas: 8 }, operation: 'scale_beyond_limits', ...wish });
  await executor.pass();
  const { observer: _o, workloads: _w, alerts: _a, trust: _t, ...shared } = stage.deps;
  const journal = new MemoryJournal(stage.clock, 'gateway-test');
  const turns = new Turns(stage.clock);
  const gateway: GatewayDeps = { ...shared, ...PEOPLE, observer: stage.observer, journal, turns };
  const http = openGateway({ gateway, views: gatewayViews(gateway) });
  http.person('ada', 'operator', ['devops-team']);
  http.person('bob', 'operator', ['devops-team', 'web-team']);
  http.person('eve', 'operator', ['web-team']);
  http.person('vera', 'viewer', ['devops-team']);
  http.person('root', 'admin');
  http.person('decision-engine', 'operator', ['devops-team']);
  const card = async (how: Call): Promise<ApprovalCard> =>
    (await (await http.call('GET', CARD, how)).json()) as ApprovalCard;
  const votes = (): readonly Vote[] =>
    (stage.world.get(KINDS.ApprovalRequest, 'shop', A)?.['votes'] ?? []) as readonly Vote[];
  return { stage, executor, http, journal, card, votes };
}
const codeOf = async (response: Response): Promise<[number, string]> => {
  const body = (await response.json()) as { error?: { code: string } };
  return [response.status, body.error?.code ?? ''];
};

describe('an answer over HTTP', () => {
  it('that approves once is carried out, with the vote on record before it stands in the request', async () => {
    const { stage, executor, http, journal, card, votes } = await asked();
    const ada = { cookie: http.session('ada') };
    const shown = await card(ada);
    expect(shown).toMatchObject({
      phase: 'Pending',
      before: '6 replicas',
      after: '8 replicas',
      may: { approve: true },
    });
    const body = { digest: shown.digest, vote: 'approve', choice: 'once', comment: 'the sale starts' };
    const voted = await http.call('POST', `${CARD}/vote`, { ...ada, body });
    expect([voted.status, await voted.json()]).toMatchObject([200, { phase: 'Approved' }]);
    expect(votes()).toMatchObject([{ by: 'ada', groups: ['devops-team'], vote: 'approve', choice: 'once' }]);
    expect(journal.of('vote').map(({ data }) => (data as { vote: Vote }).vote)).toEqual(votes());
    await stage.run(60_000, executor);
    expect([stage.replicas(), stage.writes()]).toEqual([8, 1]);
  });

  it('that rejects ends it, and the reason goes back', async () => {
    const { stage, executor, http, card } = await asked();
    const ada = { cookie: http.session('ada') };
    const { digest } = await card(ada);
    await http.call('POST', `${CARD}/vote`, { ...ada, body: { digest, vote: 'reject', comment: 'the sale is over' } });
    await stage.run(60_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'Rejected', message: expect.stringContaining('the sale is over') });
    expect(stage.writes()).toBe(0);
  });

  it('sent twice, as a double press sends it, is one vote', async () => {
    const { http, card, votes } = await asked();
    const ada = { cookie: http.session('ada') };
    const body = { digest: (await card(ada)).digest, vote: 'approve', choice: 'once', comment: 'yes' };
    const both = await Promise.all([1, 2].map(() => http.call('POST', `${CARD}/vote`, { ...ada, body })));
    expect(both.map(({ status }) => status).every((status) => status === 200 || status === 409)).toBe(true);
    expect(votes().filter(({ by }) => by === 'ada').length).toBeGreaterThan(0);
    expect((await card(ada)).votes).toBe(1);
  });

  it('of two people at once is one decision: the first stands', async () => {
    const { stage, executor, http, card } = await asked();
    const [ada, bob] = [{ cookie: http.session('ada') }, { cookie: http.session('bob') }];
    const { digest } = await card(ada);
    const vote = (how: Call, verdict: string) =>
      http.call('POST', `${CARD}/vote`, { ...how, body: { digest, vote: verdict, comment: 'so be it' } });
    const [first, second] = await Promise.all([vote(ada, 'reject'), vote(bob, 'approve')]);
    const statuses = [first?.status, second?.status].toSorted();
    expect(statuses[0]).toBe(200);
    await stage.run(60_000, executor);
    const rejected = stage.status(A).phase === 'Rejected';
    expect([stage.writes(), (await card(ada)).given[0]?.vote]).toEqual(rejected ? [0, 'reject'] : [1, 'approve']);
  });
});

describe('a forged or foreign answer over HTTP', () => {
  type Forgery = [string, (opened: Opened) => Promise<Response>, number, string];
  const good = async ({ card, http }: Opened): Promise<{ digest: string; vote: string; comment: string }> => ({
    digest: (await card({ cookie: http.session('ada') })).digest,
    vote: 'approve',
    comment: 'yes',
  });
  const post = (opened: Opened, how: Call): Promise<Response> => opened.http.call('POST', `${CARD}/vote`, how);
  const by = async (opened: Opened, name: string, over: object = {}, how: Call = {}): Promise<Response> =>
    post(opened, { cookie: opened.http.session(name), body: { ...(await good(opened)), ...over }, ...how });
  const token = async (opened: Opened, owner: string, scopes: Scope[]): Promise<Response> =>
    post(opened, { token: opened.http.token(owner, scopes), body: await good(opened) });

  const forgeries: Forgery[] = [
    ['of nobody', async (o) => post(o, { body: await good(o) }), 401, 'LoginNeeded'],
    [
      'of a session that never was',
      async (o) => post(o, { cookie: 'x'.repeat(43), body: await good(o) }),
      401,
      'LoginNeeded',
    ],
    ['of a cookie after its logout', afterLogout, 401, 'LoginNeeded'],
    ['of a session that is over', afterHours, 401, 'LoginNeeded'],
    ['of a viewer', (o) => by(o, 'vera'), 403, 'Forbidden'],
    ['of somebody in another group', (o) => by(o, 'eve'), 403, 'notYours'],
    ['of an admin in no group', (o) => by(o, 'root'), 403, 'notYours'],
    ['of who asked', (o) => by(o, 'decision-engine'), 403, 'notYours'],
    ['of a token that may only read', (o) => token(o, 'ada', ['read']), 403, 'Forbidden'],
    ['of a token that may only propose', (o) => token(o, 'ada', ['propose']), 403, 'Forbidden'],
    ["of a viewer's token with every scope", (o) => token(o, 'vera', ['read', 'propose', 'approve']), 403, 'Forbidden'],
    ['from another page', (o) => by(o, 'ada', {}, { origin: 'https://evil.example' }), 403, 'ForeignPage'],
    ['without the csrf header', (o) => by(o, 'ada', {}, { csrf: null }), 403, 'ForeignPage'],
    ['in the name of another, by the body', (o) => by(o, 'eve', { by: 'ada' }), 400, 'BadRequest'],
    ['with groups of its own, by the body', (o) => by(o, 'eve', { groups: ['devops-team'] }), 400, 'BadRequest'],
    ['with other replicas, by the body', (o) => by(o, 'ada', { arguments: { replicas: 16 } }), 400, 'BadRequest'],
    ['with a time of its own', (o) => by(o, 'ada', { at: '2026-01-05T00:00:00Z' }), 400, 'BadRequest'],
    ['for what never was', (o) => by(o, 'ada', { digest: 'f'.repeat(64) }), 409, 'stale'],
    ['for what stood there before it was put there again with 16', afterEdit, 409, 'stale'],
    ['for a request that is not there', missing, 404, 'notFound'],
    ['after the time to decide', late, 409, 'decided'],
  ];
  async function afterLogout(o: Opened): Promise<Response> {
    const cookie = o.http.session('ada');
    await o.http.call('POST', '/api/logout', { cookie, body: {} });
    return post(o, { cookie, body: await good(o) });
  }
  async function afterHours(o: Opened): Promise<Response> {
    const cookie = o.http.session('ada');
    await o.http.clock.advance(30 * 60_000);
    return post(o, { cookie, body: await good(o) });
  }
  async function afterEdit(o: Opened): Promise<Response> {
    const body = await good(o);
    const found = o.stage.world.get(KINDS.ApprovalRequest, 'shop', A);
    if (found === undefined) throw new Error('no request');
    await o.stage.port.records.delete(KINDS.ApprovalRequest, 'shop', A);
    const { name, namespace = '' } = found.metadata;
    const spec = { ...(found.spec as object), arguments: { replicas: 16 } };
    o.stage.world.apply({ ...found, metadata: { name, namespace }, spec, votes: [] });
    return post(o, { cookie: o.http.session('ada'), body });
  }
  async function missing(o: Opened): Promise<Response> {
    const body = await good(o);
    return o.http.call('POST', '/api/approvals/shop/other/vote', { cookie: o.http.session('ada'), body });
  }
  async function late(o: Opened): Promise<Response> {
    const body = await good(o);
    await o.stage.world.advance(31 * 60_000);
    return post(o, { cookie: o.http.session('ada'), body });
  }

  it.each(forgeries)('%s is refused, leaves no vote and moves nothing', async (_, send, status, code) => {
    const opened = await asked();
    expect(await codeOf(await send(opened))).toEqual([status, code]);
    expect(opened.votes()).toEqual([]);
    expect(opened.journal.of('vote')).toEqual([]);
    await opened.stage.run(60_000, opened.executor);
    expect(opened.stage.writes()).toBe(0);
  });

  it('of a high risk wants a comment', async () => {
    const opened = await asked({}, { arguments: { replicas: 14 } });
    expect(await codeOf(await by(opened, 'ada', { comment: '  ' }))).toEqual([422, 'incomplete']);
    expect(opened.votes()).toEqual([]);
    expect((await by(opened, 'ada')).status).toBe(200);
  });

  it('of one person is not two for a quorum', async () => {
    const opened = await asked({ approval: { quorum: 2 } });
    expect((await by(opened, 'ada', { choice: 'once' })).status).toBe(200);
    expect((await by(opened, 'ada', { choice: 'update_blueprint', comment: 'again' })).status).toBe(200);
    await opened.stage.run(30_000, opened.executor);
    expect([opened.stage.status(A).phase, opened.stage.writes()]).toEqual(['AwaitingApproval', 0]);
    expect((await by(opened, 'bob', { choice: 'once' })).status).toBe(200);
    await opened.stage.run(60_000, opened.executor);
    expect(opened.stage.writes()).toBe(1);
  });
});

const holdsOf = (stage: Stage, namespace: string, name: string): readonly object[] => {
  const { holds } = (stage.world.get(KINDS.CircuitBreaker, namespace, name)?.spec ?? {}) as { holds?: object[] };
  return holds ?? [];
};

describe('a hold over HTTP', () => {
  it('works at once without a reason, says who, and is lifted with one', async () => {
    const { stage, http, journal } = await asked();
    const ada = { cookie: http.session('ada') };
    const holds = () => holdsOf(stage, 'shop', 'web');
    const paused = await http.call('POST', '/api/services/shop/web/pause', {
      ...ada,
      body: { action: 'pause', reason: 'vendor at it, token=abcdef123456' },
    });
    expect(paused.status).toBe(200);
    expect(holds()).toMatchObject([
      { kind: 'pause', what: 'all', by: 'ada', reason: 'vendor at it, token=[redacted]' },
    ]);
    const wordless = await http.call('POST', '/api/services/shop/web/resume', {
      ...ada,
      body: { action: 'resume', reason: ' ' },
    });
    expect(wordless.status).toBe(400);
    expect(holds()).toHaveLength(1);
    const body = { action: 'resume', reason: 'it was a drill' };
    expect((await http.call('POST', '/api/services/shop/web/resume', { ...ada, body })).status).toBe(200);
    expect(holds()).toEqual([]);
    expect(journal.of('hold').map(({ data }) => [data['action'], data['scope']])).toEqual([
      ['pause', 'shop/web'],
      ['resume', 'shop/web'],
    ]);
  });

  it.each([
    ['/api/services/shop/nothing/pause', { action: 'pause' }, 404],
    ['/api/namespaces/nowhere/pause', { action: 'pause' }, 404],
    ['/api/fleet/pause', { action: 'hold-breaker' }, 404],
    ['/api/fleet/pause', { action: 'explode' }, 400],
  ])('of what is not there holds nothing: %s %j', async (path, body, status) => {
    const { stage, http } = await asked();
    expect((await http.call('POST', path, { cookie: http.session('ada'), body })).status).toBe(status);
    expect(holdsOf(stage, 'agent-system', 'fleet')).toEqual([]);
  });

  it('goes on when it cannot be recorded; lifting one does not', async () => {
    const { stage, http, journal } = await asked();
    const ada = { cookie: http.session('ada') };
    journal.unwritable = 'disk full';
    const held = await http.call('POST', '/api/fleet/pause', { ...ada, body: { action: 'stop' } });
    expect(held.status).toBe(200);
    const fleet = () => holdsOf(stage, 'agent-system', 'fleet');
    expect(fleet()).toMatchObject([{ kind: 'stop', by: 'ada' }]);
    const lifted = await http.call('POST', '/api/fleet/resume', { ...ada, body: { action: 'resume', reason: 'over' } });
    expect([lifted.status, fleet().length]).toEqual([503, 1]);
  });
});

describe('evaluate and alternatives over HTTP', () => {
  it('says that nothing moved, and what did', async () => {
    const { stage, http } = await asked();
    const ada = { cookie: http.session('ada'), body: {} };
    const still = await http.call('POST', `${CARD}/evaluate`, ada);
    expect(await still.json()).toMatchObject({ text: expect.stringContaining('Nothing moved'), request: { name: A } });
    stage.world.edit(KINDS.Deployment, 'shop', 'web', (draft) => {
      (draft.spec as { replicas: number }).replicas = 5;
    });
    const moved = await http.call('POST', `${CARD}/evaluate`, ada);
    expect(await moved.json()).toMatchObject({ text: expect.stringMatching(/^6 replicas then, 5 replicas now/) });
    expect((await http.call('POST', '/api/approvals/shop/other/evaluate', ada)).status).toBe(404);
  });

  it('asks for another change in the name of who takes it, signed, and rejects the one that waited', async () => {
    const { stage, executor, http, card, votes } = await asked({}, {}, 5);
    const ada = { cookie: http.session('ada') };
    const { alternatives, digest } = await card(ada);
    const possible = alternatives.find(({ possible: is, advice }) => is && !advice);
    expect(possible?.title).toContain('6');
    const none = await http.call('POST', `${CARD}/alternative`, { ...ada, body: { index: 31 } });
    expect(await codeOf(none)).toEqual([422, 'notOffered']);
    const eve = { cookie: http.session('eve'), body: { index: possible?.index } };
    expect(await codeOf(await http.call('POST', `${CARD}/alternative`, eve))).toEqual([403, 'notYours']);
    for (const other of [{ title: 'Scale to 40 replicas' }, { digest: 'f'.repeat(64) }]) {
      const moved = { ...ada, body: { index: possible?.index, ...other } };
      expect(await codeOf(await http.call('POST', `${CARD}/alternative`, moved))).toEqual([409, 'stale']);
    }
    expect(votes()).toEqual([]);
    const body = { index: possible?.index, title: possible?.title, digest };
    const taken = await http.call('POST', `${CARD}/alternative`, { ...ada, body });
    expect(taken.status).toBe(200);
    const made = stage.world.objects.list(KINDS.Decision, 'shop').find(({ metadata }) => metadata.name !== A);
    expect(made?.spec).toMatchObject({ requester: { kind: 'person', name: 'ada' }, proof: { key: PEOPLE.key.id } });
    // Once more, as after an answer that was lost, or with another in mind: the first one is the answer.
    for (const index of [possible?.index, 0]) {
      const again = await http.call('POST', `${CARD}/alternative`, { ...ada, body: { ...body, index } });
      expect(await again.json()).toEqual({ text: `You took one already: decision ${made?.metadata.name}.` });
    }
    await stage.run(60_000, executor);
    expect([stage.status(A).phase, stage.replicas()]).toEqual(['Rejected', 6]);
    expect((await http.call('POST', `${CARD}/alternative`, { ...ada, body })).status).toBe(200);
    expect(stage.world.objects.list(KINDS.Decision, 'shop')).toHaveLength(2);
  });

  it('makes one Decision of an alternative that is taken twice at once', async () => {
    const { stage, http, card } = await asked({}, {}, 5);
    const ada = { cookie: http.session('ada') };
    const { alternatives, digest } = await card(ada);
    const { index, title } = alternatives.find(({ possible, advice }) => possible && !advice) ?? {};
    const take = () => http.call('POST', `${CARD}/alternative`, { ...ada, body: { index, title, digest } });
    expect((await Promise.all([take(), take()])).map(({ status }) => status)).toEqual([200, 200]);
    expect(stage.world.objects.list(KINDS.Decision, 'shop')).toHaveLength(2);
  });

  it('lets no token take one that was not given the right to ask', async () => {
    const { http } = await asked({}, {}, 5);
    const token = http.token('ada', ['read', 'approve']);
    expect(await codeOf(await http.call('POST', `${CARD}/alternative`, { token, body: { index: 0 } }))).toEqual([
      403,
      'Forbidden',
    ]);
  });
});
