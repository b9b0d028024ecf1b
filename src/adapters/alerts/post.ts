import type { Sent } from '../../ports/noticeSink.ts';

export interface Letter {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One POST of JSON. Costs at most `timeoutMs`, follows no redirect, and reads no answer beyond its status. Never throws. */
export async function post(url: string, { body, headers }: Letter, timeoutMs: number): Promise<Sent> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      // A notice goes where the operator sent it, and nowhere else.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    // The status is all that counts: an answer without end is cut off here.
    await response.body?.cancel().catch(() => undefined);
    if (response.ok) return { ok: true };
    const { status } = response;
    return { ok: false, code: `Http${status}`, again: status >= 500 || status === 429 || status === 408 };
  } catch (error) {
    return { ok: false, code: codeOf(error), again: true };
  }
}

/** A system code such as ECONNREFUSED, or the error's name. Its message may quote the address. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Unknown';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : error.name;
}
