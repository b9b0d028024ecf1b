import http from 'node:http';
import https from 'node:https';
import { parseHttpDate } from '../../../kernel/httpDate.ts';
import { plainLine } from '../../../kernel/plainText.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { ApiError } from '../../../schema/api/common.ts';
import { VERSION } from '../version.ts';

/** Whoever answers later than this is no help at a prompt. */
const TIMEOUT_MS = 20_000;
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_WORDS = 2_000;

export interface GatewayAt {
  /** Scheme, host and port. */
  readonly url: string;
  /** Certificate authority, PEM; else those of the system. */
  readonly ca?: string;
}

/** How a call shows who makes it. */
export type As = { readonly token: string } | { readonly session: string; readonly csrf: string } | undefined;

export interface Failure {
  /** HTTP status; 0: no answer. */
  readonly status: number;
  readonly message: string;
}

export interface Answered {
  readonly body: unknown;
  /** The session that a login opened. */
  readonly session?: string;
  /** The gateway's own time, ms since the epoch, to the second; absent where it says none. */
  readonly servedAt?: number;
}

/** One call of a gateway's API. Errors are the gateway's own sentences, or say why there was no answer. */
export async function callGateway(
  at: GatewayAt,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  { as, body }: { readonly as?: As; readonly body?: object } = {},
): Promise<Result<Answered, Failure>> {
  const url = new URL(path, at.url);
  const secure = url.protocol === 'https:';
  const text = method === 'GET' ? undefined : JSON.stringify(body ?? {});
  const options: https.RequestOptions = {
    method,
    headers: {
      accept: 'application/json',
      'user-agent': `fairlead-cli/${VERSION}`,
      ...headersOf(as, url.origin, secure),
      ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(at.ca !== undefined && { ca: at.ca }),
  };
  try {
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const request = (secure ? https : http).request(url, options, resolve);
      request.on('error', reject);
      request.end(text);
    });
    const answer = await readAll(response);
    const status = response.statusCode ?? 0;
    if (status < 200 || status >= 300) return err({ status, message: wordsOf(status, answer, at.url) });
    const session = sessionIn(response.headers['set-cookie']);
    const servedAt = parseHttpDate(response.headers.date);
    return ok({
      body: answer === '' ? {} : JSON.parse(answer),
      ...(session !== undefined && { session }),
      ...(servedAt !== undefined && { servedAt }),
    });
  } catch (error) {
    return err({ status: 0, message: unreachable(at.url, error) });
  }
}

/** Cookie names of a gateway with and without TLS. */
const cookieOf = (secure: boolean): string => (secure ? '__Host-fairlead' : 'fairlead');

function headersOf(as: As, origin: string, secure: boolean): Record<string, string> {
  if (as === undefined) return {};
  if ('token' in as) return { authorization: `Bearer ${as.token}` };
  return { cookie: `${cookieOf(secure)}=${as.session}`, origin, 'x-fairlead-csrf': as.csrf };
}

const sessionIn = (cookies: readonly string[] = []): string | undefined =>
  cookies.map((cookie) => /^(?:__Host-)?fairlead=([^;]+)/.exec(cookie)?.[1]).find((value) => value !== undefined);

async function readAll(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > MOST_BYTES) throw new Error('the answer is longer than any that a gateway gives');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Each a line of words alone: whoever answers there may be anybody, and this is read on a terminal. */
const told = ({ message, fix }: { readonly message: string; readonly fix?: string | undefined }) => ({
  message: plainLine(message, MOST_WORDS),
  fix: fix === undefined ? undefined : plainLine(fix, MOST_WORDS),
});

function wordsOf(status: number, text: string, url: string): string {
  try {
    const parsed = ApiError.safeParse(JSON.parse(text));
    if (parsed.success) {
      const { message, fix } = told(parsed.data.error);
      return `${message}${status === 401 ? `\n  fix: fairlead login ${url}` : fix === undefined ? '' : `\n  fix: ${fix}`}`;
    }
  } catch {
    // A page of something that stands before the gateway.
  }
  return `${url} answered ${status} without a reason: is that a Fairlead gateway?`;
}

function unreachable(url: string, error: unknown): string {
  const { code, name, message: said } = error as NodeJS.ErrnoException;
  // A certificate's names are whoever answers there's to choose.
  const message = plainLine(said, MOST_WORDS);
  const why =
    name === 'AbortError' || name === 'TimeoutError' ? `no answer in ${TIMEOUT_MS / 1000} s` : message || code;
  const fix = /CERT|SELF_SIGNED|UNABLE_TO/.test(code ?? '')
    ? 'fairlead login --ca names the certificate authority'
    : 'is fairlead serve (or up) running there?';
  return `${url} does not answer: ${why}\n  fix: ${fix}`;
}
