import { isoInstant } from '../../kernel/instant.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  MOST_DEAD,
  NOTICE_BACKOFF_MS,
  NOTICE_TRIES,
  type NoticeHandler,
  type NoticeJob,
  type NoticeQueue,
} from '../../ports/noticeQueue.ts';
import type { QueueState } from '../../schema/api/records.ts';
import { Told } from './told.ts';

/** Handed out at once; the rest waits for one of them. */
const AT_ONCE = 32;
/** More open jobs than any fleet has; beyond it the newest wait outside, and come with a later pass. */
const MOST_JOBS = 20_000;
const CLOSE_WITHIN_MS = 5_000;

interface Entry {
  readonly job: NoticeJob;
  dueAt: number;
  tries: number;
  isActive: boolean;
}

interface Dead {
  readonly job: NoticeJob;
  readonly error: string;
  readonly at: number;
  readonly tries: number;
}

/**
 * The queue of a process without Redis: timers, and a memory that ends with it. Whatever is lost comes back with the next
 * pass over the open requests, so that a restart makes notices late or repeats them, and never more.
 */
export class TimerQueue implements NoticeQueue {
  readonly #clock: Clock;
  readonly #text: string;
  readonly #waiting = new Map<string, Entry>();
  readonly #dead = new Map<string, Dead>();
  readonly #done = new Told();
  readonly #active = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #handler: NoticeHandler | undefined;
  #awake: (() => void) | undefined;
  #finished = 0;

  /** `text`: what its state says, for people. */
  constructor(clock: Clock, text: string) {
    this.#clock = clock;
    this.#text = text;
  }

  start(handler: NoticeHandler): void {
    if (this.#handler !== undefined) return;
    this.#handler = handler;
    void this.#run(handler);
  }

  ensure(jobs: readonly NoticeJob[]): Promise<Result<{ readonly done: readonly string[] }, string>> {
    const done: string[] = [];
    for (const job of jobs) {
      if (this.#done.has(job.id)) done.push(job.id);
      else if (!this.#waiting.has(job.id) && !this.#dead.has(job.id) && this.#waiting.size < MOST_JOBS) {
        this.#waiting.set(job.id, { job, dueAt: job.dueAt, tries: 0, isActive: false });
      }
    }
    this.#awake?.();
    return Promise.resolve(ok({ done }));
  }

  state(): Promise<QueueState> {
    const now = this.#clock.now();
    const waiting = [...this.#waiting.values()].filter(({ isActive }) => !isActive);
    const delayed = waiting.filter(({ dueAt }) => dueAt > now).length;
    return Promise.resolve({
      state: 'off',
      text: this.#text,
      counts: {
        waiting: waiting.length - delayed,
        active: this.#active.size,
        delayed,
        completed: this.#finished,
        failed: this.#dead.size,
      },
      dead: [...this.#dead.values()].map(({ job, error, at, tries }) => ({
        id: job.id,
        job: job.kind,
        subject: `${job.namespace}/${job.name}`,
        error,
        at: isoInstant(at),
        attempts: tries,
      })),
    });
  }

  retry(id: string): Promise<Result<void, string>> {
    const dead = this.#dead.get(id);
    if (dead === undefined)
      return Promise.resolve(err(`no dead job is called ${id.slice(0, 100)}: look at the list again`));
    this.#dead.delete(id);
    this.#waiting.set(id, { job: dead.job, dueAt: this.#clock.now(), tries: 0, isActive: false });
    this.#awake?.();
    return Promise.resolve(ok(undefined));
  }

  /** Forgets what waits: somebody else hands it out now. What was done stays known. */
  clear(): void {
    for (const [id, { isActive }] of this.#waiting) if (!isActive) this.#waiting.delete(id);
    this.#dead.clear();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    const enough = new AbortController();
    const all = Promise.all(this.#active).then(() => enough.abort());
    await Promise.race([all, this.#clock.sleep(CLOSE_WITHIN_MS, enough.signal)]);
  }

  async #run(handler: NoticeHandler): Promise<void> {
    while (!this.#stop.signal.aborted) {
      let next = Number.POSITIVE_INFINITY;
      for (const entry of this.#waiting.values()) {
        if (entry.isActive) continue;
        if (entry.dueAt > this.#clock.now()) next = Math.min(next, entry.dueAt);
        else if (this.#active.size < AT_ONCE) this.#begin(entry, handler);
      }
      await this.#rest(next);
    }
  }

  #begin(entry: Entry, handler: NoticeHandler): void {
    entry.isActive = true;
    const running = this.#hand(entry, handler).finally(() => {
      this.#active.delete(running);
      this.#awake?.();
    });
    this.#active.add(running);
  }

  async #hand(entry: Entry, handler: NoticeHandler): Promise<void> {
    const { job } = entry;
    const { kind, namespace, name } = job;
    const handled = await handler({ kind, namespace, name });
    entry.isActive = false;
    if (handled.kind === 'early') {
      entry.dueAt = handled.at;
      return;
    }
    if (handled.kind === 'failed') {
      entry.tries += 1;
      if (handled.again && entry.tries < NOTICE_TRIES) {
        entry.dueAt = this.#clock.now() + NOTICE_BACKOFF_MS * 2 ** (entry.tries - 1);
        return;
      }
      this.#bury({ job, error: handled.error, at: this.#clock.now(), tries: entry.tries });
    } else {
      this.#done.add(job.id);
      this.#finished += 1;
    }
    this.#waiting.delete(job.id);
  }

  #bury(dead: Dead): void {
    this.#dead.set(dead.job.id, dead);
    const [oldest] = this.#dead;
    if (this.#dead.size > MOST_DEAD && oldest !== undefined) {
      this.#dead.delete(oldest[0]);
      this.#done.add(oldest[0]);
    }
  }

  /** Until that instant, or until something changed. */
  async #rest(until: number): Promise<void> {
    const over = new AbortController();
    const end = (): void => over.abort();
    this.#awake = end;
    this.#stop.signal.addEventListener('abort', end, { once: true });
    const ms = Math.min(Math.max(1, until - this.#clock.now()), 3_600_000);
    await this.#clock.sleep(ms, over.signal);
    this.#stop.signal.removeEventListener('abort', end);
    this.#awake = undefined;
  }
}
