import http from 'node:http';
import https from 'node:https';
import { isCertificateError, readAll } from '../../kernel/httpAnswer.ts';
import { parseHttpDate } from '../../kernel/httpDate.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClusterError } from '../../ports/cluster.ts';
import type { Route } from './access.ts';
import { type CallKind, type Refusal, shorten } from './errors.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path with its query. */
  readonly path: string;
  readonly kind: CallKind;
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface Limits {
  /** For one exchange from the first byte to the last; of a watch until the answer's head. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Without a byte for this long, bookmarks included, the connection of a watch counts as dead. */
  readonly silenceMs: number;
}

/** `certificate`: the server's certificate was not accepted, so that reading the CA again may help. */
export type TransportError = ClusterError & { readonly certificate?: true };

// Failures in which nothing can have reached the server.
const UNREACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** One HTTP exchange with its whole answer as text. Never rejects. */
export async function exchange(
  call: Call,
  route: Route,
  clock: Clock,
  limits: Limits,
): Promise<Result<Refusal, TransportError>> {
  const opened = await open(call, route, clock, limits);
  if (!opened.ok) return opened;
  const { response, request, openedAt } = opened.value;
  const ended = new AbortController();
  const deadline = opened.value.startedAt + limits.timeoutMs;
  void clock.sleep(deadline - clock.now(), ended.signal).then(() => {
    if (!ended.signal.aborted) response.destroy(new Error(timeoutWords(limits)));
  });
  try {
    const text = await readAll(response, limits.maxBytes);
    if (text === undefined) {
      request.destroy();
      return err({
        code: 'invalid',
        message: `the answer is larger than ${limits.maxBytes} bytes`,
        uncertain: call.kind !== 'read',
      });
    }
    const served = servedAt(response, clock.now() - openedAt);
    return ok({ status: response.statusCode ?? 0, text, retryAfterMs: retryAfter(response), ...served });
  } catch (error) {
    return err(failure(error, call, true));
  } finally {
    ended.abort();
  }
}

export interface Opened {
  readonly status: number;
  readonly request: http.ClientRequest;
  readonly response: http.IncomingMessage;
  readonly startedAt: number;
  /** When the head was there. */
  readonly openedAt: number;
  readonly servedAt?: number;
}

/** Sends a request and answers as soon as the head of the response is there. Never rejects. */
export function open(call: Call, route: Route, clock: Clock, limits: Limits): Promise<Result<Opened, TransportError>> {
  return new Promise((resolve) => {
    const startedAt = clock.now();
    const answered = new AbortController();
    const settle = (result: Result<Opened, TransportError>): void => {
      answered.abort();
      resolve(result);
    };
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    let reached = false;
    const secure = route.server.protocol === 'https:';
    const request = (secure ? https : http).request({
      agent: route.agent,
      protocol: route.server.protocol,
      hostname: route.server.hostname.replace(/^\[|\]$/g, ''),
      port: route.server.port,
      path: route.server.pathname.replace(/\/$/, '') + call.path,
      method: call.method,
      headers: {
        accept: 'application/json',
        'user-agent': 'fairlead',
        ...route.headers,
        ...(body === undefined
          ? {}
          : { 'content-type': call.contentType ?? 'application/json', 'content-length': body.length }),
      },
      ...(route.auth === undefined ? {} : { auth: route.auth }),
    });
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', () => (reached = true));
      else reached = true;
    });
    request.on('error', (error) => settle(err(failure(error, call, reached))));
    request.once('response', (response) =>
      settle(
        ok({
          status: response.statusCode ?? 0,
          request,
          response,
          startedAt,
          openedAt: clock.now(),
          ...servedAt(response, 0),
        }),
      ),
    );
    void clock.sleep(limits.timeoutMs, answered.signal).then(() => {
      if (!answered.signal.aborted) request.destroy(new Error(timeoutWords(limits)));
    });
    request.end(body);
  });
}

const timeoutWords = (limits: Limits): string => `no answer within ${limits.timeoutMs / 1000} s`;

function failure(error: unknown, call: Call, reached: boolean): TransportError {
  const { message, code } =
    error instanceof Error
      ? { message: error.message, code: 'code' in error ? String(error.code) : '' }
      : { message: String(error), code: '' };
  const certificate = isCertificateError(code);
  return {
    code: 'unavailable',
    message: shorten(`the API server cannot be reached: ${message || code}`),
    uncertain: call.kind !== 'read' && reached && !certificate && !UNREACHED.has(code),
    ...(certificate ? { certificate: true } : {}),
  };
}

/** A head says when it was made: what the body took since is added. */
function servedAt({ headers }: http.IncomingMessage, sinceMs: number): { readonly servedAt?: number } {
  const at = parseHttpDate(headers.date);
  return at === undefined ? {} : { servedAt: at + sinceMs };
}

/** Seconds, as API servers send it; the date form is left out. */
export function retryAfter(response: http.IncomingMessage): number | undefined {
  const seconds = Number(response.headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) * 1000 : undefined;
}
