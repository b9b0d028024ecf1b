import { afterEach, expect, it } from 'vitest';
import type { Clock } from '../ports/clock.ts';
import { type Handled, NOTICE_TRIES, type NoticeJob, type NoticeQueue, type NoticeTask } from '../ports/noticeQueue.ts';

export interface QueueStage {
  readonly queue: NoticeQueue;
  readonly clock: Clock;
  /** Resolves once that holds; fails when it does not within seconds of the queue's time. */
  until(holds: () => boolean | Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

export const noticeJob = (name: string, dueAt: number, kind: NoticeJob['kind'] = 'notify'): NoticeJob => ({
  id: `${kind}.shop.${name}.uid`,
  kind,
  namespace: 'shop',
  name,
  dueAt,
});

/** A handler that keeps what came, and answers the nth call for a name with `answers[n]`, the last one for ever. */
export function keeping(...answers: Handled[]) {
  const tasks: NoticeTask[] = [];
  const handler = (task: NoticeTask): Promise<Handled> => {
    const before = tasks.filter(({ name }) => name === task.name).length;
    tasks.push(task);
    return Promise.resolve(answers[Math.min(before, answers.length - 1)] ?? { kind: 'done' });
  };
  return { tasks, handler };
}

const failing = (again: boolean): Handled => ({ kind: 'failed', error: 'slack:#ops: Http500', again });

/** What every queue of notices does. */
export function noticeQueueContract(open: () => Promise<QueueStage>): void {
  const stages: QueueStage[] = [];
  const stage = async (): Promise<QueueStage> => {
    const opened = await open();
    stages.push(opened);
    return opened;
  };
  afterEach(async () => {
    await Promise.all(stages.splice(0).map((each) => each.close()));
  });

  it('hands out what is due, and only what request it is about', async () => {
    const { queue, clock, until } = await stage();
    const { tasks, handler } = keeping();
    queue.start(handler);
    expect(await queue.ensure([noticeJob('web-1', clock.now())])).toMatchObject({ ok: true });
    await until(() => tasks.length > 0);
    expect(tasks).toEqual([{ kind: 'notify', namespace: 'shop', name: 'web-1' }]);
  });

  it('waits until a job is due, and hands out others meanwhile', async () => {
    const { queue, clock, until } = await stage();
    const seen: [string, number][] = [];
    const dueAt = clock.now() + 700;
    queue.start(({ name }) => {
      seen.push([name, clock.now()]);
      return Promise.resolve({ kind: 'done' });
    });
    await queue.ensure([noticeJob('later', dueAt), noticeJob('now', clock.now())]);
    await until(() => seen.length === 2);
    expect(seen.map(([name]) => name)).toEqual(['now', 'later']);
    // A timer may fire within the millisecond before.
    expect(seen[1]?.[1]).toBeGreaterThanOrEqual(dueAt - 2);
  });

  it('does a job once however often it is put in, and says so', async () => {
    const { queue, clock, until } = await stage();
    const { tasks, handler } = keeping();
    queue.start(handler);
    const job = noticeJob('web-1', clock.now());
    await queue.ensure([job, job]);
    await queue.ensure([job]);
    await until(async () => {
      const put = await queue.ensure([job]);
      return put.ok && put.value.done.includes(job.id);
    });
    expect(tasks).toHaveLength(1);
  });

  it('tries a failed job again', async () => {
    const { queue, clock, until } = await stage();
    const { tasks, handler } = keeping(failing(true), failing(true), { kind: 'done' });
    queue.start(handler);
    await queue.ensure([noticeJob('web-1', clock.now())]);
    await until(async () => tasks.length === 3 && (await queue.state()).counts['completed'] === 1);
    expect((await queue.state()).dead).toEqual([]);
  });

  it.each([
    ['after its last try', true, NOTICE_TRIES],
    ['at once when the same again cannot help', false, 1],
  ])('buries a job that fails, %s, and tries it anew when told to', async (_, again, tries) => {
    const { queue, clock, until } = await stage();
    const answers = [...Array<Handled>(tries).fill(failing(again)), { kind: 'done' } as const];
    const { tasks, handler } = keeping(...answers);
    queue.start(handler);
    const job = noticeJob('web-1', clock.now());
    await queue.ensure([job]);
    await until(async () => (await queue.state()).dead.length === 1);
    expect(tasks).toHaveLength(tries);
    expect((await queue.state()).dead[0]).toMatchObject({
      id: job.id,
      job: 'notify',
      subject: 'shop/web-1',
      error: 'slack:#ops: Http500',
      attempts: tries,
    });
    await queue.ensure([job]);
    expect(await queue.retry('notify.shop.other.uid')).toMatchObject({ ok: false });
    expect(tasks).toHaveLength(tries);
    expect(await queue.retry(job.id)).toEqual({ ok: true, value: undefined });
    await until(async () => (await queue.state()).counts['completed'] === 1);
    expect(tasks).toHaveLength(tries + 1);
    expect((await queue.state()).dead).toEqual([]);
    expect(await queue.retry(job.id)).toMatchObject({ ok: false });
  });

  it('brings a job again at the time that its handler names, and counts that as no failure', async () => {
    const { queue, clock, until } = await stage();
    const seen: number[] = [];
    const at = clock.now() + 600;
    queue.start(() => {
      seen.push(clock.now());
      return Promise.resolve(clock.now() < at - 2 ? { kind: 'early', at } : { kind: 'done' });
    });
    await queue.ensure([noticeJob('web-1', clock.now())]);
    await until(async () => (await queue.state()).counts['completed'] === 1);
    expect(seen.length).toBeLessThanOrEqual(3);
    expect(seen.at(-1)).toBeGreaterThanOrEqual(at - 2);
  });

  it('lets one that hangs hold up none of the others, and hands out nothing once closed', async () => {
    const opened = await stage();
    const { queue, clock, until } = opened;
    const seen: string[] = [];
    let release: (() => void) | undefined;
    queue.start(({ name }) => {
      seen.push(name);
      if (name !== 'hangs') return Promise.resolve({ kind: 'done' });
      return new Promise((resolve) => {
        release = () => resolve({ kind: 'done' });
      });
    });
    const jobs = ['hangs', ...Array.from({ length: 40 }, (_, i) => `web-${i}`)].map((name) =>
      noticeJob(name, clock.now()),
    );
    await queue.ensure(jobs);
    await until(() => seen.length === 41);
    release?.();
    await opened.close();
    await queue.ensure([noticeJob('after', clock.now())]);
    expect(seen).not.toContain('after');
  });
}
