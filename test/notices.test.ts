import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type PrivateRedis, privateRedis } from '../src/adapters/bullmq/privateRedis.ts';
import { systemClock } from '../src/adapters/system/systemClock.ts';
import { requestOf } from '../src/approvals/fixtures.ts';
import { composeNotices, type NoticeProcess } from '../src/compose.ts';
import { loadConfig } from '../src/config.ts';
import { KINDS, type KubeObject } from '../src/schema/kube.ts';
import { FakeCluster } from '../src/testing/fakeCluster.ts';
import { PEOPLE } from '../src/testing/people.ts';

/** The queue as an attacker, an accident or an operator leaves it: what people are told, and that nothing else comes of it. */

const hasRedis = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const MINUTE = 60_000;

const until = (holds: () => boolean | Promise<boolean>): Promise<void> =>
  vi.waitFor(
    async () => {
      if (!(await holds())) throw new Error('it never came to that');
    },
    { timeout: 15_000, interval: 20 },
  );

/** Asked just now, to be decided within half an hour. */
function asked(name: string, ageMs = 0): KubeObject {
  const at = Date.now() - ageMs;
  const request = requestOf({
    approvers: ['devops-team', 'leads'],
    decideBy: new Date(at + 30 * MINUTE).toISOString(),
  });
  return {
    ...request,
    metadata: { name, namespace: 'shop', creationTimestamp: new Date(at).toISOString() },
    status: { phase: 'Pending', message: '' },
  };
}

/** Where Slack would be. */
class SlackServer {
  readonly titles: string[] = [];
  answer = 200;
  hangs = false;
  readonly #server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (this.hangs) return;
      if (this.answer === 200) this.titles.push(JSON.parse(Buffer.concat(parts).toString()).text);
      response.writeHead(this.answer).end('ok');
    });
  });
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/services/T/B/x`;
  }
  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe.skipIf(!hasRedis)('notices over a real Redis and a Slack (needs redis-server)', () => {
  let redis: PrivateRedis;
  let cases = 0;
  const ends: (() => Promise<void> | void)[] = [];
  beforeAll(async () => {
    const started = await privateRedis();
    if (!started.ok) throw new Error(started.error);
    redis = started.value;
  }, 30_000);
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  afterAll(() => redis.close());

  async function stage(requests: KubeObject[]) {
    cases += 1;
    const cluster = new FakeCluster();
    for (const request of requests) cluster.put(request);
    const slack = new SlackServer();
    const config = loadConfig({}, { FAIRLEAD_SLACK_WEBHOOK_URL: await slack.open() });
    if (!config.ok) throw new Error(config.error);
    const names = new Set(requests.map(({ metadata }) => metadata.name));
    const trust = { ...PEOPLE.trust, cluster: `case-${cases}` };
    const kept = new Map<string, KubeObject>();
    const look = async (): Promise<void> => {
      for (const name of names) {
        const read = await cluster.get(KINDS.ApprovalRequest, 'shop', name);
        if (read.ok && read.value !== undefined) kept.set(name, read.value);
      }
    };
    await look();
    const observer = {
      approvals: () => [...kept.values()],
      views: () => [],
      fresh: () => Promise.reject(new Error('not asked')),
      history: () => [],
      decisions: () => [],
      onChange: () => undefined,
    };
    let nudges = 0;
    const nudge = (): void => {
      nudges += 1;
    };
    const open = async (): Promise<NoticeProcess> => {
      const notices = await composeNotices(config.value, {
        observer,
        reader: cluster,
        clock: systemClock,
        log: SILENT,
        trust,
        nudge,
        socket: redis.socket,
        sureForMs: 0,
      });
      notices.start();
      ends.push(() => notices.close());
      return notices;
    };
    const raw = new Redis({ path: redis.socket });
    ends.push(
      () => raw.disconnect(),
      () => slack.close(),
    );
    const key = (id: string): string => `{fairlead-case-${cases}}:notices:${id}`;
    const put = async (request: KubeObject): Promise<void> => {
      cluster.put(request);
      names.add(request.metadata.name);
      await look();
    };
    return { cluster, slack, open, raw, key, put, notices: await open(), nudges: () => nudges };
  }

  it('tells Slack what waits, once, also when the gateway restarts and when two run', async () => {
    const { slack, notices, open } = await stage([asked('web-1'), asked('web-2', 16 * MINUTE)]);
    await notices.look();
    await until(() => slack.titles.length === 3);
    const again = await open();
    await Promise.all([again.look(), notices.look()]);
    await until(async () => (await again.state()).counts['completed'] === 3);
    expect(slack.titles.toSorted()).toEqual([
      'Approval needed: shop/web, 10 replicas to 15 replicas',
      'Approval needed: shop/web, 10 replicas to 15 replicas',
      'Nobody has decided yet: shop/web, 10 replicas to 15 replicas',
    ]);
    expect(await again.state()).toMatchObject({ state: 'up', counts: { delayed: 5, failed: 0 } });
  });

  it('fills a wiped queue again and tells nobody twice', async () => {
    const { slack, notices, raw } = await stage([asked('web-1'), asked('web-2')]);
    await notices.look();
    await until(() => slack.titles.length === 2);
    await raw.flushall();
    await notices.look();
    expect((await notices.state()).counts['delayed']).toBe(6);
    await notices.look();
    expect(slack.titles).toHaveLength(2);
  });

  it('makes nothing of jobs that were made up, edited, replayed or promoted by hand', async () => {
    const decided = { ...asked('web-old'), status: { phase: 'Consumed', message: '' } };
    const { cluster, slack, notices, raw, key } = await stage([asked('web-1'), decided]);
    await notices.look();
    await until(() => slack.titles.length === 1);
    const before = JSON.stringify((await cluster.list(KINDS.ApprovalRequest)) as object);
    const { Queue } = await import('bullmq');
    const hand = new Queue('notices', { connection: raw, prefix: key('').split(':')[0] ?? '' });
    ends.unshift(() => hand.close());
    await hand.addBulk([
      { name: 'notify', data: { namespace: 'shop', name: 'web-1' } },
      { name: 'notify', data: { namespace: 'shop', name: 'web-old' } },
      {
        name: 'wake',
        data: { namespace: 'shop', name: 'web-1', vote: 'approve', by: 'mallory', digest: 'f'.repeat(64) },
      },
      { name: 'approve', data: { namespace: 'shop', name: 'web-1' } },
      { name: 'expire', data: { namespace: '../kube-system', name: 'web-1' } },
      { name: 'notify', data: { namespace: 'shop', name: 'never-made' } },
    ]);
    const ids = (await hand.getDelayed()).map(({ id }) => id ?? '');
    for (const id of ids) await (await hand.getJob(id))?.promote();
    expect(ids).toHaveLength(3);
    await until(async () => {
      const { waiting = 1, active = 1, prioritized = 0 } = await hand.getJobCounts('waiting', 'active', 'prioritized');
      return waiting + active + prioritized === 0;
    });
    for (const job of await hand.getCompleted()) if (job.id?.startsWith('notify.')) await job.retry('completed');
    await until(async () => (await hand.getJobCountByTypes('waiting', 'active', 'prioritized')) === 0);
    expect(slack.titles).toHaveLength(1);
    expect(JSON.stringify((await cluster.list(KINDS.ApprovalRequest)) as object)).toBe(before);
    // Promoted before their time, they wait for it again.
    expect((await hand.getDelayed()).map(({ id }) => id ?? '').toSorted()).toEqual(ids.toSorted());
    await notices.look();
    expect((await notices.state()).dead).toEqual([]);
  });

  it('goes on by timers while Redis hangs, and says nothing twice when it is back', async () => {
    const { slack, notices, put } = await stage([asked('web-1')]);
    await notices.look();
    await until(() => slack.titles.length === 1);
    process.kill(redis.pid, 'SIGSTOP');
    try {
      await put(asked('web-2'));
      const looked = await notices.look();
      expect(looked.againAt).toBeDefined();
      await until(() => slack.titles.length === 2);
      expect(await notices.state()).toMatchObject({ state: 'down', text: expect.stringContaining('may be late') });
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    await until(async () => (await notices.look()).againAt === undefined);
    await until(async () => (await notices.state()).counts['completed'] === 2);
    expect(slack.titles).toHaveLength(2);
  });

  it('lets a Slack that is dead hold up neither the page nor what makes somebody act', async () => {
    const { slack, notices, put, nudges, cluster } = await stage(
      Array.from({ length: 60 }, (_, i) => asked(`web-${i}`)),
    );
    slack.hangs = true;
    await notices.look();
    await until(async () => ((await notices.state()).counts['active'] ?? 0) > 0);
    const request = cluster.put(asked('web-voted'));
    await put({ ...request, votes: [PEOPLE.vote(request, 'ada', Date.now())] });
    const from = performance.now();
    await notices.look();
    expect(performance.now() - from).toBeLessThan(4_000);
    await until(() => nudges() > 0);
    expect(slack.titles).toEqual([]);
  });

  it('buries what Slack refuses, and sends it when a person says so', async () => {
    const { slack, notices } = await stage([asked('web-1')]);
    slack.answer = 404;
    await notices.look();
    await until(async () => (await notices.state()).dead.length === 1);
    const { dead } = await notices.state();
    expect(dead[0]).toMatchObject({ job: 'notify', subject: 'shop/web-1', error: 'slack: Http404', attempts: 1 });
    slack.answer = 200;
    expect(await notices.retry(dead[0]?.id ?? '')).toMatchObject({ ok: true });
    await until(() => slack.titles.length === 1);
  });
});
