import type { Handled, NoticeTask } from '../../ports/noticeQueue.ts';
import type { ApprovalNotice, NoticeSink, Sent } from '../../ports/noticeSink.ts';
import { KINDS } from '../../schema/kube.ts';
import type { GatewayDeps } from '../deps.ts';
import { readRequest, standingOf } from '../views/records.ts';
import { dueOf } from './noticeOf.ts';
import { type NamedRoutes, type NoticeRoutes, routesFor } from './routes.ts';
import { Told } from './told.ts';

export interface NoticeDeps extends Pick<GatewayDeps, 'reader' | 'observer' | 'clock' | 'log' | 'trust'> {
  readonly routes: NoticeRoutes;
  /** Start of links to pages, without a slash at its end; absent or undefined: notices carry no link. */
  readonly url?: () => string | undefined;
  /** Somebody answered, or nobody did in time: whoever acts on requests looks now instead of a little later. */
  readonly nudge?: () => void;
}

/** Does what a job reminds us of, by what stands in the request now. */
export class Notices {
  readonly #deps: NoticeDeps;
  readonly #told = new Told();
  readonly #underWay = new Map<string, Promise<Sent>>();
  readonly #unknown = new Set<string>();

  constructor(deps: NoticeDeps) {
    this.#deps = deps;
  }

  /** Names of routes that notices should have gone to and that nobody set up. */
  get unknownRoutes(): readonly string[] {
    return [...this.#unknown];
  }

  handle = async (task: NoticeTask): Promise<Handled> => {
    try {
      return await this.#handle(task);
    } catch (error) {
      this.#deps.log.error(
        { kind: task.kind, approval: `${task.namespace}/${task.name}`, error: String(error) },
        'a notice could not be made',
      );
      return { kind: 'failed', error: 'Unexpected', again: true };
    }
  };

  async #handle({ kind, namespace, name }: NoticeTask): Promise<Handled> {
    const { reader, clock, trust, url, nudge } = this.#deps;
    const read = await reader.get(KINDS.ApprovalRequest, namespace, name);
    if (!read.ok) {
      // What cannot be asked for was never a request's name.
      if (read.error.code === 'invalid') return { kind: 'done' };
      return { kind: 'failed', error: `the request cannot be read: ${read.error.code}`, again: true };
    }
    const request = read.value && readRequest(read.value);
    if (request === undefined) return { kind: 'done' };
    const standing = standingOf(request, { trust, clock });
    const due = dueOf(kind, request, standing, { now: clock.now(), url: url?.() });
    switch (due.kind) {
      case 'nothing':
        return { kind: 'done' };
      case 'early':
        return due;
      case 'look':
        nudge?.();
        return { kind: 'done' };
      case 'say':
        if (kind === 'expire') nudge?.();
        return this.#say(due.notice);
    }
  }

  async #say(notice: ApprovalNotice): Promise<Handled> {
    const { sinks, unknown } = routesFor(notice, this.#namedFor(notice), this.#deps.routes);
    for (const route of unknown) this.#note(route, notice);
    const sent = await Promise.all(sinks.map((sink) => this.#once(sink, notice)));
    const failed = sent.flatMap((one, i) => (one.ok ? [] : [{ ...one, route: sinks[i]?.route ?? '' }]));
    if (failed.length === 0) return { kind: 'done' };
    return {
      kind: 'failed',
      error: failed.map(({ route, code }) => `${route}: ${code}`).join('; '),
      again: failed.some(({ again }) => again),
    };
  }

  /** As the newest pass accepted the blueprint: a version that was refused moves no notice. */
  #namedFor({ namespace, service }: ApprovalNotice): NamedRoutes {
    const view = this.#deps.observer.views().find((one) => one.namespace === namespace && one.name === service);
    return view?.blueprint?.routes ?? {};
  }

  /** Each place is told once, also while another place of the same notice is being tried again. */
  #once(sink: NoticeSink, notice: ApprovalNotice): Promise<Sent> {
    const key = `${sink.route} ${notice.key}`;
    if (this.#told.has(key)) return Promise.resolve({ ok: true });
    const running = this.#underWay.get(key) ?? this.#send(sink, notice, key);
    this.#underWay.set(key, running);
    return running;
  }

  async #send(sink: NoticeSink, notice: ApprovalNotice, key: string): Promise<Sent> {
    try {
      const sent = await sink.send(notice);
      if (sent.ok) this.#told.add(key);
      return sent;
    } finally {
      this.#underWay.delete(key);
    }
  }

  #note(route: string, { namespace, service }: ApprovalNotice): void {
    if (this.#unknown.has(route) || this.#unknown.size >= 100) return;
    this.#unknown.add(route);
    this.#deps.log.warn(
      { sink: route, service: `${namespace}/${service}` },
      'a blueprint names a route that is not set up',
    );
  }
}
