import { votesOf } from '../../approvals/tally.ts';
import type { Result } from '../../kernel/result.ts';
import type { NoticeJob, NoticeQueue } from '../../ports/noticeQueue.ts';
import type { QueueState } from '../../schema/api/records.ts';
import { readRequest, standingOf } from '../views/records.ts';
import { type NoticeDeps, Notices } from './notices.ts';
import { jobOf, jobsOf, scheduleOf } from './schedule.ts';
import type { TimerQueue } from './timerQueue.ts';
import { Told } from './told.ts';

/** A queue that could not be reached is asked again. */
const AGAIN_MS = 5_000;
/** A queue that holds what it should is looked through so often, in case somebody wiped it. */
const SURE_FOR_MS = 15_000;

export interface DeskParts {
  readonly queue: NoticeQueue;
  /** Goes on while the queue cannot be reached. Absent: the queue needs nobody. */
  readonly spare?: TimerQueue;
  /** For how long a queue is taken to hold what was put in; 15 s unless told. */
  readonly sureForMs?: number;
  /** The state of the queue is another one now. */
  readonly changed?: () => void;
}

/**
 * Keeps the queue as the open requests want it. Level-based: each look puts in what is not there, so that a queue that was
 * wiped, lost or edited is whole again with the next one, and nothing depends on what a job says.
 */
export class NoticeDesk {
  readonly #deps: NoticeDeps;
  readonly #parts: DeskParts;
  readonly #notices: Notices;
  /** Jobs that were done, here or by another process. */
  readonly #done = new Told();
  #problem: string | undefined;
  /** What was last put in, and when. */
  #put: { readonly ids: string; readonly at: number } | undefined;

  constructor(deps: NoticeDeps, parts: DeskParts) {
    this.#deps = deps;
    this.#parts = parts;
    this.#notices = new Notices(deps);
  }

  start(): void {
    this.#parts.queue.start(this.#notices.handle);
    this.#parts.spare?.start(this.#notices.handle);
  }

  /** One look at all requests; never throws. */
  async look(): Promise<{ againAt?: number }> {
    const { queue, spare } = this.#parts;
    const { clock } = this.#deps;
    const jobs = this.#wanted();
    const ids = jobs.map(({ id }) => id).join();
    const { sureForMs = SURE_FOR_MS } = this.#parts;
    if (this.#put?.ids === ids && clock.now() < this.#put.at + sureForMs) return {};
    this.#put = undefined;
    const put = await queue.ensure(jobs);
    if (put.ok) {
      this.#put = { ids, at: clock.now() };
      for (const id of put.value.done) this.#done.add(id);
      spare?.clear();
      this.#say(undefined);
      return {};
    }
    await spare?.ensure(jobs);
    this.#say(put.error);
    return { againAt: clock.now() + AGAIN_MS };
  }

  /** What a page shows. Never throws. */
  async state(): Promise<QueueState> {
    const { queue, spare } = this.#parts;
    const state = await queue.state();
    const { unknownRoutes } = this.#notices;
    const { byName, otherwise } = this.#deps.routes;
    const words = [
      state.text,
      ...(byName.size + otherwise.length === 0 ? ['No route is set up: nobody is told outside this page.'] : []),
      ...(unknownRoutes.length === 0 ? [] : [`Not set up, though a blueprint names it: ${unknownRoutes.join(', ')}.`]),
    ];
    const here = state.state === 'down' ? await spare?.state() : undefined;
    return {
      ...state,
      text: words.join(' '),
      ...(here !== undefined && { counts: here.counts, dead: here.dead }),
    };
  }

  async retry(id: string): Promise<Result<void, string>> {
    const { queue, spare } = this.#parts;
    const retried = await queue.retry(id);
    if (retried.ok || spare === undefined) return retried;
    const here = await spare.retry(id);
    return here.ok ? here : retried;
  }

  async close(): Promise<void> {
    await Promise.all([this.#parts.queue.close(), this.#parts.spare?.close()]);
  }

  /** The jobs of all requests that wait for people, but those that are known to be done. */
  #wanted(): NoticeJob[] {
    const { observer } = this.#deps;
    const jobs: NoticeJob[] = [];
    for (const object of observer.approvals()) {
      const request = readRequest(object);
      if (request === undefined || request.status.phase !== 'Pending') continue;
      const votes = votesOf(object).length;
      if (standingOf(request, this.#deps).phase === 'Pending') jobs.push(...jobsOf(request, votes));
      // Decided, or its time is over, and nobody has looked yet.
      else
        jobs.push(
          jobOf('wake', request, request.createdAt, `.${votes}`),
          jobOf('expire', request, scheduleOf(request).expire),
        );
    }
    return jobs.filter(({ id }) => !this.#done.has(id));
  }

  #say(problem: string | undefined): void {
    if (problem === this.#problem) return;
    if (problem === undefined) this.#deps.log.info({}, 'the queue of notices answers again');
    else this.#deps.log.warn({ error: problem }, 'the queue of notices cannot be reached: timers go on');
    this.#problem = problem;
    this.#parts.changed?.();
  }
}
