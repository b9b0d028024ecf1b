import { DelegateBackoff, handleWhenResult, retry } from 'cockatiel';
import { err, type Result } from '../../kernel/result.ts';
import type { Ids } from '../../ports/ids.ts';
import { PrometheusAccess, type PrometheusSettings } from './access.ts';
import { type Answer, parseAnswer } from './answer.ts';
import { type Answered, exchange, type NoAnswer } from './exchange.ts';

export interface ClientLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** A pass has 15 s for all its sources, and another source may have to stand in. */
const DEFAULT_LIMITS: ClientLimits = { timeoutMs: 5_000, maxBytes: 64 * 1024 * 1024 };
const RETRY_AFTER_MS = 100;
const MAX_WORDS = 300;
const BUSY: ReadonlySet<number> = new Set([429, 502, 503]);

type Sent = Result<Answered, NoAnswer>;

/**
 * Questions to one Prometheus, or what answers like one. One that was not reached, or is busy, is asked once more; a 401
 * reads the token again at once, a certificate that is not accepted the authority's file. Errors are words, shortened.
 */
export class PrometheusClient {
  readonly #access: PrometheusAccess;
  readonly #ids: Pick<Ids, 'random'>;
  readonly #limits: ClientLimits;

  constructor(
    settings: PrometheusSettings,
    options: { readonly ids: Pick<Ids, 'random'>; readonly limits?: Partial<ClientLimits> },
  ) {
    this.#access = new PrometheusAccess(settings);
    this.#ids = options.ids;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
  }

  /** The newest values; every series has one point, at the time of the question. */
  query(promql: string, signal: AbortSignal): Promise<Result<Answer, string>> {
    return this.#ask('query', { query: promql }, signal);
  }

  /** Values from `from` to `to` (ms), one every `stepMs`. */
  range(
    promql: string,
    { from, to, stepMs }: { readonly from: number; readonly to: number; readonly stepMs: number },
    signal: AbortSignal,
  ): Promise<Result<Answer, string>> {
    const form = { query: promql, start: String(from / 1000), end: String(to / 1000), step: String(stepMs / 1000) };
    return this.#ask('query_range', form, signal);
  }

  async #ask(
    what: 'query' | 'query_range',
    form: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Result<Answer, string>> {
    // Prometheus shall not go on with what nobody waits for.
    const timeout = String(Math.max(1, this.#limits.timeoutMs / 1000 - 0.5));
    const body = new URLSearchParams({ ...form, timeout }).toString();
    const again = retry(handleWhenResult(isWorthAnother), {
      maxAttempts: 1,
      backoff: new DelegateBackoff(() => RETRY_AFTER_MS * (1 + this.#ids.random())),
    });
    const sent = await again.execute(() => this.#authenticated(what, body, signal));
    if (!sent.ok) return err(shortened(sent.error.message));
    const { status, text } = sent.value;
    if (status === 401 || status === 403) {
      return err(`HTTP ${status}: Prometheus does not accept who we are; check FAIRLEAD_PROMETHEUS_TOKEN_FILE`);
    }
    const answer = parseAnswer(status, text);
    return answer.ok ? answer : err(shortened(answer.error));
  }

  async #authenticated(what: string, body: string, signal: AbortSignal): Promise<Sent> {
    const first = await this.#send(what, body, signal);
    if (first.ok ? first.value.status !== 401 : !first.error.certificate) return first;
    if (!first.ok) this.#access.renew();
    return this.#send(what, body, signal);
  }

  async #send(what: string, body: string, signal: AbortSignal): Promise<Sent> {
    try {
      const { headers, agent } = await this.#access.route();
      const url = `${this.#access.url.replace(/\/$/, '')}/api/v1/${what}`;
      return await exchange({ url, headers, agent, body, ...this.#limits }, signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return err({ message, again: false, certificate: false });
    }
  }
}

/** cockatiel's result filter takes anything. */
function isWorthAnother(sent: unknown): boolean {
  const result = sent as Sent;
  return result.ok ? BUSY.has(result.value.status) : result.error.again;
}

/** In one line: somebody else's words. */
const shortened = (words: string): string => words.replaceAll(/\s+/g, ' ').slice(0, MAX_WORDS);
