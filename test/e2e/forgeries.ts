import { digestOf } from '../../src/approvals/subject.ts';
import { APPROVED } from '../../src/executor/records/heldDecision.ts';
import { IDLE_MS } from '../../src/gateway/people/gatekeeper.ts';
import type { KubeObject } from '../../src/schema/kube.ts';
import { DecisionStatus } from '../../src/schema/records.ts';
import type { Vote } from '../../src/schema/vote.ts';
import { PEOPLE, testPeople } from '../../src/testing/people.ts';
import type { Service } from './forgeryParts.ts';
import type { ForgeryStage } from './forgeryStage.ts';

const OTHER_GATEWAY = testPeople('test-cluster', 'another gateway');
const OTHER_CLUSTER = testPeople('another-cluster');
const MINUTE = 60_000;

export interface Forgery {
  readonly face: 'HTTP' | 'Redis' | 'kubectl';
  readonly what: string;
  readonly service?: Service;
  /** Over HTTP: resolves to its answer. */
  forge(stage: ForgeryStage): Promise<unknown>;
  /** Over HTTP: what it says. */
  readonly says?: readonly [status: number, code: string];
}

const http = (
  what: string,
  says: readonly [number, string],
  forge: (stage: ForgeryStage) => Promise<Response>,
): Forgery => ({ face: 'HTTP', what, says, forge });
const redis = (what: string, forge: Forgery['forge']): Forgery => ({ face: 'Redis', what, forge });
const kubectl = (what: string, forge: Forgery['forge'], service: Service = 'web'): Forgery => ({
  face: 'kubectl',
  what,
  forge,
  service,
});

/** A yes whose body says more than a page sends. */
const body = (what: string, who: string, over: object): Forgery =>
  http(what, [400, 'BadRequest'], async (stage) =>
    stage.send({ cookie: await stage.session(who), body: await stage.yes(over) }),
  );
/** In the store itself, past whatever an admin's page does besides. */
async function changeBob(stage: ForgeryStage, change: object): Promise<void> {
  await stage.store.update((people) => ({
    ...people,
    users: people.users.map((user) => (user.name === 'bob' ? { ...user, ...change } : user)),
  }));
}
/** A plain yes, by whoever it is. */
const by = (what: string, who: string, says: readonly [number, string]): Forgery =>
  http(what, says, async (stage) => stage.send({ cookie: await stage.session(who), body: await stage.yes() }));
/** Votes put beside the request, made from it as it stands. */
const votes = (
  what: string,
  make: (request: KubeObject, now: number) => readonly unknown[],
  service?: Service,
): Forgery => kubectl(what, (stage) => stage.put(make), service);

/** The request for one less, with the same name and uid. */
const smaller = (request: KubeObject): KubeObject => ({
  ...request,
  spec: { ...(request.spec as object), arguments: { replicas: 6 }, after: '6 replicas' },
});

const OVER_HTTP: readonly Forgery[] = [
  body('the name of another in the body', 'eve', { by: 'ada' }),
  body('groups in the body', 'eve', { groups: ['devops-team'] }),
  body('other replicas in the body', 'ada', { arguments: { replicas: 16 } }),
  body('a quorum in the body', 'ada', { quorum: 1 }),
  body('a signature and a key in the body', 'eve', { key: PEOPLE.key.id, signature: 'c2lnbmVkIGJ5IG1l' }),
  http('nobody', [401, 'LoginNeeded'], async (stage) => stage.send({ body: await stage.yes() })),
  http('a session that never was', [401, 'LoginNeeded'], async (stage) =>
    stage.send({ cookie: 'x'.repeat(43), body: await stage.yes() }),
  ),
  http("another's session, without what only their page knows", [403, 'ForeignPage'], async (stage) =>
    stage.send({ cookie: await stage.session('ada'), csrf: 'guessed', body: await stage.yes() }),
  ),
  http("another's session, from another page", [403, 'ForeignPage'], async (stage) =>
    stage.send({ cookie: await stage.session('ada'), origin: 'https://evil.example', body: await stage.yes() }),
  ),
  http('a cookie that is replayed after its logout', [401, 'LoginNeeded'], async (stage) => {
    const cookie = await stage.session('ada');
    await stage.send({ cookie, body: {}, path: '/api/logout' });
    return stage.send({ cookie, body: await stage.yes() });
  }),
  http('a cookie of a session that is over', [401, 'LoginNeeded'], async (stage) => {
    const cookie = await stage.session('ada');
    await stage.store.update((people) => ({
      ...people,
      sessions: people.sessions.map((one) => ({ ...one, seenAt: one.seenAt - IDLE_MS })),
    }));
    return stage.send({ cookie, body: await stage.yes() });
  }),
  http('a token that may only read', [403, 'Forbidden'], async (stage) =>
    stage.send({ token: await stage.token('ada', 'read', 'propose'), body: await stage.yes() }),
  ),
  http('a token that was revoked', [401, 'LoginNeeded'], async (stage) => {
    const token = await stage.token('ada', 'approve');
    await stage.store.update((people) => ({ ...people, tokens: [] }));
    return stage.send({ token, body: await stage.yes() });
  }),
  http('a person who was disabled, in a session from before', [401, 'LoginNeeded'], async (stage) => {
    const cookie = await stage.session('bob');
    await changeBob(stage, { disabled: true });
    const answer = await stage.send({ cookie, body: await stage.yes() });
    await changeBob(stage, { disabled: false });
    return answer;
  }),
  http('a person who was taken out of the group, in a session from before', [403, 'notYours'], async (stage) => {
    const cookie = await stage.session('bob');
    await changeBob(stage, { groups: ['interns'] });
    const answer = await stage.send({ cookie, body: await stage.yes() });
    await changeBob(stage, { groups: ['devops-team'] });
    return answer;
  }),
  by('a viewer', 'vera', [403, 'Forbidden']),
  by('somebody of another group', 'eve', [403, 'notYours']),
  by('the one who asked', 'ann', [403, 'notYours']),
  http('a digest of another cluster', [409, 'stale'], async (stage) => {
    const digest = digestOf('another-cluster', await stage.object('ApprovalRequest'));
    return stage.send({ cookie: await stage.session('ada'), body: await stage.yes({ digest }) });
  }),
  http('a yes to six, replayed for seven', [409, 'stale'], async (stage) => {
    const digest = digestOf('test-cluster', smaller(await stage.object('ApprovalRequest')));
    return stage.send({ cookie: await stage.session('ada'), body: await stage.yes({ digest }) });
  }),
  {
    ...http('one person twice, where two are needed', [200, ''], async (stage) => {
      const yes = await stage.yes();
      await stage.send({ cookie: await stage.session('ada'), body: yes });
      const again = { ...yes, choice: 'update_blueprint', comment: 'again' };
      return stage.send({ token: await stage.token('ada', 'approve'), body: again });
    }),
    service: 'pair',
  },
];

const IN_REDIS: readonly Forgery[] = [
  redis('a job that carries a perfect vote', async (stage) => {
    const vote = PEOPLE.vote(await stage.object('ApprovalRequest'), 'ada', stage.clock.now());
    const task = { namespace: 'shop', name: stage.name };
    await stage.inQueue((queue) =>
      queue.addBulk([
        { name: 'wake', data: { ...task, vote, votes: [vote], status: { phase: 'Approved' } } },
        { name: 'approve', data: { ...task, vote } },
        { name: 'execute', data: { ...task, decision: stage.name, replicas: 16 } },
        { name: 'raise', data: { ...task, to: 16 } },
      ]),
    );
  }),
  redis('a vote written into the jobs that wait there', async (stage) => {
    const vote = PEOPLE.vote(await stage.object('ApprovalRequest'), 'ada', stage.clock.now());
    await stage.inQueue(async (queue) => {
      const waiting = await queue.getDelayed();
      for (const job of waiting) await job.updateData({ ...(job.data as object), vote, approved: true });
      if (waiting.length === 0) throw new Error('no job waits');
    });
  }),
  redis('jobs that are promoted before their time, and replayed after it', async (stage) => {
    await stage.inQueue(async (queue) => {
      const waiting = await queue.getDelayed();
      for (const job of waiting) await job.promote();
      const over = await queue.getCompleted();
      for (const job of over) await job.retry('completed');
      if (waiting.length === 0 || over.length === 0) throw new Error('no job waits, or none is done');
    });
  }),
];

const WITH_KUBECTL: readonly Forgery[] = [
  votes('a vote whose signature is made up', (request, now) => [
    { ...PEOPLE.vote(request, 'ada', now), signature: 'c2lnbmVkIGJ5IG1l' },
  ]),
  votes('a vote signed by another key, under its own name and under ours', (request, now) => [
    OTHER_GATEWAY.vote(request, 'ada', now),
    { ...OTHER_GATEWAY.vote(request, 'bob', now), key: PEOPLE.key.id },
  ]),
  votes('a no that is turned into a yes', (request, now) => [
    { ...PEOPLE.vote(request, 'ada', now, { vote: 'reject' }), vote: 'approve' },
  ]),
  votes('a vote of the same gateway at another cluster', (request, now) => [OTHER_CLUSTER.vote(request, 'ada', now)]),
  votes('a vote for another request of the same number', (request, now) => [
    PEOPLE.vote({ ...request, metadata: { ...request.metadata, uid: 'uid-of-another' } }, 'ada', now),
  ]),
  votes('an old vote for six, replayed for seven', (request, now) => {
    const vote = PEOPLE.vote(smaller(request), 'ada', now);
    return [vote, { ...vote, id: 'again', digest: digestOf('test-cluster', request) ?? '' }];
  }),
  votes('a vote of another group, and one whose group was written in later', (request, now) => {
    const vote = PEOPLE.vote(request, 'eve', now, { groups: ['interns'] });
    return [vote, { ...vote, id: 'again', groups: ['devops-team'] }];
  }),
  votes('the vote of the one who asked', (request, now) => [PEOPLE.vote(request, 'ann', now)]),
  votes(
    'one person twice, where two are needed',
    (request, now) => [PEOPLE.vote(request, 'ada', now), PEOPLE.vote(request, 'ada', now + 1)],
    'pair',
  ),
  votes('a vote that came too late', (request, now) => [PEOPLE.vote(request, 'ada', now + 31 * MINUTE)]),
  kubectl('a status that says the request is approved', async (stage) => {
    await stage.patch('approvalrequest', { status: { phase: 'Approved', message: 'by ada' } }, '--subresource=status');
  }),
  kubectl('a status that says the Decision is approved', claimApproved),
  kubectl('a request with approvers of their own', (stage) =>
    stage.again({ approvers: ['interns'] }, 'eve', 'interns'),
  ),
  kubectl(
    'a request that needs one, where two are needed',
    (stage) => stage.again({ quorum: 1 }, 'ada', 'devops-team'),
    'pair',
  ),
  kubectl('a request that shows a smaller number than it is for', (stage) =>
    stage.again({ after: '6 replicas' }, 'ada', 'devops-team'),
  ),
  kubectl('a copy of an approved request, for another Decision', async (stage) => {
    const [request, decision] = [await stage.object('ApprovalRequest'), await stage.object('Decision')];
    const votes = [PEOPLE.vote(request, 'ada', stage.clock.now())];
    for (const kind of ['approvalrequest', 'decision']) await stage.delete(kind);
    const name = `${stage.name.slice(0, -1)}x`;
    await stage.create('Decision', name, { spec: decision.spec });
    await stage.create('ApprovalRequest', name, { spec: { ...(request.spec as object), decision: name }, votes });
  }),
  kubectl('a vote for a Decision that was deleted and made again, which says it was approved', async (stage) => {
    const decision = await stage.object('Decision');
    await stage.put((request, now) => [PEOPLE.vote(request, 'ada', now)]);
    await stage.delete('decision');
    await stage.create('Decision', stage.name, { spec: decision.spec });
    await claimApproved(stage);
  }),
];

/** Time goes on in these, and does not come back: they are the last. */
const TOO_LATE: readonly Forgery[] = [
  http('a yes after the time to decide', [409, 'decided'], async (stage) => {
    const yes = await stage.yes();
    stage.clock.skip(31 * MINUTE);
    return stage.send({ cookie: await stage.session('ada'), body: yes });
  }),
  kubectl('a request of their own that may be decided for ever', async (stage) => {
    await stage.again({ decideBy: '2100-01-01T00:00:00.000Z' }, 'ada', 'devops-team');
    stage.clock.skip(40 * MINUTE);
    await stage.put((request, now) => [
      ...((request['votes'] ?? []) as readonly Vote[]),
      PEOPLE.vote(request, 'bob', now),
    ]);
  }),
  kubectl('a vote in time, when the time to carry it out is over', async (stage) => {
    await stage.put((request, now) => [PEOPLE.vote(request, 'ada', now)]);
    stage.clock.skip(11 * MINUTE);
  }),
];

export const FORGERIES: readonly Forgery[] = [...OVER_HTTP, ...IN_REDIS, ...WITH_KUBECTL, ...TOO_LATE];

export async function claimApproved(stage: ForgeryStage): Promise<void> {
  const at = stage.clock.now();
  const { status } = await stage.object('Decision');
  const { history = [], changes = [] } = DecisionStatus.safeParse(status).data ?? {};
  const claimed = {
    phase: 'Pending',
    reason: APPROVED,
    message: 'approved by ada, once',
    approval: stage.name,
    changes,
    history: [...history, { phase: 'Pending', at, reason: APPROVED }],
  };
  await stage.patch('decision', { status: claimed }, '--subresource=status');
}

/** Sets Decision and request back to what they were before the approval was used. */
export async function setBack(stage: ForgeryStage): Promise<void> {
  const history = [{ phase: 'Pending', at: stage.clock.now(), reason: APPROVED }];
  const before = {
    phase: 'Pending',
    reason: APPROVED,
    message: 'approved',
    approval: stage.name,
    changes: [],
    history,
  };
  await stage.patch('decision', { status: before }, '--subresource=status');
  await stage.patch('approvalrequest', { status: { phase: 'Approved', message: 'approved' } }, '--subresource=status');
}
