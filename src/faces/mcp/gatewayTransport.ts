import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';

export interface GatewayDoor {
  /** Scheme, host and port. */
  readonly url: string;
  readonly token: string;
  readonly fetch: FetchLike;
}

/**
 * The way to a gateway's `/mcp` with a token that is sent to it alone. `ended` is told of each posted message whose answer's
 * stream is over, whether an answer stood in it or not: the SDK tells nobody.
 */
export function gatewayTransport(door: GatewayDoor, ended?: (body: string) => void): StreamableHTTPClientTransport {
  return new StreamableHTTPClientTransport(new URL('/mcp', door.url), {
    requestInit: { headers: { authorization: `Bearer ${door.token}` } },
    fetch: ended === undefined ? door.fetch : watched(door.fetch, ended),
  });
}

const watched =
  (fetch: FetchLike, ended: (body: string) => void): FetchLike =>
  async (url, init) => {
    const response = await fetch(url, init);
    const { body: sent, method } = init ?? {};
    if (method !== 'POST' || typeof sent !== 'string' || response.body === null) return response;
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        ended(sent);
      },
      cancel: (reason) => reader.cancel(reason),
    });
    return new Response(body, { status: response.status, headers: response.headers });
  };
