import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import type { BreakerList } from '../../src/schema/api/lists.ts';
import type { Me } from '../../src/schema/api/people.ts';
import { approved, CARDS, rejected, SERVER_DATE } from './fixtures/cards.ts';
import {
  breakers,
  checkoutDetail,
  decided,
  fleetPaused,
  me,
  services,
  summaryOf,
  tokens,
  users,
  versions,
} from './fixtures/lists.ts';
import { DECISIONS, journal, queue, undone } from './fixtures/records.ts';

const WEB = path.join(import.meta.dirname, '..', '..', 'dist', 'web');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** The gateway's own policy: what breaks here would break there. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly csrf: string | undefined;
}

/** What a test may change while the pages are open. */
export interface Stage {
  who: Me | undefined;
  cards: ApprovalCard[];
  breakers: BreakerList;
  /** False: the stream goes silent without ending, which is what a dead proxy looks like. */
  beating: boolean;
  /** Answer of the next change: refused with this. */
  refuse: { status: number; code: string; message: string } | undefined;
  readonly sent: Sent[];
}

export interface FixtureServer {
  readonly url: string;
  readonly stage: Stage;
  /** Says that something of this kind changed. */
  readonly change: (kind: string) => void;
  readonly reset: () => void;
  readonly close: () => Promise<void>;
}

const fresh = (): Omit<Stage, 'sent'> => ({
  who: me,
  cards: [...CARDS],
  breakers,
  beating: true,
  refuse: undefined,
});

/** The built pages and an API that answers from fixtures, behind the headers of the real one. `beatMs`: of the stream. */
export async function fixtureServer(beatMs = 1_000): Promise<FixtureServer> {
  const stage: Stage = { ...fresh(), sent: [] };
  const streams = new Set<ServerResponse>();
  const beat = setInterval(() => {
    if (stage.beating) for (const stream of streams) stream.write('event: beat\ndata: {}\n\n');
  }, beatMs);
  const server: Server = createServer((request, response) => {
    void handle(stage, streams, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stage,
    change: (kind) => {
      for (const stream of streams) stream.write(`event: change\ndata: ${JSON.stringify({ kind })}\n\n`);
    },
    reset: () => {
      Object.assign(stage, fresh());
      stage.sent.length = 0;
    },
    close: async () => {
      clearInterval(beat);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function handle(
  stage: Stage,
  streams: Set<ServerResponse>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://fixtures');
  response.sendDate = false;
  response.setHeader('date', SERVER_DATE);
  response.setHeader('content-security-policy', CSP);
  response.setHeader('x-content-type-options', 'nosniff');
  if (!url.pathname.startsWith('/api/')) return file(url.pathname, response);
  if (url.pathname === '/api/events') return stream(streams, response);
  if (request.method !== 'GET') return change(stage, url, request, response);
  if (stage.who === undefined) return json(response, 401, problem('LoginNeeded', 'log in first'));
  const answer = read(stage, url);
  return answer === undefined
    ? json(response, 404, problem('NotFound', 'there is no such thing'))
    : json(response, 200, answer);
}

function read(stage: Stage, url: URL): unknown {
  const [, , kind, namespace, name] = url.pathname.split('/');
  switch (kind) {
    case 'me':
      return stage.who;
    case 'approvals':
      if (name !== undefined) return stage.cards.find((card) => card.namespace === namespace && card.name === name);
      if (url.searchParams.get('state') === 'decided') return decided;
      return {
        items: stage.cards.filter(({ phase, stale }) => phase === 'Pending' && stale.length === 0).map(summaryOf),
        stats: decided.stats,
      };
    case 'services':
      return name === undefined ? services : name === 'checkout' ? checkoutDetail : undefined;
    case 'decisions':
      return name === undefined ? { items: DECISIONS } : { ...undone, name };
    case 'journal':
      return journal;
    case 'breakers':
      return stage.breakers;
    case 'blueprints':
      return versions;
    case 'queue':
      return queue;
    case 'users':
      return users;
    case 'tokens':
      return tokens;
    default:
      return undefined;
  }
}

async function change(stage: Stage, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const body = (text === '' ? {} : JSON.parse(text)) as { vote?: string; comment?: string };
  const csrf = request.headers['x-fairlead-csrf'];
  stage.sent.push({
    method: request.method ?? '',
    path: url.pathname,
    body,
    csrf: typeof csrf === 'string' ? csrf : undefined,
  });
  if (stage.refuse !== undefined) {
    const { status, code, message } = stage.refuse;
    return json(response, status, problem(code, message));
  }
  const [, , kind, namespace, name, verb] = url.pathname.split('/');
  if (kind === 'approvals' && verb === 'vote') {
    stage.cards = stage.cards.map((card) => {
      if (card.namespace !== namespace || card.name !== name) return card;
      return body.vote === 'approve' ? approved(card, me.name) : rejected(card, me.name, body.comment ?? '');
    });
  }
  if (kind === 'approvals' && verb !== 'vote') {
    return json(response, 200, { text: 'Asked anew', request: { namespace: 'shop', name: 'apr-1187' } });
  }
  if (kind === 'fleet') stage.breakers = { ...stage.breakers, holds: namespace === 'pause' ? [fleetPaused] : [] };
  if (kind === 'login' || kind === 'first-run') stage.who = me;
  if (kind === 'logout') stage.who = undefined;
  if (kind === 'tokens' && request.method === 'POST') {
    return json(response, 200, { ...tokens.items[0], name: 'new', secret: 'fl_shown-this-once-and-never-again' });
  }
  if (kind === 'users' && name === 'invite') {
    return json(response, 200, {
      link: 'https://fairlead.example/#/first-run?token=once',
      expiresAt: '2026-11-25T03:10:28Z',
    });
  }
  return json(response, 200, {});
}

const problem = (code: string, message: string): object => ({ error: { code, message } });

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function stream(streams: Set<ServerResponse>, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('event: beat\ndata: {}\n\n');
  streams.add(response);
  response.on('close', () => streams.delete(response));
}

function file(pathname: string, response: ServerResponse): void {
  const name = pathname === '/' ? '/index.html' : path.posix.normalize(pathname);
  try {
    const bytes = readFileSync(path.join(WEB, name));
    response.writeHead(200, { 'content-type': TYPES[path.extname(name)] ?? 'application/octet-stream' });
    response.end(bytes);
  } catch {
    json(response, 404, problem('NotFound', 'there is no such file'));
  }
}
