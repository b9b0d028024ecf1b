import type { Context } from 'hono';
import type { ChangeFeed } from '../../gateway/changes.ts';
import type { Gatekeeper } from '../../gateway/people/gatekeeper.ts';
import type { Identity } from '../../gateway/people/identity.ts';
import type { Clock } from '../../ports/clock.ts';
import { callerOf } from './caller.ts';
import type { Env } from './guard.ts';
import { problem } from './problem.ts';

export const BEAT_MS = 5_000;
/** More than a team has open; bounds what one person, or everybody, can hold of this process. */
const MOST_STREAMS = 256;
const MOST_OF_ONE = 16;
/** A reader who takes nothing for so long makes room for others when there is none. */
const STALLED_MS = 60_000;

interface Stream {
  readonly who: string;
  pulledAt: number;
  readonly end: AbortController;
}

/**
 * Server-sent events: `change` when there is reason to read something again, `beat` every five seconds so that silence
 * means something. Written only as fast as the reader takes them; nothing is kept for it meanwhile. Ends when the
 * session or token does, and when the feed closes.
 */
export class Events {
  readonly #feed: ChangeFeed;
  readonly #clock: Clock;
  readonly #keeper: Gatekeeper;
  readonly #streams = new Set<Stream>();

  constructor(feed: ChangeFeed, clock: Clock, keeper: Gatekeeper) {
    this.#feed = feed;
    this.#clock = clock;
    this.#keeper = keeper;
  }

  get open(): number {
    return this.#streams.size;
  }

  answer(c: Context<Env>): Response {
    const identity = callerOf(c);
    if (!this.#hasRoom(identity.name)) {
      return problem(c, 503, 'TooManyStreams', 'too many pages follow changes already: close some');
    }
    const body = this.#stream(identity, bearerOf(c), c.req.header('last-event-id'));
    return c.body(body, 200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would hold it back for a buffer's worth.
      'x-accel-buffering': 'no',
    });
  }

  #hasRoom(who: string): boolean {
    const now = this.#clock.now();
    for (const stream of this.#streams) if (now - stream.pulledAt > STALLED_MS) stream.end.abort();
    return (
      this.#streams.size < MOST_STREAMS && [...this.#streams].filter((one) => one.who === who).length < MOST_OF_ONE
    );
  }

  #stream(identity: Identity, token: string, lastId: string | undefined): ReadableStream<Uint8Array> {
    const stream: Stream = { who: identity.name, pulledAt: this.#clock.now(), end: new AbortController() };
    this.#streams.add(stream);
    const done = (): void => {
      this.#streams.delete(stream);
      stream.end.abort();
    };
    stream.end.signal.addEventListener('abort', () => this.#streams.delete(stream), { once: true });
    const encoder = new TextEncoder();
    let cursor = lastId;
    let greeted = false;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          stream.pulledAt = this.#clock.now();
          const told = this.#feed.after(cursor);
          if (!greeted || told.changes.length > 0) {
            greeted = true;
            cursor = told.id;
            controller.enqueue(encoder.encode(textOf(told)));
            return;
          }
          cursor = told.id;
          await this.#rest(stream.end.signal);
          stream.pulledAt = this.#clock.now();
          const goesOn = !this.#feed.closed && !stream.end.signal.aborted && (await this.#stillIn(identity, token));
          if (!goesOn) {
            done();
            controller.close();
            return;
          }
          const next = this.#feed.after(cursor);
          cursor = next.id;
          controller.enqueue(encoder.encode(next.changes.length > 0 ? textOf(next) : beat(next.id)));
        },
        cancel: done,
      },
      { highWaterMark: 0 },
    );
  }

  /** Until the next change or beat. */
  async #rest(end: AbortSignal): Promise<void> {
    const over = new AbortController();
    const stop = (): void => over.abort();
    end.addEventListener('abort', stop, { once: true });
    await Promise.race([this.#feed.next(over.signal), this.#clock.sleep(BEAT_MS, over.signal)]);
    end.removeEventListener('abort', stop);
    over.abort();
  }

  /** A page left open is no sign of life: it keeps no session from ending. A store that cannot be read ends nothing. */
  async #stillIn({ by }: Identity, token: string): Promise<boolean> {
    const found =
      by.kind === 'session' ? await this.#keeper.ofSession(by.secret, true) : await this.#keeper.ofToken(token);
    return !found.ok || found.value !== undefined;
  }
}

const bearerOf = (c: Context): string => (c.req.header('authorization') ?? '').replace(/^Bearer /, '');

const beat = (id: string): string => `event: beat\nid: ${id}\ndata: {}\n\n`;

/** The id stands under the last change: a stream cut in between is told them all again, which harms nothing. */
function textOf({ id, changes }: { readonly id: string; readonly changes: readonly object[] }): string {
  if (changes.length === 0) return `retry: 2000\n${beat(id)}`;
  return changes
    .map((change, i) => {
      const mark = i === changes.length - 1 ? `id: ${id}\n` : '';
      return `event: change\n${mark}data: ${JSON.stringify(change)}\n\n`;
    })
    .join('');
}
