import { ExponentialBackoff, handleWhenResult, retry } from 'cockatiel';
import type { AlertNotice, AlertSink } from '../../ports/alertSink.ts';
import type { Log } from '../../ports/log.ts';
import type { Sent } from '../../ports/noticeSink.ts';
import { type Letter, post } from './post.ts';

/** One way out. `prepare` is called for every try, so that what it stamps is fresh. */
export interface Route {
  /** In the log, in place of an address: the address may be a secret. */
  readonly name: string;
  readonly url: string;
  prepare(this: void, notice: AlertNotice): Letter;
}

export interface DeliveryOptions {
  readonly log: Log;
  /** Takes secrets out of what leaves the process. */
  readonly redact: (text: string) => string;
  /** For one try; 5000 unless told. */
  readonly timeoutMs?: number;
  /** Before the second try; doubles. 500 unless told. */
  readonly backoffMs?: number;
}

export const TIMEOUT_MS = 5_000;
const BACKOFF_MS = 500;
const TRIES = 3;
/** Alerts that wait for a sink. Beyond it the newest is dropped and logged: the Event and the journal have it. */
const MOST_WAITING = 64;
/** Keys remembered, so that an alert whose Event could not be written is not sent in every pass. */
const MOST_KEYS = 1_000;

/** cockatiel's result filter takes anything. */
const isWorthAnother = (tried: unknown): boolean => (tried as { readonly again?: boolean }).again === true;

/**
 * Sends notices in the background, one after the other, each at most three times. Nothing waits for it; a sink that is
 * dead, slow, redirects or answers without end costs a bounded time and a line in the log, which never holds its address.
 */
export class Delivery implements AlertSink {
  readonly #route: Route;
  readonly #options: DeliveryOptions;
  readonly #keys = new Set<string>();
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(route: Route, options: DeliveryOptions) {
    this.#route = route;
    this.#options = options;
  }

  raise(notice: AlertNotice): void {
    if (this.#keys.has(notice.key)) return;
    this.#remember(notice.key);
    if (this.#waiting >= MOST_WAITING) {
      this.#failed(notice, 'QueueFull');
      return;
    }
    this.#waiting += 1;
    this.#last = this.#last.then(() => this.#deliver(notice)).finally(() => (this.#waiting -= 1));
  }

  /** Resolves when everything raised so far was delivered or given up. */
  idle(): Promise<void> {
    return this.#last;
  }

  async #deliver(notice: AlertNotice): Promise<void> {
    const { redact, backoffMs = BACKOFF_MS } = this.#options;
    const clean = { ...notice, message: redact(notice.message) };
    const policy = retry(handleWhenResult(isWorthAnother), {
      maxAttempts: TRIES - 1,
      backoff: new ExponentialBackoff({ initialDelay: backoffMs }),
    }).dangerouslyUnref();
    const tried = await policy.execute(() => this.#send(clean));
    if (!tried.ok) this.#failed(notice, tried.code);
  }

  #send(notice: AlertNotice): Promise<Sent> {
    const { prepare, url } = this.#route;
    return post(url, prepare(notice), this.#options.timeoutMs ?? TIMEOUT_MS);
  }

  #remember(key: string): void {
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > MOST_KEYS && oldest !== undefined) this.#keys.delete(oldest);
  }

  #failed({ key, code }: AlertNotice, error: string): void {
    this.#options.log.error({ sink: this.#route.name, object: key, code, error }, 'an alert was not delivered');
  }
}
