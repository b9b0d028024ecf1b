import { DelegateBackoff, handleWhenResult, type IRetryBackoffContext, retry } from 'cockatiel';
import { readAll } from '../../kernel/httpAnswer.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { ApiCall, ApiCallListener } from '../../ports/apiCall.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClusterError, ClusterResult } from '../../ports/cluster.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Access, Route } from './access.ts';
import { errorFrom, type Refusal, shorten } from './errors.ts';
import { HealthCounter } from './health.ts';
import { words } from './kubeconfig.ts';
import { type Call, exchange, type Limits, type Opened, open, retryAfter, type TransportError } from './transport.ts';

export interface ClientOptions {
  readonly clock: Clock;
  /** Only for jitter. */
  readonly ids: Pick<Ids, 'random'>;
  readonly limits?: Partial<Limits> | undefined;
  /** Told of every exchange. */
  readonly called?: ApiCallListener | undefined;
}

// Bookmarks come about every minute.
const DEFAULT_LIMITS: Limits = { timeoutMs: 10_000, maxBytes: 64 * 1024 * 1024, silenceMs: 150_000 };
const MAX_RETRIES = 2;
/** Longer than this a read does not wait by itself: its caller comes again anyway. */
const LONGEST_WAIT_MS = 2_000;

/**
 * Calls to one API server. A read that found the server unavailable is tried at most twice more. A write is sent once,
 * save after a 401, which says that nothing was done: then everything is read from disk again at once and it is sent once
 * more; the same for a certificate that was not accepted.
 */
export class ApiClient {
  readonly health: HealthCounter;
  readonly #access: Access;
  readonly #clock: Clock;
  readonly #ids: Pick<Ids, 'random'>;
  readonly #limits: Limits;
  readonly #called: ApiCallListener | undefined;
  /** How far the server's time is ahead of ours, ms. */
  #ahead: number | undefined;

  constructor(access: Access, options: ClientOptions) {
    this.#access = access;
    this.#clock = options.clock;
    this.#ids = options.ids;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#called = options.called;
    this.health = new HealthCounter(options.clock);
  }

  /** The server's time, ms, by the newest answer that said it; undefined: none has yet. */
  serverNow(): number | undefined {
    return this.#ahead === undefined ? undefined : this.#clock.now() + this.#ahead;
  }

  /** `counted: false` is for what an aggregated API answers: its failures are not the API server's. */
  read(path: string, options: { readonly counted?: boolean } = {}): Promise<ClusterResult<unknown>> {
    const policy = retry(handleWhenResult(isRetriable), {
      maxAttempts: MAX_RETRIES,
      backoff: new DelegateBackoff((context: IRetryBackoffContext<unknown>) => this.#delay(context)),
    });
    return policy.execute(() => this.send({ method: 'GET', path, kind: 'read' }, options));
  }

  /** One call, not tried again: the parsed JSON of its answer. */
  async send(call: Call, options: { readonly counted?: boolean } = {}): Promise<ClusterResult<unknown>> {
    const answer = await this.#authenticated<Refusal>(
      'call',
      this.#told(call, (route) => exchange(call, route, this.#clock, this.#limits)),
    );
    const result = answer.ok ? parse(answer.value, call) : answer;
    if (options.counted !== false) this.#count(result);
    return result;
  }

  /** One read whose answer is text of at most `maxBytes`, not tried again and counted for nothing. */
  async text(path: string, maxBytes: number): Promise<ClusterResult<string>> {
    const call: Call = { method: 'GET', path, kind: 'read' };
    const limits = { ...this.#limits, maxBytes };
    const answer = await this.#authenticated<Refusal>(
      'call',
      this.#told(call, (route) => exchange(call, route, this.#clock, limits)),
    );
    if (!answer.ok) return answer;
    const { status, text } = answer.value;
    return status >= 200 && status < 300 ? ok(text) : err(errorFrom(answer.value, 'read'));
  }

  /** Opens a stream (a watch); the caller reads it and destroys its request. */
  async stream(path: string): Promise<ClusterResult<Opened>> {
    const call: Call = { method: 'GET', path, kind: 'read' };
    const opened = await this.#authenticated<Opened>(
      'watch',
      this.#told(call, (route) => open(call, route, this.#clock, this.#limits)),
    );
    const result = opened.ok && opened.value.status !== 200 ? await refused(opened.value) : opened;
    if (result.ok) {
      const { silenceMs } = this.#limits;
      const silent = new Error(`no sign of life for ${silenceMs / 1000} s`);
      const { request, response } = result.value;
      request.setTimeout(silenceMs, () => void response.destroy(silent));
    }
    this.#count(result);
    return result;
  }

  #told<T extends Pick<Refusal, 'status' | 'servedAt'>>(
    { method }: Call,
    send: (route: Route) => Promise<Result<T, TransportError>>,
  ): typeof send {
    const called = this.#called;
    if (called === undefined) return send;
    return async (route) => {
      const began = this.#clock.now();
      const result = await send(route);
      const ms = this.#clock.now() - began;
      called({ method, host: route.server.host, ms, ...(result.ok && answeredBy(result.value)) });
      return result;
    };
  }

  async #authenticated<T extends Pick<Refusal, 'status' | 'servedAt'>>(
    use: 'call' | 'watch',
    exchanged: (route: Route) => Promise<Result<T, TransportError>>,
  ): Promise<ClusterResult<T>> {
    const send = async (route: Route): Promise<Result<T, TransportError>> => {
      const result = await exchanged(route);
      if (result.ok) this.#hear(result.value);
      return result;
    };
    const first = await this.#withRoute(use, send);
    const stale = first.ok ? first.value.status === 401 : first.error.certificate === true;
    if (!stale) return first;
    if (first.ok && isOpened(first.value)) first.value.request.destroy();
    await this.#inTime(this.#access.reload()).catch(() => undefined);
    return this.#withRoute(use, send);
  }

  /** A refusal may be a proxy's, which has a clock of its own. The text of a date leaves half a second out on average. */
  #hear({ status, servedAt }: Pick<Refusal, 'status' | 'servedAt'>): void {
    if (servedAt !== undefined && status >= 200 && status < 300) this.#ahead = servedAt + 500 - this.#clock.now();
  }

  async #withRoute<T>(
    use: 'call' | 'watch',
    send: (route: Route) => Promise<Result<T, TransportError>>,
  ): Promise<Result<T, TransportError>> {
    let route: Route;
    try {
      route = await this.#inTime(this.#access.route(use));
    } catch (error) {
      return err({ code: 'unavailable', message: shorten(`no credentials: ${words(error)}`), uncertain: false });
    }
    return send(route);
  }

  /** A credential plugin is a program of somebody else: it may hang. */
  async #inTime<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController();
    const late = this.#clock.sleep(this.#limits.timeoutMs, done.signal).then(() => {
      throw new Error(`nothing within ${this.#limits.timeoutMs / 1000} s`);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      late.catch(() => undefined);
      done.abort();
    }
  }

  #delay({ attempt, result }: IRetryBackoffContext<unknown>): number {
    const backoff = Math.min(LONGEST_WAIT_MS, 100 * 2 ** attempt) * (0.5 + this.#ids.random() / 2);
    const error = 'value' in result ? errorOf(result.value) : undefined;
    return Math.max(error?.retryAfterMs ?? 0, backoff);
  }

  #count(result: ClusterResult<unknown>): void {
    this.health.count(!result.ok && result.error.code === 'unavailable');
  }
}

function isRetriable(result: unknown): boolean {
  const error = errorOf(result);
  return error?.code === 'unavailable' && (error.retryAfterMs ?? 0) <= LONGEST_WAIT_MS;
}

const errorOf = (result: unknown): ClusterError | undefined => {
  const answer = result as ClusterResult<unknown>;
  return answer.ok ? undefined : answer.error;
};

const isOpened = (value: object): value is Opened => 'request' in value;

async function refused(opened: Opened): Promise<ClusterResult<never>> {
  const { response, request, status } = opened;
  const text = (await readAll(response, 1_000_000).catch(() => undefined)) ?? '';
  request.destroy();
  return err(errorFrom({ status, text, retryAfterMs: retryAfter(response) }, 'read'));
}

function parse(answer: Refusal, call: Call): ClusterResult<unknown> {
  if (answer.status < 200 || answer.status >= 300) return err(errorFrom(answer, call.kind));
  try {
    return ok(JSON.parse(answer.text));
  } catch {
    return err({
      code: 'unavailable',
      message: shorten(`the answer is not JSON, perhaps a proxy's page: ${answer.text}`),
      uncertain: call.kind !== 'read',
    });
  }
}

const answeredBy = ({
  status,
  servedAt,
}: Pick<Refusal, 'status' | 'servedAt'>): Pick<ApiCall, 'status' | 'servedAt'> => ({
  status,
  ...(servedAt !== undefined && { servedAt }),
});
