import type { APIError } from 'openai';
import { z } from 'zod';
import type { ModelError } from '../../ports/model.ts';

const TOO_LONG =
  /exceed_context_size|context_length_exceeded|context (?:size|length|window)|maximum context|too many tokens/i;
const word = z.union([z.string(), z.number()]).nullish().catch(undefined);
const Failed = z.looseObject({
  error: z.union([z.string(), z.looseObject({ message: word, type: word, code: word })]),
  choices: z.undefined().optional(),
});
const LONGEST_WAIT_MS = 3_600_000;

/** What an HTTP error of the endpoint means. `message` and codes are the endpoint's words; the caller redacts them. */
export function httpError(error: APIError, now: number): ModelError {
  const { status } = error;
  const words = [error.code, error.type, error.message].filter((word) => typeof word === 'string').join(' ');
  const message = error.message;
  if (status === 401 || status === 403) return { code: 'unauthorised', message };
  if (status === 413 || ((status === 400 || status === 422) && TOO_LONG.test(words))) {
    return { code: 'contextTooLong', message };
  }
  if (status === 408 || status === 504) return { code: 'timeout', message };
  if (status === 429 || status === 409 || status === 425)
    return withRetry({ code: 'rateLimited', message }, error, now);
  if (status !== undefined && status >= 500) return withRetry({ code: 'unavailable', message }, error, now);
  return { code: 'badRequest', message };
}

/** An error that came as the body of a success, or in the middle of an answer; undefined for what is none. */
export function bodyError(body: unknown): ModelError | undefined {
  const read = Failed.safeParse(body);
  if (!read.success) return undefined;
  const { error } = read.data;
  const words = typeof error === 'string' ? error : [error.type, error.code, error.message].filter(Boolean).join(' ');
  return {
    code: TOO_LONG.test(words) ? 'contextTooLong' : 'malformed',
    message: `an error in place of an answer: ${words}`,
  };
}

function withRetry(error: ModelError, { headers }: APIError, now: number): ModelError {
  const retryAfterMs = retryAfter(headers?.get('retry-after-ms'), headers?.get('retry-after'), now);
  return retryAfterMs === undefined ? error : { ...error, retryAfterMs };
}

/** Milliseconds from either header: a number, or a date. At most an hour, whatever a server says. */
function retryAfter(ms: string | null | undefined, header: string | null | undefined, now: number): number | undefined {
  const exact = Number.parseFloat(ms ?? '');
  const seconds = /^\s*[\d.]+\s*$/.test(header ?? '') ? Number.parseFloat(header ?? '') : Number.NaN;
  const date = Date.parse(header ?? '');
  const wait = [exact, seconds * 1000, date - now].find((value) => Number.isFinite(value));
  return wait === undefined ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(0, Math.round(wait)));
}
