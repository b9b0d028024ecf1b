import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import type { GatewayAt } from './gatewayClient.ts';

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** Until the head of an answer is there; a stream may go on for as long as it likes. */
const HEAD_MS = 20_000;

/**
 * `fetch` to one gateway, with its own certificate authority. Another origin is never asked: a token goes along. Redirects
 * are answers like any other.
 */
export function gatewayFetch({ url: own, ca }: GatewayAt): { readonly fetch: Fetch; close(): void } {
  const origin = new URL(own).origin;
  const secure = own.startsWith('https:');
  const agent = secure
    ? new https.Agent({ keepAlive: true, ...(ca !== undefined && { ca }) })
    : new http.Agent({ keepAlive: true });
  const fetch: Fetch = async (url, init = {}) => {
    const to = new URL(url);
    if (to.origin !== origin) throw new Error(`${to.origin} is not ${origin}: nothing is sent there`);
    const { method = 'GET', body, signal } = init;
    const headers = Object.fromEntries(new Headers(init.headers));
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const options = { method, headers, agent, timeout: HEAD_MS, ...(signal && { signal }) };
      let hasHead = false;
      const request = (secure ? https : http).request(to, options, (answer) => {
        hasHead = true;
        resolve(answer);
      });
      request.on('timeout', () => {
        if (!hasHead) request.destroy(new Error(`no answer in ${HEAD_MS / 1000} s`));
      });
      request.on('error', reject);
      request.end(typeof body === 'string' ? body : undefined);
    });
    return toResponse(response);
  };
  return { fetch, close: () => agent.destroy() };
}

/** Statuses that have no body. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304]);

function toResponse(message: http.IncomingMessage): Response {
  const { statusCode: status = 500, headers } = message;
  const kept = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  );
  if (EMPTY.has(status)) {
    message.resume();
    return new Response(null, { status, headers: kept });
  }
  return new Response(Readable.toWeb(message) as ReadableStream<Uint8Array>, { status, headers: kept });
}
