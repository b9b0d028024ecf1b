import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../ports/clock.ts';
import { keeping, noticeJob, noticeQueueContract } from '../../testing/noticeQueueContract.ts';
import { BullNotices } from './bullNotices.ts';
import { type PrivateRedis, privateRedis } from './privateRedis.ts';

const clock: Clock = { now: () => Date.now(), sleep: () => Promise.reject(new Error('no queue on Redis sleeps')) };
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const hasRedis = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

const until = (holds: () => boolean | Promise<boolean>): Promise<void> =>
  vi.waitFor(
    async () => {
      if (!(await holds())) throw new Error('it never came to that');
    },
    { timeout: 15_000, interval: 20 },
  );

async function started(dir?: string): Promise<PrivateRedis> {
  const redis = await privateRedis(dir === undefined ? {} : { dir });
  if (!redis.ok) throw new Error(redis.error);
  return redis.value;
}

describe.skipIf(!hasRedis)('the queue on a real Redis (needs redis-server)', () => {
  let redis: PrivateRedis;
  let clusters = 0;
  const opened: { close(): Promise<unknown> }[] = [];
  const open = (socket = redis.socket, cluster?: string, at: Clock = clock): BullNotices => {
    clusters += 1;
    const queue = new BullNotices({
      place: { socket },
      clock: at,
      log: SILENT,
      cluster: cluster ?? `c${clusters}`,
      backoffMs: 20,
    });
    opened.push(queue);
    return queue;
  };
  const raw = (socket = redis.socket): Redis => {
    const client = new Redis({ path: socket });
    opened.push({ close: () => Promise.resolve(client.disconnect()) });
    return client;
  };
  beforeAll(async () => {
    redis = await started();
  }, 30_000);
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
  });
  afterAll(() => redis.close());

  noticeQueueContract(() => {
    const queue = open();
    return Promise.resolve({ queue, clock, until, close: () => queue.close() });
  });

  it('is shared: what one gateway did is done for the other, and each job goes to one of them', async () => {
    const [one, other] = [open(redis.socket, 'same'), open(redis.socket, 'same')];
    const { tasks, handler } = keeping();
    one.start(handler);
    other.start(handler);
    const jobs = Array.from({ length: 50 }, (_, i) => noticeJob(`web-${i}`, clock.now()));
    await Promise.all([one.ensure(jobs), other.ensure(jobs)]);
    await until(async () => {
      const put = await other.ensure(jobs);
      return put.ok && put.value.done.length === 50;
    });
    expect(tasks).toHaveLength(50);
  });

  it('keeps nothing of a request but its name', async () => {
    const queue = open(redis.socket, 'names');
    await queue.ensure([noticeJob('web-1', clock.now() + 60_000)]);
    const kept = await raw().hgetall('{fairlead-names}:notices:notify.shop.web-1.uid');
    expect(JSON.parse(kept['data'] ?? '')).toEqual({ namespace: 'shop', name: 'web-1' });
  });

  it('brings at its time what another clock, faster than the machine, says is due', async () => {
    let ahead = 0;
    const queue = open(redis.socket, 'fast', { ...clock, now: () => Date.now() + ahead });
    const { tasks, handler } = keeping();
    queue.start(handler);
    const job = noticeJob('web-1', clock.now() + 1_800_000);
    await queue.ensure([job]);
    expect(tasks).toEqual([]);
    ahead = 1_900_000;
    await queue.ensure([job]);
    await until(() => tasks.length === 1);
  });

  it('does nothing with a job of another shape, and buries none', async () => {
    const queue = open(redis.socket, 'odd');
    const { tasks, handler } = keeping();
    const job = noticeJob('web-1', clock.now() + 500);
    await queue.ensure([job]);
    await raw().hset('{fairlead-odd}:notices:notify.shop.web-1.uid', 'data', '{"namespace":7,"approve":true}');
    queue.start(handler);
    await until(async () => (await queue.state()).counts['completed'] === 1);
    expect(tasks).toEqual([]);
    expect((await queue.state()).dead).toEqual([]);
  });

  it('is whole again after FLUSHALL, with the next look', async () => {
    const queue = open();
    const { tasks, handler } = keeping();
    queue.start(handler);
    const jobs = Array.from({ length: 200 }, (_, i) => noticeJob(`web-${i}`, clock.now() + 60_000));
    await queue.ensure(jobs);
    await raw().flushall();
    expect((await queue.state()).counts['delayed']).toBe(0);
    const now = noticeJob('web-now', clock.now());
    expect(await queue.ensure([...jobs, now])).toMatchObject({ ok: true });
    expect((await queue.state()).counts['delayed']).toBe(200);
    await until(() => tasks.some(({ name }) => name === 'web-now'));
  });
});

describe.skipIf(!hasRedis)('a Redis that goes away (needs redis-server)', () => {
  const open = (socket: string): BullNotices =>
    new BullNotices({ place: { socket }, clock, log: SILENT, cluster: 'away', backoffMs: 20 });

  it('that hangs holds nobody up, and goes on where it was', async () => {
    const redis = await started();
    const queue = open(redis.socket);
    const { tasks, handler } = keeping();
    try {
      queue.start(handler);
      expect(await queue.ensure([noticeJob('before', clock.now())])).toMatchObject({ ok: true });
      await until(() => tasks.length === 1);
      process.kill(redis.pid, 'SIGSTOP');
      const [put, state] = await Promise.all([queue.ensure([noticeJob('after', clock.now())]), queue.state()]);
      expect(put).toMatchObject({ ok: false });
      expect(state).toMatchObject({ state: 'down', text: expect.stringContaining('notices may be late') });
      process.kill(redis.pid, 'SIGCONT');
      await until(async () => (await queue.ensure([noticeJob('after', clock.now())])).ok);
      await until(() => tasks.some(({ name }) => name === 'after'));
    } finally {
      process.kill(redis.pid, 'SIGCONT');
      await queue.close();
      await redis.close();
    }
  });

  it('that is killed and comes back over its file still has what waited, and its jobs are handed out', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'fl-'));
    let redis = await started(dir);
    const queue = open(redis.socket);
    const { tasks, handler } = keeping();
    try {
      queue.start(handler);
      await queue.ensure([noticeJob('done', clock.now()), noticeJob('waits', clock.now() + 3_600_000)]);
      await until(() => tasks.length === 1);
      // The file is written every second.
      const client = new Redis({ path: redis.socket });
      await until(async () => /aof_pending_bio_fsync:0/.test(await client.info('persistence')));
      client.disconnect();
      process.kill(redis.pid, 'SIGKILL');
      await redis.close();
      await until(async () => !(await queue.ensure([])).ok);
      expect((await queue.state()).state).toBe('down');
      expect(await queue.retry('any')).toMatchObject({ ok: false });
      redis = await started(dir);
      await until(async () => (await queue.state()).state === 'up');
      expect((await queue.state()).counts).toMatchObject({ delayed: 1, completed: 1 });
      await queue.ensure([noticeJob('later', clock.now())]);
      await until(() => tasks.some(({ name }) => name === 'later'));
      expect(tasks.map(({ name }) => name)).toEqual(['done', 'later']);
    } finally {
      await queue.close();
      await redis.close();
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('that never was there is said to be away, and closing does not wait for it', async () => {
    const queue = open('/tmp/fairlead-no-such.sock');
    queue.start(keeping().handler);
    expect(await queue.ensure([noticeJob('web-1', clock.now())])).toMatchObject({ ok: false });
    expect(await queue.state()).toMatchObject({ state: 'down', text: expect.stringContaining('ENOENT') });
    await queue.close();
  });
});

describe('a process whose Redis never was there', () => {
  it('ends by itself once the queue is closed', () => {
    const at = (name: string): string => JSON.stringify(path.join(import.meta.dirname, name));
    const script = [
      `const { BullNotices } = await import(${at('bullNotices.ts')});`,
      `const { systemClock } = await import(${at('../system/systemClock.ts')});`,
      'const log = { info() {}, warn() {}, error() {} };',
      "const place = { socket: '/tmp/fairlead-no-such.sock' };",
      "const queue = new BullNotices({ place, clock: systemClock, log, cluster: 'none' });",
      "queue.start(() => Promise.resolve({ kind: 'done' }));",
      'await queue.state();',
      'await queue.close();',
      "console.log('closed');",
    ].join('\n');
    const done = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 18_000,
    });
    expect([done.stdout.trim(), done.status]).toEqual(['closed', 0]);
  });
});

describe.skipIf(!hasRedis)('the private Redis (needs redis-server)', () => {
  it('ends with the process that started it, however that ended, and leaves no folder behind', async () => {
    const script = [
      `const { privateRedis } = await import(${JSON.stringify(path.join(import.meta.dirname, 'privateRedis.ts'))});`,
      'const redis = await privateRedis();',
      'console.log(redis.value.pid, redis.value.socket);',
      "process.kill(process.pid, 'SIGKILL');",
    ].join('\n');
    const done = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(done.signal).toBe('SIGKILL');
    const [pid, socket = ''] = done.stdout.trim().split(' ');
    expect(Number(pid)).toBeGreaterThan(1);
    expect(socket).toMatch(/\/fl-\w+\/r\.sock$/);
    await until(() => !isAlive(Number(pid)) && !existsSync(path.dirname(socket)));
  });

  it('can be reached by its own user alone', async () => {
    const redis = await started();
    const { statSync } = await import('node:fs');
    expect(statSync(redis.socket).mode & 0o777).toBe(0o700);
    expect(statSync(path.dirname(redis.socket)).mode & 0o777).toBe(0o700);
    await redis.close();
    expect(isAlive(redis.pid)).toBe(false);
  });
});

describe('without redis-server', () => {
  it('the private Redis says what to install', async () => {
    expect(await privateRedis({ program: 'no-such-redis-server' })).toMatchObject({
      ok: false,
      error: expect.stringContaining('apt-get install redis-server'),
    });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
