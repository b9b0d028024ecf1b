import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';

export interface Tls {
  readonly cert: string;
  readonly key: string;
}

export interface Listening {
  readonly port: number;
  /** Ends idle connections at once and the others within two seconds. Streams are the app's to end before. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly tls?: Tls;
  readonly clock: Clock;
  /** 10 s unless told. */
  readonly handshakeMs?: number;
}

type Answer = (request: Request, env: object) => Response | Promise<Response>;

const GRACE_MS = 2_000;
const LOOK_AGAIN_MS = 25;
/** A whole request, its body included. */
const REQUEST_MS = 30_000;
const HEADERS_MS = 10_000;
/** Until both sides know how they speak; before that nobody has asked for anything. */
const HANDSHAKE_MS = 10_000;
const MOST_HEADERS = 16 * 1024;
const MOST_CONNECTIONS = 2_000;

/** Listens, then asks `answerFor` for the app of the port that it became. The error is a sentence for a person. */
export async function listen(
  { host, port, tls, clock, handshakeMs = HANDSHAKE_MS }: ListenOptions,
  answerFor: (port: number) => Answer,
): Promise<Result<Listening, string>> {
  let answer: Answer = () => new Response(null, { status: 503 });
  const answered = getRequestListener((request, env) => answer(request, env), { overrideGlobalObjects: false });
  const listener = (request: http.IncomingMessage, response: http.ServerResponse): void =>
    void answered(request, response);
  const limits = { requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS, maxHeaderSize: MOST_HEADERS };
  let server: http.Server | https.Server;
  try {
    server = tls
      ? https.createServer({ ...limits, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: handshakeMs }, listener)
      : http.createServer(limits, listener);
  } catch (error) {
    return err(`the certificate cannot be used: ${words(error)}`);
  }
  server.maxConnections = MOST_CONNECTIONS;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    return err(`cannot listen on ${host}:${port}: ${words(error)}`);
  }
  const bound = (server.address() as AddressInfo).port;
  answer = answerFor(bound);
  return ok({ port: bound, close: () => close(server, clock) });
}

async function close(server: http.Server | https.Server, clock: Clock): Promise<void> {
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      isClosed = true;
      resolve();
    });
  });
  // A connection becomes idle only when its answer has ended: a stream's a moment after it was told to.
  for (const until = clock.now() + GRACE_MS; !isClosed && clock.now() < until; ) {
    server.closeIdleConnections();
    await Promise.race([closed, clock.sleep(LOOK_AGAIN_MS)]);
  }
  server.closeAllConnections();
  await closed;
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));
