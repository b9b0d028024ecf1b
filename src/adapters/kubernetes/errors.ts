import { z } from 'zod';
import type { ClusterError, ClusterErrorCode } from '../../ports/cluster.ts';

/** What the server answered, before it is read as an error. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs?: number | undefined;
  /** The server's own time when the answer was whole, by its head. */
  readonly servedAt?: number;
}

/** What kind of call it was: only a write can leave an uncertain effect, only a JSON Patch has `test` operations. */
export type CallKind = 'read' | 'write' | 'jsonPatch';

const Status = z.object({
  message: z.string().optional(),
  details: z.object({ causes: z.array(z.unknown()).optional() }).nullish(),
});

// A policy and a webhook choose their own status code (422, 403 or any other 4xx); their words are the only common mark.
const ADMISSION =
  /(?:Validating|Mutating)AdmissionPolicy '[^']*' with binding '[^']*' denied request|^admission webhook "[^"]*" denied the request/;

/** Reads an answer of 300 and above, as described at `ClusterErrorCode` (tried on Kubernetes 1.37). */
export function errorFrom(refusal: Refusal, kind: CallKind): ClusterError {
  const { status, text, retryAfterMs } = refusal;
  const { message, causes } = read(text);
  const code = codeOf(status, message, causes, kind);
  const words =
    code === 'preconditionFailed'
      ? 'a precondition of the patch does not hold: the object is no longer as it was observed'
      : message === ''
        ? `the API server answered ${status}`
        : message;
  return {
    code,
    message: shorten(words),
    uncertain: kind !== 'read' && status >= 500,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function codeOf(status: number, message: string, causes: number, kind: CallKind): ClusterErrorCode {
  if (status === 429 || status >= 500) return 'unavailable';
  if (ADMISSION.test(message)) return 'denied';
  switch (status) {
    case 401:
    case 403:
      return 'denied';
    case 404:
      return 'notFound';
    case 409:
      return 'conflict';
    case 410:
      return 'gone';
    case 422:
      return kind === 'jsonPatch' && causes === 0 ? 'preconditionFailed' : 'invalid';
    default:
      return status < 400 ? 'unavailable' : 'invalid';
  }
}

function read(text: string): { message: string; causes: number } {
  try {
    const parsed = Status.safeParse(JSON.parse(text));
    if (parsed.success) return { message: parsed.data.message ?? '', causes: parsed.data.details?.causes?.length ?? 0 };
  } catch {
    // Not JSON: a proxy's page, or the bare `404 page not found` of a path that is not served.
  }
  return { message: text, causes: 0 };
}

/** One line of at most 500 characters, without control characters: it goes to logs, records and terminals. */
export function shorten(text: string): string {
  const line = text
    .slice(0, 2000)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  return line.length <= 500 ? line : `${line.slice(0, 499)}…`;
}
