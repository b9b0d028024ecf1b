import { describe, expect, it } from 'vitest';
import { requestOf } from '../../approvals/fixtures.ts';
import { err, ok } from '../../kernel/result.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { Handled, NoticeHandler, NoticeJob, NoticeQueue, NoticeTask } from '../../ports/noticeQueue.ts';
import type { ApprovalNotice, NoticeSink, Sent } from '../../ports/noticeSink.ts';
import type { KubeObject } from '../../schema/kube.ts';
import type { ApprovalRequestSpec } from '../../schema/records.ts';
import { calmInput } from '../../testing/gateInput.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { PEOPLE } from '../../testing/people.ts';
import { NoticeDesk } from './noticeDesk.ts';
import { Notices } from './notices.ts';
import type { NoticeRoutes } from './routes.ts';
import { TimerQueue } from './timerQueue.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 5);

/** Asked at the start, to be decided within thirty minutes. */
function asked(name: string, spec: Partial<ApprovalRequestSpec> = {}, phase = 'Pending'): KubeObject {
  const request = requestOf(spec, `uid-${name}`);
  return {
    ...request,
    metadata: { ...request.metadata, name, creationTimestamp: '2026-01-05T00:00:00Z' },
    status: { phase, message: '' },
  };
}

const sinkOf = (route: string, answers: Sent[] = []): NoticeSink & { readonly got: ApprovalNotice[] } => {
  const got: ApprovalNotice[] = [];
  return {
    route,
    got,
    send(notice) {
      got.push(notice);
      return Promise.resolve(answers.shift() ?? { ok: true });
    },
  };
};

interface Setting {
  readonly routes?: Partial<NoticeRoutes>;
  readonly views?: readonly ServiceView[];
}

function stage(requests: KubeObject[], { routes = {}, views = [] }: Setting = {}) {
  const clock = new ManualClock(START);
  const slack = sinkOf('slack');
  const store = new Map(requests.map((one) => [one.metadata.name, one]));
  const flags = { unreadable: false, nudges: 0 };
  const lines: string[] = [];
  const note = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const deps = {
    reader: {
      get: (_kind: unknown, _namespace: unknown, name: string) =>
        Promise.resolve(
          flags.unreadable
            ? err({ code: 'unavailable' as const, message: 'cut', uncertain: false })
            : ok(store.get(name)),
        ),
      list: () => Promise.reject(new Error('notices list nothing')),
      watch: () => {
        throw new Error('notices watch nothing');
      },
      raw: () => Promise.reject(new Error('notices ask for nothing else')),
    },
    observer: {
      approvals: () => [...store.values()],
      views: () => views,
      fresh: () => Promise.reject(new Error('no notice needs the state of a service')),
      history: () => [],
      decisions: () => [],
      onChange: () => undefined,
    },
    clock,
    log: { info: note, warn: note, error: note },
    trust: PEOPLE.trust,
    routes: { byName: new Map(), otherwise: [slack], groups: {}, ...routes },
    url: () => 'https://fairlead.example.com',
    nudge: () => {
      flags.nudges += 1;
    },
  };
  return { clock, slack, store, flags, lines, deps };
}

function deskOf(requests: KubeObject[], setting?: Setting) {
  const set = stage(requests, setting);
  const desk = new NoticeDesk(set.deps, { queue: new TimerQueue(set.clock, 'No Redis.') });
  desk.start();
  const minutes = async (count: number): Promise<void> => {
    for (let minute = 0; minute < count; minute += 1) {
      await desk.look();
      await set.clock.advance(MINUTE);
    }
  };
  return { ...set, desk, minutes };
}

const said = (notices: readonly ApprovalNotice[]) =>
  notices.map(({ kind, request, groups, at }) => [kind, request, groups.join(), Math.floor((at - START) / MINUTE)]);

describe('what people are told about a request', () => {
  it('is told to one group at once, again near the end, and at the end', async () => {
    const { slack, minutes } = deskOf([asked('web-1')]);
    await minutes(40);
    expect(said(slack.got)).toEqual([
      ['notify', 'web-1', 'devops-team', 0],
      ['remind', 'web-1', 'devops-team', 22],
      ['expire', 'web-1', 'devops-team', 30],
    ]);
    expect(slack.got[0]).toMatchObject({
      link: 'https://fairlead.example.com/#/approvals/shop/web-1',
      target: 'Deployment shop/web',
      before: '10 replicas',
      after: '15 replicas',
      risk: 'low',
      yes: 0,
      quorum: 1,
    });
  });

  it('is told to the groups after the first at half of the time', async () => {
    const { slack, minutes } = deskOf([asked('web-1', { approvers: ['devops-team', 'leads', 'sre'] })]);
    await minutes(16);
    expect(said(slack.got)).toEqual([
      ['notify', 'web-1', 'devops-team', 0],
      ['escalate', 'web-1', 'leads,sre', 15],
    ]);
  });

  it.each([
    ['people said yes', (): KubeObject => voted(asked('web-1'))],
    ['the executor took it up', (): KubeObject => asked('web-1', {}, 'Approved')],
    ['it was superseded', (): KubeObject => asked('web-1', {}, 'Superseded')],
    ['it is gone', (): undefined => undefined],
  ])('ends when %s', async (_, then) => {
    const { slack, store, minutes } = deskOf([asked('web-1')]);
    await minutes(5);
    const next = then();
    if (next === undefined) store.delete('web-1');
    else store.set('web-1', next);
    await minutes(40);
    expect(said(slack.got)).toEqual([['notify', 'web-1', 'devops-team', 0]]);
  });

  it('goes on while a vote that counts for nothing stands there', async () => {
    const { slack, store, minutes } = deskOf([asked('web-1')]);
    await minutes(5);
    store.set('web-1', { ...asked('web-1'), votes: [{ by: 'mallory', vote: 'approve' }] });
    await minutes(40);
    expect(said(slack.got).map(([kind]) => kind)).toEqual(['notify', 'remind', 'expire']);
  });

  it('carries what others wrote as one plain line each', async () => {
    const { slack, minutes } = deskOf([asked('web-1', { after: '15\n\u202ereplicas\u0007' })]);
    await minutes(1);
    expect(slack.got[0]?.after).toBe('15 replicas');
  });

  it('is looked at by whoever acts, at a vote and at the end', async () => {
    const { flags, store, minutes } = deskOf([asked('web-1'), asked('web-2')]);
    await minutes(2);
    expect(flags.nudges).toBe(0);
    store.set('web-1', voted(asked('web-1')));
    await minutes(2);
    expect(flags.nudges).toBe(1);
    store.delete('web-1');
    await minutes(40);
    expect(flags.nudges).toBeGreaterThanOrEqual(2);
  });
});

describe('a job, whoever wrote it', () => {
  it.each<[string, NoticeTask, KubeObject, Handled['kind']]>([
    ['for a request that is not there', task('notify', 'made-up'), asked('web-1'), 'done'],
    ['that is early', task('expire', 'web-1'), asked('web-1'), 'early'],
    ['that was promoted', task('remind', 'web-1'), asked('web-1'), 'early'],
    ['that escalates where there is one group', task('escalate', 'web-1'), asked('web-1'), 'done'],
    ['about a decided request', task('notify', 'web-1'), asked('web-1', {}, 'Consumed'), 'done'],
    ['about something that is no request', task('notify', 'web-1'), { ...asked('web-1'), spec: {} }, 'done'],
  ])('%s says nothing', async (_, job, request, kind) => {
    const { deps, slack } = stage([request]);
    expect((await new Notices(deps).handle(job)).kind).toBe(kind);
    expect(slack.got).toEqual([]);
  });

  it('that comes twice, also at once, is told once', async () => {
    const { deps, slack } = stage([asked('web-1')]);
    const notices = new Notices(deps);
    await Promise.all([notices.handle(task('notify', 'web-1')), notices.handle(task('notify', 'web-1'))]);
    await notices.handle(task('notify', 'web-1'));
    expect(slack.got).toHaveLength(1);
  });

  it('waits for a cluster that cannot be read', async () => {
    const { deps, flags, slack } = stage([asked('web-1')]);
    flags.unreadable = true;
    expect(await new Notices(deps).handle(task('notify', 'web-1'))).toMatchObject({ kind: 'failed', again: true });
    expect(slack.got).toEqual([]);
  });
});

describe('places to tell', () => {
  it('are tried again alone: who was told is not told twice', async () => {
    const [good, bad] = [sinkOf('slack:#a'), sinkOf('webhook:b', [{ ok: false, code: 'Http500', again: true }])];
    const { deps } = stage([asked('web-1')], { routes: { otherwise: [good, bad] } });
    const notices = new Notices(deps);
    expect(await notices.handle(task('notify', 'web-1'))).toEqual({
      kind: 'failed',
      error: 'webhook:b: Http500',
      again: true,
    });
    expect(await notices.handle(task('notify', 'web-1'))).toEqual({ kind: 'done' });
    expect([good.got.length, bad.got.length]).toEqual([1, 2]);
  });

  it('that refuse for good leave a dead job, which can be tried anew', async () => {
    const { desk, minutes, slack } = deskOf([asked('web-1')], {
      routes: { otherwise: [sinkOf('slack:#gone', [{ ok: false, code: 'Http404', again: false }])] },
    });
    await minutes(1);
    const { dead } = await desk.state();
    expect(dead).toMatchObject([{ job: 'notify', subject: 'shop/web-1', error: 'slack:#gone: Http404', attempts: 1 }]);
    expect(slack.got).toEqual([]);
    expect(await desk.retry(dead[0]?.id ?? '')).toMatchObject({ ok: true });
    await minutes(1);
    expect((await desk.state()).dead).toEqual([]);
  });

  it('are named by the blueprint in force, and a name that nobody set up is said and stands in for nobody', async () => {
    const routes = { approvals: ['slack:#payments', 'webhook:typo'] };
    const { blueprint } = calmInput();
    if (blueprint === undefined) throw new Error('the calm input has a blueprint');
    const view: ServiceView = {
      namespace: 'shop',
      name: 'web',
      object: asked('web'),
      matches: 1,
      problems: [],
      blueprint: { ...blueprint, routes },
    };
    const payments = sinkOf('slack:#payments');
    const { desk, minutes, slack, lines } = deskOf([asked('web-1')], {
      routes: { byName: new Map([['slack:#payments', payments]]) },
      views: [view],
    });
    await minutes(1);
    expect([payments.got.length, slack.got.length]).toEqual([1, 1]);
    expect((await desk.state()).text).toContain('webhook:typo');
    expect(lines.filter((line) => line.includes('webhook:typo'))).toHaveLength(1);
  });

  it('say so when there are none', async () => {
    const { desk, minutes } = deskOf([asked('web-1')], { routes: { otherwise: [] } });
    await minutes(1);
    expect(await desk.state()).toMatchObject({
      state: 'off',
      text: expect.stringContaining('nobody is told'),
      dead: [],
    });
  });
});

/** A queue elsewhere that can be away, hands out when told to, and forgets. */
class FarQueue implements NoticeQueue {
  away = false;
  readonly jobs = new Map<string, NoticeJob>();
  readonly done = new Set<string>();
  handler: NoticeHandler | undefined;
  start(handler: NoticeHandler): void {
    this.handler = handler;
  }
  ensure(jobs: readonly NoticeJob[]): ReturnType<NoticeQueue['ensure']> {
    if (this.away) return Promise.resolve(err('ECONNREFUSED'));
    for (const job of jobs) if (!this.done.has(job.id)) this.jobs.set(job.id, job);
    return Promise.resolve(ok({ done: jobs.map(({ id }) => id).filter((id) => this.done.has(id)) }));
  }
  async work(now: number): Promise<void> {
    for (const [id, { kind, namespace, name, dueAt }] of this.jobs) {
      if (dueAt > now) continue;
      const handled = await this.handler?.({ kind, namespace, name });
      if (handled?.kind !== 'done') continue;
      this.jobs.delete(id);
      this.done.add(id);
    }
  }
  state(): ReturnType<NoticeQueue['state']> {
    const state = this.away ? 'down' : 'up';
    return Promise.resolve({ state, text: `It is ${state}.`, counts: {}, dead: [] });
  }
  retry(): ReturnType<NoticeQueue['retry']> {
    return Promise.resolve(err('none'));
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('a queue elsewhere', () => {
  function far(requests: KubeObject[]) {
    const set = stage(requests);
    const queue = new FarQueue();
    let changes = 0;
    const changed = (): void => {
      changes += 1;
    };
    const desk = new NoticeDesk(set.deps, { queue, spare: new TimerQueue(set.clock, 'Timers.'), changed });
    desk.start();
    return { ...set, queue, desk, changes: () => changes };
  }

  it('that is away is stood in for by timers, and what they said is not said again', async () => {
    const { queue, desk, slack, clock, changes } = far([asked('web-1')]);
    queue.away = true;
    expect(await desk.look()).toEqual({ againAt: START + 5_000 });
    await clock.advance(23 * MINUTE);
    expect(said(slack.got).map(([kind]) => kind)).toEqual(['notify', 'remind']);
    expect(await desk.state()).toMatchObject({ state: 'down', counts: { delayed: 1, completed: 2 } });
    queue.away = false;
    expect(await desk.look()).toEqual({});
    await queue.work(clock.now());
    expect(slack.got).toHaveLength(2);
    expect(changes()).toBe(2);
    await clock.advance(20 * MINUTE);
    expect(slack.got).toHaveLength(2);
    await queue.work(clock.now());
    expect(said(slack.got).at(-1)?.[0]).toBe('expire');
  });

  it('that was wiped is filled again, and nobody is told again what they were told', async () => {
    const { queue, desk, slack, clock } = far([asked('web-1'), asked('web-2')]);
    await desk.look();
    await queue.work(clock.now());
    expect(slack.got).toHaveLength(2);
    await desk.look();
    queue.jobs.clear();
    queue.done.clear();
    await desk.look();
    expect(queue.jobs.size).toBe(0);
    await clock.advance(15_000);
    await desk.look();
    expect(queue.jobs.size).toBe(6);
    await queue.work(clock.now());
    expect(slack.got).toHaveLength(2);
  });
});

function task(kind: NoticeTask['kind'], name: string): NoticeTask {
  return { kind, namespace: 'shop', name };
}

function voted(request: KubeObject): KubeObject {
  return { ...request, votes: [PEOPLE.vote(request, 'ada', START + MINUTE)] };
}
