import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { Watches } from '../watch.ts';
import type { World } from '../world.ts';
import { mediaType } from './bodies.ts';
import type { Context } from './context.ts';
import { establishDefinitions } from './definitions.ts';
import { remove } from './deletes.ts';
import { discovered } from './discovery.ts';
import { kubeconfigText } from './kubeconfigText.ts';
import { logAnswer } from './logs.ts';
import { metricsAnswer } from './metricsApis.ts';
import { openapi } from './openapi.ts';
import { Ownership } from './ownership.ts';
import { patch } from './patches.ts';
import { fromProtobuf, PROTOBUF } from './protobuf.ts';
import { get, list, mustHave } from './reads.ts';
import { notAllowed, Refused, statusOf } from './refused.ts';
import { routeOf } from './route.ts';
import { streamWatch } from './watchStream.ts';
import { type Answer, create, update } from './writes.ts';

export interface WorldServer {
  /** With the secret path: whoever has it may do everything. */
  readonly url: string;
  readonly token: string;
  /** `namespace`: where commands go that name none. */
  kubeconfig(namespace?: string): string;
  /** Ends all open watches, as a restarted API server does. */
  cutWatches(): void;
  close(): Promise<void>;
}

export interface WorldServerOptions {
  /** 0 (the default): any free one. */
  readonly port?: number;
}

const MOST_BODY = 3 * 1024 * 1024;
const BODY_TIMEOUT_MS = 30_000;

/**
 * The HTTP API of the embedded cluster, on this machine's loopback only: what kubectl and Kubernetes clients need for the
 * kinds of the world. Anything else is an honest refusal. Rejects when the port is taken.
 */
export async function serveWorld(world: World, options: WorldServerOptions = {}): Promise<WorldServer> {
  const token = randomBytes(24).toString('base64url');
  const closing = new AbortController();
  const skin = new Skin(world, token, closing.signal);
  const server = http.createServer(
    { requestTimeout: BODY_TIMEOUT_MS },
    (request, response) => void skin.handle(request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const url = `http://127.0.0.1:${address.port}/${token}`;
  return {
    url,
    token,
    kubeconfig: (namespace = 'default') => kubeconfigText(url, token, namespace),
    cutWatches: () => skin.watches.cut(),
    close: () => {
      closing.abort();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

class Skin {
  readonly watches: Watches;
  readonly #world: World;
  readonly #secret: Buffer;
  readonly #closing: AbortSignal;
  readonly #ownership: Ownership;

  constructor(world: World, token: string, closing: AbortSignal) {
    this.#world = world;
    this.#secret = digest(token);
    this.#closing = closing;
    this.watches = new Watches(world.objects);
    this.#ownership = new Ownership(world.objects);
    establishDefinitions(world);
  }

  /** Never rejects: what goes wrong is the answer. */
  async handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const warnings: string[] = [];
    // As an API server's answers say the time of its machine.
    response.setHeader('date', new Date(this.#world.clock.now()).toUTCString());
    try {
      const pathname = this.#admitted(request);
      const query = new URL(request.url ?? '/', 'http://world').searchParams;
      const accept = request.headers.accept ?? '';
      this.#world.settle();
      const plain = request.method === 'GET' ? this.#plain(pathname, query, accept) : undefined;
      if (plain !== undefined) return send(response, 200, plain.body, [], plain.contentType);
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      const context: Context = {
        ...routeOf(pathname),
        world: this.#world,
        ownership: this.#ownership,
        watches: this.watches,
        query,
        accept,
        userAgent: request.headers['user-agent'] ?? '',
        ...(await bodyOf(request)),
        signal: AbortSignal.any([gone.signal, this.#closing]),
        warnings,
      };
      if (isWatch(request, context)) return await streamWatch(context, response);
      const answer = answerOf(request.method ?? 'GET', context);
      send(response, answer.status, answer.body, warnings);
    } catch (error) {
      fail(response, error);
    }
  }

  /** The path without the secret. */
  #admitted({ url = '/', headers }: http.IncomingMessage): string {
    const { pathname } = new URL(url, 'http://world');
    const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    const [, first = '', ...rest] = pathname.split('/');
    if (this.#isSecret(first)) return `/${rest.join('/')}`;
    if (bearer !== undefined && this.#isSecret(bearer)) return pathname;
    throw new Refused(401, 'Unauthorized', 'Unauthorized');
  }

  #isSecret(text: string): boolean {
    return timingSafeEqual(digest(text), this.#secret);
  }

  #plain(
    pathname: string,
    query: URLSearchParams,
    accept: string,
  ): { body: unknown; contentType?: string } | undefined {
    if (/^\/(?:healthz|livez|readyz)$/.test(pathname)) return { body: 'ok' };
    const log = logAnswer(this.#world, pathname, query);
    if (log !== undefined) return { body: log };
    const measured = metricsAnswer(this.#world, pathname, query);
    if (measured !== undefined) return { body: measured };
    return discovered(pathname, accept) ?? openapi(pathname);
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const isWatch = ({ method }: http.IncomingMessage, { name, query }: Context): boolean =>
  method === 'GET' && name === undefined && /^(?:true|1)$/.test(query.get('watch') ?? '');

function answerOf(method: string, context: Context): Answer {
  const { resource, name, subresource, namespace } = context;
  mustHave(resource, subresource);
  const verb = (name === undefined ? ON_COLLECTIONS : ON_OBJECTS)[method];
  if (verb === undefined) throw notAllowed();
  if (!resource.verbs.some((each) => each === verb)) {
    throw notAllowed(`${resource.kind.plural} are part of the embedded cluster: they can be read, not changed`);
  }
  if (resource.kind.namespaced && namespace === undefined && verb !== 'list') throw notAllowed();
  if (subresource !== undefined && verb === 'delete') throw notAllowed();
  return HANDLERS[verb](context);
}

const HANDLERS = { get, list, create, update, patch, delete: remove } as const;
type Handled = keyof typeof HANDLERS;
const ON_COLLECTIONS: Readonly<Record<string, Handled>> = { GET: 'list', POST: 'create' };
const ON_OBJECTS: Readonly<Record<string, Handled>> = { GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Protobuf is turned into JSON here, so that nothing behind it knows of it. */
async function bodyOf(request: http.IncomingMessage): Promise<Pick<Context, 'body' | 'contentType'>> {
  const bytes = await bytesOf(request);
  const contentType = request.headers['content-type'] ?? '';
  if (mediaType(contentType) !== PROTOBUF || bytes.length === 0) return { body: bytes.toString('utf8'), contentType };
  return { body: JSON.stringify(fromProtobuf(bytes)), contentType: 'application/json' };
}

async function bytesOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > MOST_BODY) throw new Refused(413, 'RequestEntityTooLarge', `the body is larger than ${MOST_BODY} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function send(
  response: http.ServerResponse,
  status: number,
  body: unknown,
  warnings: readonly string[],
  contentType = 'application/json',
): void {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  const headers: http.OutgoingHttpHeaders = {
    'content-type': typeof body === 'string' ? 'text/plain' : contentType,
    'cache-control': 'no-cache, private',
  };
  if (warnings.length > 0) headers['warning'] = warnings.map((words) => `299 - ${JSON.stringify(words)}`).join(', ');
  response.writeHead(status, headers);
  response.end(text);
}

function fail(response: http.ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const words = error instanceof Error ? error.message : String(error);
  const refused =
    error instanceof Refused ? error : new Refused(500, 'InternalError', `Internal error occurred: ${words}`);
  send(response, refused.code, statusOf(refused), []);
}
