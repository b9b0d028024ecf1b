import type { ApiError } from '../../src/schema/api/common.ts';
import { heardDate } from '../lib/clock.ts';

const TIMEOUT_MS = 15_000;
/** The longest answer is a page of the journal; more than this is not from us. */
const MOST_CHARS = 8_000_000;

/** What went wrong, for a person: `code` is the gateway's, or `Unreachable` when nothing came back that it wrote. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly fix?: string | undefined;
}

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

let csrf: string | undefined;
let onSignedOut: () => void = () => {};

/** Sent back with every change; comes with `GET /api/me`. */
export function rememberCsrf(token: string | undefined): void {
  csrf = token;
}

/** Called when an answer says that nobody is logged in any more. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

/** The shape of an answer is the gateway's promise (its own tests hold it to the same schemas); it is not checked again here. */
export function get<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  return call<T>('GET', path, undefined, signal);
}

export function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Answer<T>> {
  return call<T>(method, path, body ?? {});
}

async function call<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Answer<T>> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(body === undefined || csrf === undefined ? {} : { 'x-fairlead-csrf': csrf }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: 'same-origin',
      redirect: 'error',
      cache: 'no-store',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    heardDate(response.headers.get('date'));
    const text = await response.text();
    if (response.ok) return { ok: true, value: parsed<T>(text) };
    if (response.status === 401 && path !== '/api/login') onSignedOut();
    return { ok: false, problem: problemOf(response.status, text) };
  } catch (error) {
    return { ok: false, problem: unreachable(limit.aborted, error) };
  }
}

function parsed<T>(text: string): T {
  if (text.length > MOST_CHARS) throw new Error('the answer is longer than any the gateway gives');
  return (text === '' ? {} : JSON.parse(text)) as T;
}

function problemOf(status: number, text: string): Problem {
  try {
    const { error } = JSON.parse(text) as ApiError;
    return { status, ...error };
  } catch {
    const message = `the gateway, or what stands before it, answered ${status} without a reason`;
    return { status, code: 'Unreadable', message, fix: 'Try again; look into the gateway’s log if it stays so.' };
  }
}

function unreachable(late: boolean, error: unknown): Problem {
  const why = late ? `no answer in ${TIMEOUT_MS / 1000} s` : error instanceof Error ? error.message : 'no connection';
  return {
    status: 0,
    code: 'Unreachable',
    message: `The gateway does not answer: ${why}.`,
    fix: 'Agents and executor go on by their own rules meanwhile. Try again, or run fairlead doctor.',
  };
}
