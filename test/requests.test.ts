import { afterEach, describe, expect, it } from 'vitest';
import { replay } from '../src/audit/replay.ts';
import { KINDS } from '../src/schema/kube.ts';
import { NEEDS_EIGHT, openRequests, type Requests, scaleTo } from './stages/requestStage.ts';

const opened: Requests[] = [];
afterEach(() => {
  for (const { stage } of opened.splice(0)) stage.close();
});

async function open(...given: Parameters<typeof openRequests>): Promise<Requests> {
  const all = await openRequests(...given);
  opened.push(all);
  return all;
}

const PAUSED = [{ kind: 'pause', what: 'all', by: 'alice', reason: 'load test', at: '2026-01-05T00:00:00Z' }] as const;
const SERVICE = { service: 'shop/web' };
const ASK = '/api/requests';

const codeOf = async (answer: Response): Promise<[number, string, string]> => {
  const body = (await answer.json()) as { error?: { code: string; message: string } };
  return [answer.status, body.error?.code ?? '', body.error?.message ?? ''];
};

describe('a request of a person', () => {
  it('that the gate allows is judged in their name, signed, and carried out by the executor', async () => {
    const { asks, made, stage, run, journal } = await open();
    const answer = await asks('scale', scaleTo(3));
    expect(answer).toMatchObject({ headline: 'allowed, step 2 to 3', again: false, alternatives: [] });
    expect(answer.approval).toBeUndefined();
    const [decision] = made();
    expect(answer.decision).toEqual({ namespace: 'shop', name: decision?.metadata.name });
    expect(decision?.spec).toMatchObject({
      requester: { kind: 'person', name: 'ann' },
      rationale: 'the sale begins',
      origin: { role: 'person', note: 'page' },
      evidence: expect.arrayContaining([expect.stringContaining('cpu')]),
    });
    const call = journal.records.find(({ kind }) => kind === 'call');
    expect(call).toMatchObject({
      subject: answer.decision?.name,
      data: {
        client: { face: 'page' },
        input: { request: { id: answer.decision?.name, requester: { kind: 'person', name: 'ann' } } },
      },
    });
    expect(replay(journal.records)).toEqual({ agreed: 1, disagreements: [] });
    await run(30_000);
    expect([stage.replicas(), stage.writes()]).toEqual([3, 1]);
  });

  it.each([
    ['scale_to_zero, which is not granted', 'scale_to_zero', SERVICE, /^forbidden/],
    ['a rollback, which is not granted', 'rollback', { ...SERVICE, revision: 1 }, /^forbidden/],
    ['other resources, which are not granted', 'adjust_resources', { ...SERVICE, memory_limit: '1Gi' }, /^forbidden/],
    ['an operation that a blueprint forbids', 'delete_deployment', SERVICE, /^forbidden/],
    ['an operation that does not exist', 'drop_tables', { ...SERVICE, table: 'users' }, /^forbidden/],
    ['an absurd number', 'scale', scaleTo(1_000_000), /^(restricted|forbidden)/],
  ])('for %s is refused and on record, as an agent’s is', async (_, tool, args, words) => {
    const { asks, made, stage, run } = await open();
    const answer = await asks(tool, args);
    expect(answer.headline).toMatch(words);
    await run(30_000);
    expect(stage.writes()).toBe(0);
    expect(made().map(({ spec }) => spec)).toMatchObject([{ tool, requester: { kind: 'person', name: 'ann' } }]);
    if (answer.verdict.authority !== 'forbidden') return;
    expect(answer.text).toContain('nothing will come of it');
    expect(stage.status(answer.decision?.name ?? '').phase).toBe('Refused');
  });

  it('keeps what looks like a secret in its reason out of every record', async () => {
    const { asks, made, stage, run, journal } = await open();
    await asks('scale', scaleTo(3), 'ann', 'the sale; password=hunter2hunter2');
    await run(30_000);
    expect(made().map(({ spec }) => spec)).toMatchObject([{ rationale: 'the sale; password=[redacted]' }]);
    const events = stage.world.objects.list(KINDS.Event);
    expect(JSON.stringify(events)).toContain('the sale');
    expect(JSON.stringify([made(), events, journal.records.filter(({ kind }) => kind !== 'call')])).not.toContain(
      'hunter2',
    );
  });

  it('for a service that no blueprint governs is refused, in the journal alone', async () => {
    const { asks, made, journal } = await open();
    const answer = await asks('scale', { service: 'kube-system/coredns', replicas: 3 });
    expect([answer.verdict.authority, answer.decision, made()]).toEqual(['forbidden', undefined, []]);
    expect(journal.records.filter(({ kind }) => kind === 'call')).toHaveLength(1);
  });

  it('that has to wait waits, and is done when it may', async () => {
    const { asks, stage, run } = await open();
    stage.hold(PAUSED);
    await stage.observe(15_000);
    const answer = await asks('scale', scaleTo(3));
    expect(answer.headline).toMatch(/^deferred until it clears/);
    await run(30_000);
    expect([stage.writes(), stage.phase(answer.decision?.name ?? '')]).toEqual([0, 'Deferred']);
    stage.hold([]);
    await run(30_000);
    expect(stage.replicas()).toBe(3);
  });

  it('for what only people may let pass leads to the page where they do; it is never theirs to approve', async () => {
    const { asks, as, http, stage, executor, run } = await open(NEEDS_EIGHT);
    const answer = await asks('scale', scaleTo(8));
    const name = answer.decision?.name ?? '';
    expect(answer.headline).toBe('restricted: needs approval by devops-team');
    expect(answer.approval).toEqual({ namespace: 'shop', name, page: `/#/approvals/shop/${name}` });
    await executor.pass();
    await stage.world.advance(1);
    const path = `/api/approvals/shop/${name}`;
    const { digest } = (await (await http.call('GET', path, as('ben'))).json()) as { digest: string };
    const body = { digest, vote: 'approve', choice: 'once', comment: 'yes', typed: 'web' };
    expect(await codeOf(await http.call('POST', `${path}/vote`, { ...as('ann'), body }))).toEqual([
      403,
      'notYours',
      'nobody approves their own request; rejecting it takes it back',
    ]);
    await run(30_000);
    expect(stage.writes()).toBe(0);
    expect((await http.call('POST', `${path}/vote`, { ...as('ben'), body })).status).toBe(200);
    await run(30_000);
    expect([stage.replicas(), stage.writes()]).toEqual([8, 1]);
  });

  it('is taken back by who asked, with their own no, and may be asked for anew at once', async () => {
    const { asks, as, http, stage, executor, run } = await open(NEEDS_EIGHT);
    const first = (await asks('scale', scaleTo(8))).decision?.name ?? '';
    await executor.pass();
    await stage.world.advance(1);
    const path = `/api/approvals/shop/${first}`;
    const { digest } = (await (await http.call('GET', path, as('ann'))).json()) as { digest: string };
    const body = { digest, vote: 'reject', comment: 'it was a typo' };
    expect((await http.call('POST', `${path}/vote`, { ...as('ann'), body })).status).toBe(200);
    await run(15_000);
    expect(stage.status(first)).toMatchObject({ phase: 'Rejected', reason: 'TakenBack' });
    const anew = await asks('scale', scaleTo(8));
    expect(anew).toMatchObject({ again: false, approval: { name: anew.decision?.name } });
    expect(anew.decision?.name).not.toBe(first);
  });

  it('that others said no to is answered with that no for ten minutes, and nobody is asked', async () => {
    const { asks, as, http, stage, executor, run, made } = await open(NEEDS_EIGHT);
    const first = (await asks('scale', scaleTo(8))).decision?.name ?? '';
    await executor.pass();
    await stage.world.advance(1);
    const path = `/api/approvals/shop/${first}`;
    const { digest } = (await (await http.call('GET', path, as('ben'))).json()) as { digest: string };
    const body = { digest, vote: 'reject', comment: 'no TV spot' };
    expect((await http.call('POST', `${path}/vote`, { ...as('ben'), body })).status).toBe(200);
    await run(15_000);
    const askedAt = Date.parse(made()[0]?.metadata.creationTimestamp ?? '');
    const askAgainAt = new Date(askedAt + 600_000).toISOString();
    const message = 'rejected by ben; their words: "no TV spot"';
    const again = await asks('scale', scaleTo(8), 'ann', 'the spot is tonight');
    expect(again).toMatchObject({ again: true, decision: { name: first }, rejected: { message, askAgainAt } });
    expect(again).not.toHaveProperty('approval');
    expect(again.text).toContain(`${message}. The same may be asked again from ${askAgainAt} on.`);
    await stage.observe(600_000);
    const anew = await asks('scale', scaleTo(8));
    expect(anew).toMatchObject({ again: false, approval: { name: anew.decision?.name } });
  });

  it('by request_approval is the same wish, and nothing where nobody has to be asked', async () => {
    const over = await open(NEEDS_EIGHT);
    const asked = await over.asks('request_approval', { ...SERVICE, action: 'scale', replicas: 8 });
    expect([asked.headline, over.made()[0]?.spec]).toMatchObject([
      'restricted: needs approval by devops-team',
      { tool: 'scale', arguments: { replicas: 8 } },
    ]);
    const free = await open();
    const answer = await free.asks('request_approval', { ...SERVICE, action: 'scale', replicas: 3 });
    expect(answer.text).toContain('Nobody has to approve this: ask for scale itself. Nothing was asked for.');
    expect([answer.decision, free.made()]).toEqual([undefined, []]);
  });

  it('for what somebody else asks people for already leads to theirs, and is merged into it', async () => {
    const { asks, stage, executor } = await open(NEEDS_EIGHT);
    const first = await asks('scale', scaleTo(8), 'ann');
    await executor.pass();
    await stage.world.advance(1);
    const second = await asks('scale', scaleTo(8), 'ben');
    expect([second.again, second.approval]).toEqual([false, first.approval]);
    expect(second.text).toContain('ann asked for the same');
    await executor.pass();
    expect(stage.status(second.decision?.name ?? '')).toMatchObject({ phase: 'Superseded', reason: 'Merged' });
    expect(await asks('scale', scaleTo(8), 'ben')).toMatchObject({ again: true, approval: first.approval });
  });

  it('that cannot be recorded is not made', async () => {
    const { post, made, journal } = await open();
    journal.unwritable = 'no space left';
    const answer = await post(ASK, { tool: 'scale', arguments: scaleTo(3), reason: 'r' });
    expect(await codeOf(answer)).toMatchObject([503, 'unavailable', expect.stringContaining('no space left')]);
    expect(made()).toEqual([]);
  });

  it('about a cluster that cannot be read is judged by nobody', async () => {
    const { post, made, stage } = await open();
    stage.port.failNext({ verb: 'get', kind: 'Deployment', code: 'unavailable', times: 5 });
    const answer = await post(ASK, { tool: 'scale', arguments: scaleTo(3), reason: 'r' });
    expect(await codeOf(answer)).toEqual([503, 'unavailable', expect.stringContaining('nothing is judged')]);
    expect(made()).toEqual([]);
  });
});

describe('the same request once more', () => {
  it('sent twice at once makes one Decision', async () => {
    const { asks, made } = await open();
    const [one, two] = await Promise.all([asks('scale', scaleTo(3)), asks('scale', scaleTo(3))]);
    expect(one.decision).toEqual(two.decision);
    expect([one.again, two.again].sort()).toEqual([false, true]);
    expect(made()).toHaveLength(1);
  });

  it('after an answer that was lost finds the Decision that was made all the same', async () => {
    const { post, asks, stage, made } = await open();
    stage.port.failNext({ verb: 'create', kind: 'Decision', code: 'unavailable', afterApply: true });
    const lost = await post(ASK, { tool: 'scale', arguments: scaleTo(3), reason: 'r' });
    expect(await codeOf(lost)).toEqual([503, 'unavailable', expect.stringContaining('look at the decisions first')]);
    const [decision] = made();
    expect(await asks('scale', scaleTo(3))).toMatchObject({ again: true, decision: { name: decision?.metadata.name } });
    expect(made()).toHaveLength(1);
  });

  it('is answered with the Decision that is open, and says how it stands', async () => {
    const { asks, stage, executor, made } = await open(NEEDS_EIGHT);
    const first = await asks('scale', scaleTo(8));
    await executor.pass();
    await stage.world.advance(60_000);
    const again = await asks('scale', scaleTo(8), 'ann', 'in other words');
    expect(again).toMatchObject({ again: true, decision: first.decision, approval: first.approval });
    expect(again.text).toMatch(/You asked for it at .* already: decision shop\/\S+, AwaitingApproval, needs approval/);
    expect(made()).toHaveLength(1);
  });

  it.each([
    ['of another person', 'ben', 3],
    ['for another number', 'ann', 4],
  ])('%s is another one', async (_, who, replicas) => {
    const { asks, made } = await open();
    await asks('scale', scaleTo(3));
    expect((await asks('scale', scaleTo(replicas), who)).again).toBe(false);
    expect(made()).toHaveLength(2);
  });

  it('that was refused is refused on the same record for ten minutes', async () => {
    const { asks, run, made, stage } = await open();
    const first = await asks('delete_deployment', SERVICE);
    await run(15_000);
    expect(await asks('delete_deployment', SERVICE)).toMatchObject({ again: true, decision: first.decision });
    await stage.observe(600_000);
    expect((await asks('delete_deployment', SERVICE)).again).toBe(false);
    expect(made()).toHaveLength(2);
  });

  it('is a new one where the gate says something else by now', async () => {
    const { asks, run, stage } = await open();
    const first = await asks('restart_pods', SERVICE);
    await run(15_000);
    stage.world.edit(KINDS.Decision, 'shop', first.decision?.name ?? '', (draft) => {
      Object.assign(draft.status as object, { phase: 'Refused' });
    });
    stage.hold(PAUSED);
    await stage.observe(15_000);
    expect(await asks('restart_pods', SERVICE)).toMatchObject({ again: false, headline: /^deferred/ });
  });

  it('that is done already is answered with the Decision that did it, until the world is another', async () => {
    const { asks, run, stage } = await open();
    const first = await asks('scale', scaleTo(3));
    await run(240_000);
    expect(stage.phase(first.decision?.name ?? '')).toBe('Succeeded');
    expect(await asks('scale', scaleTo(3))).toMatchObject({ again: true, decision: first.decision });
    stage.world.scaleByHand('shop/web', 2);
    await stage.observe(15_000);
    expect((await asks('scale', scaleTo(3))).again).toBe(false);
  });

  it('is not found in a Decision that merely names the person', async () => {
    const { asks, stage, made } = await open();
    await asks('scale', scaleTo(4));
    stage.world.apply({
      apiVersion: KINDS.Decision.apiVersion,
      kind: KINDS.Decision.kind,
      metadata: { name: 'web-forged', namespace: 'shop', labels: { 'fairlead.dev/blueprint': 'web' } },
      spec: { ...(made()[0]?.spec as object), arguments: { replicas: 3 } },
    });
    await stage.world.advance(1);
    expect(await asks('scale', scaleTo(3))).toMatchObject({ again: false });
  });
});

describe('what comes in', () => {
  const good = { tool: 'scale', arguments: scaleTo(3), reason: 'r' };

  it.each([
    ['another requester', { ...good, requester: { kind: 'person', name: 'ben' } }, /requester|Unrecognized/],
    ['a proof', { ...good, proof: { at: '', key: '', signature: '' } }, /proof|Unrecognized/],
    ['a name for its Decision', { ...good, id: 'web-x' }, /id|Unrecognized/],
    ['a client of its choice', { ...good, client: { face: 'page' } }, /client|Unrecognized/],
    ['no reason', { tool: 'scale', arguments: scaleTo(3) }, /reason/],
    ['an empty reason', { ...good, reason: ' \n ' }, /say in one sentence why/],
    ['a reason of nothing that shows', { ...good, reason: '\u200b\u200b' }, /reason/],
    ['another reason in the arguments', { ...good, arguments: { ...scaleTo(3), reason: 'x' } }, /two reasons/],
    ['nested arguments', { ...good, arguments: { ...scaleTo(3), target: { namespace: 'x' } } }, /arguments\.target/],
    ['an argument too many', { ...good, arguments: { ...scaleTo(3), force: true } }, /unknown field "force"/],
    [
      'arguments by the dozen',
      { ...good, arguments: Object.fromEntries([...'abcdefghijklmnopq'].map((k) => [k, 1])) },
      /at most 16/,
    ],
    ['a number as text', { ...good, arguments: { ...SERVICE, replicas: '3' } }, /replicas/],
    ['a fraction', { ...good, arguments: { ...SERVICE, replicas: 3.5 } }, /replicas/],
    ['no service', { ...good, arguments: { replicas: 3 } }, /service/],
    ['every service', { ...good, arguments: { service: 'shop/*', replicas: 3 } }, /must be one service/],
    ['an unknown operation on no service', { ...good, tool: 'nuke', arguments: {} }, /service/],
    ['a read', { ...good, tool: 'get_logs', arguments: SERVICE }, /changes nothing/],
    ['no tool', { ...good, tool: '' }, /tool/],
    ['a list', [good], /body|expected/],
  ])('with %s is refused before it is judged', async (_, body, words) => {
    const { post, made, journal } = await open();
    expect(await codeOf(await post(ASK, body))).toMatchObject([400, expect.any(String), expect.stringMatching(words)]);
    expect([made(), journal.records]).toEqual([[], []]);
  });

  it.each([
    ['POST /api/requests', ['read', 'approve'], 403],
    ['POST /api/requests', ['propose'], 200],
    ['POST /api/what-if', ['propose'], 403],
    ['POST /api/what-if', ['read'], 200],
  ] as const)('%s by a token with %j: %i', async (route, scopes, status) => {
    const { http } = await open();
    const token = http.token('ann', scopes);
    const { reason, ...question } = good;
    const [, path = ''] = route.split(' ');
    const body = path === ASK ? { ...question, reason } : question;
    const headers = { 'user-agent': 'my-tool/1.2 (x11)' };
    expect((await http.call('POST', path, { token, body, headers })).status).toBe(status);
  });

  it('of a viewer is a question at most', async () => {
    const { post, as } = await open();
    expect(await codeOf(await post(ASK, good, as('vera')))).toMatchObject([
      403,
      'Forbidden',
      expect.stringMatching(/^you have no right to this: it takes /),
    ]);
    const { reason: _, ...question } = good;
    expect((await post('/api/what-if', question, as('vera'))).status).toBe(200);
  });

  it('of a client is on record by what it calls itself', async () => {
    const { http, journal, made } = await open();
    const token = http.token('ann', ['propose']);
    await http.call('POST', ASK, { token, body: good, headers: { 'user-agent': 'my-tool/1.2 (x11)' } });
    expect(journal.records[0]?.data['client']).toEqual({ face: 'cli', name: 'my-tool', version: '1.2' });
    expect(made()[0]?.spec).toMatchObject({ origin: { note: 'my-tool 1.2 (cli)' } });
  });

  it('without end comes to one at a time and thirty in ten minutes', async () => {
    const { post, as, stage, made } = await open();
    const wish = (replicas: number) => post(ASK, { tool: 'scale', arguments: scaleTo(replicas), reason: 'r' });
    for (let n = 0; n < 30; n += 1) expect((await wish(1000 + n)).status).toBe(200);
    expect(await codeOf(await wish(2000))).toMatchObject([429, 'tooMany', expect.stringContaining('ask again at')]);
    expect(made()).toHaveLength(30);
    expect((await post(ASK, { tool: 'scale', arguments: scaleTo(3), reason: 'r' }, as('ben'))).status).toBe(200);
    await stage.observe(600_000);
    expect((await wish(2000)).status).toBe(200);
  });
});

describe('a question', () => {
  it.each([
    ['scale', scaleTo(3), /^allowed/],
    ['scale', scaleTo(9), /^restricted/],
    ['scale_to_zero', SERVICE, /^forbidden/],
    ['delete_deployment', SERVICE, /^forbidden/],
    ['scale', { service: 'kube-system/coredns', replicas: 3 }, /^forbidden/],
  ])(
    'about %s %j is answered as the request would be, is on record, and asks for nothing',
    async (tool, args, words) => {
      const { post, asks, made, journal, stage } = await open();
      const answer = (await (await post('/api/what-if', { tool, arguments: args })).json()) as {
        headline: string;
        verdict: object;
      };
      expect(answer.headline).toMatch(words);
      expect([made(), stage.writes(), journal.records.length]).toEqual([[], 0, 1]);
      expect((await asks(tool, args)).verdict).toEqual({ ...answer.verdict, at: expect.any(Number) });
    },
  );

  it.each(['request_approval', 'get_logs'])('about %s is none', async (tool) => {
    const { post } = await open();
    const args = { ...SERVICE, action: 'scale', replicas: 9 };
    expect((await post('/api/what-if', { tool, arguments: args })).status).toBe(400);
  });
});
