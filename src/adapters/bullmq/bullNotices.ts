import { DelayedError, Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { isoInstant } from '../../kernel/instant.ts';
import { plainLine } from '../../kernel/plainText.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import {
  MOST_DEAD,
  NOTICE_BACKOFF_MS,
  NOTICE_KINDS,
  NOTICE_TRIES,
  type NoticeHandler,
  type NoticeJob,
  type NoticeQueue,
} from '../../ports/noticeQueue.ts';
import type { QueueState } from '../../schema/api/records.ts';
import { callingRedis, type RedisPlace, waitingRedis } from './redis.ts';

export interface BullOptions {
  readonly place: RedisPlace;
  /** The one by which jobs are due: an embedded cluster's may run faster than the machine's. */
  readonly clock: Clock;
  readonly log: Log;
  /** Queues of two clusters in one Redis do not mix. Of [a-z0-9-]. */
  readonly cluster: string;
  /** Before the second try; doubles. */
  readonly backoffMs?: number;
}

const QUEUE = 'notices';
const AT_ONCE = 32;
/** A call takes milliseconds. Beyond it the server is as good as gone; what it does later does no harm. */
const CALL_MS = 5_000;
const CLOSE_MS = 6_000;
/** Longer than a request can be open, so that what was said about an open one is remembered. */
const KEEP_SECONDS = 8 * 24 * 3_600;
const MOST_KEPT = 100_000;
/** A job is looked at again at least so often: no delay that a Redis score cannot hold. */
const LONGEST_DELAY_MS = 30 * 24 * 3_600_000;
/** Overdue by more than this, a job was put in by another clock than it is due by. */
const OVERDUE_MS = 5_000;
const CHUNK = 500;

/** Whoever reaches Redis can write jobs: one of another shape is done with nothing. */
const Task = z.object({ kind: z.enum(NOTICE_KINDS), namespace: z.string().max(63), name: z.string().max(253) });

/** The queue on Redis, over BullMQ: shared by all gateways of a cluster, and surviving their restarts. */
export class BullNotices implements NoticeQueue {
  readonly #options: BullOptions;
  readonly #prefix: string;
  readonly #calling: Redis;
  readonly #waiting: ReturnType<typeof waitingRedis>;
  #queue: Promise<Queue> | undefined;
  #worker: Worker | undefined;
  #closed = false;
  #problem = 'NotConnected';
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(options: BullOptions) {
    this.#options = options;
    // The braces keep all keys in one slot of a Redis Cluster.
    this.#prefix = `{fairlead-${options.cluster.replaceAll(/[^A-Za-z0-9-]/g, '')}}`;
    this.#calling = callingRedis(options.place);
    this.#waiting = waitingRedis(options.place);
    this.#calling.on('error', (error) => {
      this.#problem = codeOf(error);
      this.#grumble(error);
    });
  }

  /** A worker that never had a connection cannot be closed: it is made when there is one. */
  start(handler: NoticeHandler): void {
    const { redis } = this.#waiting;
    if (redis.status === 'ready') this.#begin(handler);
    else redis.once('ready', () => this.#begin(handler));
  }

  #begin(handler: NoticeHandler): void {
    if (this.#worker !== undefined || this.#closed) return;
    this.#worker = new Worker(QUEUE, (job, token) => this.#work(job, token, handler), {
      connection: this.#waiting.redis,
      prefix: this.#prefix,
      concurrency: AT_ONCE,
      skipVersionCheck: true,
      // A job whose worker died is handed out again, and buried when that happens over and over.
      maxStalledCount: NOTICE_TRIES,
    });
    this.#worker.on('error', (error) => this.#grumble(error));
  }

  ensure(jobs: readonly NoticeJob[]): Promise<Result<{ readonly done: readonly string[] }, string>> {
    return this.#call(async (queue) => {
      const done: string[] = [];
      for (let from = 0; from < jobs.length; from += CHUNK) {
        done.push(...(await this.#ensureSome(queue, jobs.slice(from, from + CHUNK))));
      }
      return ok({ done });
    });
  }

  async state(): Promise<QueueState> {
    const read = await this.#call(async (queue) => {
      const counts = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'completed', 'failed');
      const { prioritized = 0, waiting = 0, ...others } = counts;
      const dead = await queue.getFailed(0, MOST_DEAD - 1);
      return ok({ counts: { waiting: waiting + prioritized, ...others }, dead: dead.flatMap(deadOf) });
    });
    if (read.ok) return { state: 'up', text: 'Redis answers: notices and reminders go out in time.', ...read.value };
    const text = `Redis cannot be reached (${read.error}): notices may be late. Requests are shown and decided as always.`;
    return { state: 'down', text, counts: {}, dead: [] };
  }

  retry(id: string): Promise<Result<void, string>> {
    return this.#call(async (queue) => {
      const job = await Job.fromId(queue, id.slice(0, 600));
      if (job === undefined || !(await job.isFailed())) return err(noSuchDead(id));
      await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      return ok(undefined);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const queue = this.#queue?.then((open) => open.close());
    // Without a connection there is nothing to wait for.
    const isAway = this.#waiting.redis.status !== 'ready';
    await within(CLOSE_MS, Promise.allSettled([this.#worker?.close(isAway), queue])).catch(() => undefined);
    this.#calling.disconnect();
    this.#waiting.disconnect();
  }

  async #ensureSome(queue: Queue, jobs: readonly NoticeJob[]): Promise<string[]> {
    const known = await Promise.all(jobs.map(({ id }) => Job.fromId(queue, id)));
    const missing = jobs.filter((_, i) => known[i] === undefined);
    if (missing.length > 0) await queue.addBulk(missing.map((job) => this.#entry(job)));
    const now = this.#options.clock.now();
    const overdue = known.filter(
      (job, i): job is Job => job !== undefined && (jobs[i]?.dueAt ?? now) <= now && isStillDelayed(job),
    );
    // Another worker may be faster: then it is not delayed any more, which is as well.
    await Promise.allSettled(overdue.map((job) => job.promote()));
    return known.flatMap((job) => (job !== undefined && isDone(job) ? [job.id ?? ''] : []));
  }

  #entry({ id, kind, namespace, name, dueAt }: NoticeJob) {
    const { clock, backoffMs = NOTICE_BACKOFF_MS } = this.#options;
    return {
      name: kind,
      data: { namespace, name },
      opts: {
        jobId: id,
        delay: this.#delayUntil(dueAt, clock.now()),
        // What makes somebody look goes before what somebody reads.
        priority: kind === 'wake' || kind === 'expire' ? 0 : 1,
        attempts: NOTICE_TRIES,
        backoff: { type: 'exponential', delay: backoffMs, jitter: 0.25 },
        removeOnComplete: { age: KEEP_SECONDS, count: MOST_KEPT },
        removeOnFail: { age: KEEP_SECONDS, count: 1_000 },
        stackTraceLimit: 0,
      },
    };
  }

  async #work(job: Job, token: string | undefined, handler: NoticeHandler): Promise<void> {
    const task = Task.safeParse({ ...asRecord(job.data), kind: job.name });
    if (!task.success) return;
    const handled = await handler(task.data);
    if (handled.kind === 'early') {
      const delay = this.#delayUntil(handled.at, this.#options.clock.now());
      await job.moveToDelayed(Date.now() + Math.max(1, delay), token);
      throw new DelayedError();
    }
    if (handled.kind === 'failed') {
      throw handled.again ? new Error(handled.error) : new UnrecoverableError(handled.error);
    }
  }

  #delayUntil(at: number, now: number): number {
    return Math.round(Math.min(Math.max(0, at - now), LONGEST_DELAY_MS));
  }

  /** One call on the queue, within seconds. */
  async #call<T>(work: (queue: Queue) => Promise<Result<T, string>>): Promise<Result<T, string>> {
    if (this.#closed) return err('Closed');
    try {
      return await within(
        CALL_MS,
        this.#connected()
          .then(() => this.#opened())
          .then(work),
      );
    } catch (error) {
      this.#grumble(error);
      return err(this.#calling.status === 'ready' ? codeOf(error) : this.#problem);
    }
  }

  /** Resolves when there is a connection; the first attempt is waited for, later ones are not. */
  #connected(): Promise<void> {
    const redis = this.#calling;
    if (redis.status === 'ready') return Promise.resolve();
    if (redis.status !== 'connecting' && redis.status !== 'connect') return Promise.reject(new Error(this.#problem));
    return new Promise((resolve, reject) => {
      const done = (): void => {
        redis.off('ready', done);
        redis.off('close', done);
        if (redis.status === 'ready') resolve();
        else reject(new Error(this.#problem));
      };
      redis.on('ready', done);
      redis.on('close', done);
    });
  }

  /** Whose first words to the server ended in an error is of no use any more: it is made again. */
  #opened(): Promise<Queue> {
    this.#queue ??= this.#open().catch((error: unknown) => {
      this.#queue = undefined;
      throw error;
    });
    return this.#queue;
  }

  async #open(): Promise<Queue> {
    const queue = new Queue(QUEUE, {
      connection: this.#calling,
      prefix: this.#prefix,
      skipVersionCheck: true,
      streams: { events: { maxLen: 1_000 } },
    });
    queue.on('error', (error) => this.#grumble(error));
    await queue.waitUntilReady();
    return queue;
  }

  /** A server that is away says so many times a second: once a minute is enough for a log. */
  #grumble(error: unknown): void {
    const now = this.#options.clock.now();
    if (this.#closed || now - this.#saidAt < 60_000) return;
    this.#saidAt = now;
    this.#options.log.warn({ error: codeOf(error) }, 'the queue on Redis has a problem');
  }
}

const isDone = ({ finishedOn, failedReason }: Job): boolean => finishedOn !== undefined && failedReason === undefined;

/** It waits by the machine's clock, and was not tried yet: a retry keeps its distance. */
const isStillDelayed = ({ finishedOn, attemptsMade, timestamp, delay }: Job): boolean =>
  finishedOn === undefined && attemptsMade === 0 && timestamp + delay > Date.now() + OVERDUE_MS;

function deadOf(job: Job): QueueState['dead'] {
  const task = Task.safeParse({ ...asRecord(job.data), kind: job.name });
  if (!task.success) return [];
  const { kind, namespace, name } = task.data;
  return [
    {
      id: job.id ?? '',
      job: kind,
      subject: `${namespace}/${name}`,
      error: plainLine(job.failedReason ?? '', 300),
      at: isoInstant(instantOf(job.finishedOn)),
      attempts: job.attemptsMade,
    },
  ];
}

/** A number that anybody may have written there. */
const instantOf = (ms: number | undefined): number =>
  ms !== undefined && ms >= 0 && ms < 253_402_300_800_000 ? Math.floor(ms) : 0;

const asRecord = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

const noSuchDead = (id: string): string => `no dead job is called ${plainLine(id, 100)}: look at the list again`;

/** A system code such as ECONNREFUSED, else the server's or the client's words, which name no address. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : plainLine(error.message, 150);
}

/** The promise, or an error when it takes longer; what it does later goes unheard. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
