import http from 'node:http';
import https from 'node:https';
import { isCertificateError, readAll } from '../../kernel/httpAnswer.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { codeOf } from './access.ts';

export interface Letter {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: http.Agent;
  readonly body: string;
  /** For all of it, to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}

export interface NoAnswer {
  readonly message: string;
  /** Nothing listened, or the connection broke: the next try may find it. A timeout is none: it cost all the time there was. */
  readonly again: boolean;
  /** The server's certificate was not accepted. */
  readonly certificate: boolean;
}

/** One form by POST, redirects not followed: a token goes along. Never rejects. */
export function exchange(letter: Letter, signal: AbortSignal): Promise<Result<Answered, NoAnswer>> {
  return new Promise((resolve) => {
    const { url, headers, agent, body, timeoutMs, maxBytes } = letter;
    const late = AbortSignal.timeout(timeoutMs);
    const failed = (error: unknown): void => {
      const code = codeOf(error) ?? '';
      const words = late.aborted ? `no answer within ${timeoutMs / 1000} s` : wordsOf(error);
      const again = !late.aborted && !signal.aborted && /^(ECONN|EPIPE|EAI_AGAIN)/.test(code);
      resolve(err({ message: words, again, certificate: isCertificateError(code) }));
    };
    const request = (url.startsWith('https:') ? https : http).request(url, {
      method: 'POST',
      agent,
      signal: AbortSignal.any([late, signal]),
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'fairlead',
        ...headers,
      },
    });
    request.on('error', failed);
    request.once('response', (response) => {
      readAll(response, maxBytes).then((text) => {
        if (text !== undefined) return resolve(ok({ status: response.statusCode ?? 0, text }));
        request.destroy();
        resolve(err({ message: `the answer is larger than ${maxBytes} bytes`, again: false, certificate: false }));
      }, failed);
    });
    request.end(body);
  });
}

/** A system's error of several addresses has no message of its own. */
const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message || (codeOf(error) ?? error.name) : String(error);
