import { readFile } from 'node:fs/promises';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { ChangeFeed } from '../../../gateway/changes.ts';
import type { GatewayDeps } from '../../../gateway/deps.ts';
import { Attempts } from '../../../gateway/people/attempts.ts';
import { type FirstAdmin, firstAdmin, inviteFirstAdmin } from '../../../gateway/people/firstAdmin.ts';
import { Gatekeeper } from '../../../gateway/people/gatekeeper.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import type { PeopleStore } from '../../../ports/peopleStore.ts';
import type { ChangeEvent } from '../../../schema/api/lists.ts';
import type { QueueDesk } from '../../http/deps.ts';
import { gatewayApp } from '../../http/gatewayApp.ts';
import { gatewayViews } from '../../http/gatewayViews.ts';
import { linkOf } from '../../http/links.ts';
import { identityIn, McpSessions } from '../../http/mcpSessions.ts';
import { loadPages } from '../../http/pages.ts';
import { type Place, placeOf, type Standing, unsafe } from '../../http/place.ts';
import { listen, type Tls } from '../../http/server.ts';
import { gatewayDesk } from '../../mcp/gatewayDesk.ts';
import { loadMcpPrompts } from '../../mcp/prompts.ts';
import { mcpServer } from '../../mcp/server.ts';
import { mcpPromptsDir, webDir } from '../installation.ts';
import type { Io } from '../io.ts';
import { VERSION } from '../version.ts';

export interface GatewayFlags {
  readonly host?: string;
  readonly port?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly behindProxy?: boolean;
  readonly publicUrl?: string;
  /** Where the key lies that signs votes; absent: in the data folder, made on the first start. */
  readonly signingKey?: string;
}

/** Where a gateway is to stand, as the flags say. */
export interface Stand {
  readonly standing: Standing;
  readonly port: number;
  /** Asked for by name: then no other will do. */
  readonly portGiven: boolean;
  readonly tls?: Tls;
}

/** "Fairlead" has eight letters; nobody else listens there. */
const USUAL_PORT = 8484;

/** Reads the flags and the certificate; the error names the flag and what to write. */
export async function readStand(flags: GatewayFlags): Promise<Result<Stand, string>> {
  const { host = '127.0.0.1', port, tlsCert, tlsKey, behindProxy = false, publicUrl } = flags;
  const number = port === undefined ? USUAL_PORT : /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN;
  if (!(number <= 65_535)) return err(`--port ${port}: write a whole number up to 65535`);
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    return err(
      `--tls-${tlsCert === undefined ? 'key' : 'cert'} is given without the other: a certificate needs its key`,
    );
  }
  const standing: Standing = { host, tls: tlsCert !== undefined, behindProxy, ...(publicUrl && { publicUrl }) };
  const fault = unsafe(standing);
  if (fault !== undefined) return err(fault);
  const stand: Stand = { standing, port: number, portGiven: port !== undefined };
  if (tlsCert === undefined || tlsKey === undefined) return ok(stand);
  try {
    const [cert, key] = await Promise.all([readFile(tlsCert, 'utf8'), readFile(tlsKey, 'utf8')]);
    return ok({ ...stand, tls: { cert, key } });
  } catch (error) {
    return err(`the certificate cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export interface GatewayProcess {
  readonly gateway: GatewayDeps;
  readonly store: PeopleStore;
  readonly stand: Stand;
  readonly clusterName: string;
  readonly queue?: QueueDesk;
  /** The command that prints the first admin's link, where what this process prints is read by more than its owner. */
  readonly linkBy?: (admin: FirstAdmin, url: string) => string;
}

export interface Served {
  readonly place: Place;
  readonly feed: ChangeFeed;
  readonly keeper: Gatekeeper;
  /** The services were looked at. */
  looked(): void;
  close(): Promise<void>;
}

/** Opens the port, says where, and while no admin can log in prints a one-time link, or the command that does. */
export async function serveGateway(io: Pick<Io, 'err'>, process: GatewayProcess): Promise<Result<Served, string>> {
  const { gateway, store, stand, clusterName, queue = NO_QUEUE } = process;
  const keeper = new Gatekeeper(store, systemClock);
  const feed = new ChangeFeed(gateway.ids.fresh());
  const { journal, log } = gateway;
  const people = { store, keeper, clock: systemClock, journal, log, attempts: new Attempts(systemClock) };
  const pages = await loadPages(webDir);
  const views = gatewayViews(gateway);
  const prompts = loadMcpPrompts(mcpPromptsDir);
  let ready = false;
  let mcp: McpSessions | undefined;
  const app = (port: number): ReturnType<typeof gatewayApp>['fetch'] => {
    const place = placeOf(stand.standing, port);
    if (!place.ok) throw new Error(place.error);
    const { url } = place.value;
    const desk = gatewayDesk(gateway, { views, feed, url: () => url });
    const open = () => mcpServer({ desk, version: VERSION, prompts, face: 'mcp-http', who: identityIn });
    mcp = new McpSessions({ open, keeper, clock: systemClock, log });
    const { fetch } = gatewayApp({
      gateway,
      people,
      views,
      feed,
      mcp,
      queue,
      place: place.value,
      clock: systemClock,
      cluster: { name: clusterName, uid: gateway.trust.cluster },
      version: VERSION,
      ready: () => ready,
      ...(pages && { pages }),
    });
    return fetch;
  };
  const at = { host: stand.standing.host, clock: systemClock, ...(stand.tls && { tls: stand.tls }) };
  const first = await listen({ ...at, port: stand.port }, app);
  const server = first.ok || stand.portGiven ? first : await listen({ ...at, port: 0 }, app);
  if (!server.ok) return err(`${server.error}\n  fix: --port names another`);
  const place = placeOf(stand.standing, server.value.port);
  if (!place.ok) return place;
  const { url } = place.value;
  const admin = await wordsForAdmin(process, keeper, url);
  if (!admin.ok) {
    await server.value.close();
    return admin;
  }
  io.err(
    `approvals at ${url}${pages === undefined ? ' (no web pages: npm run build makes them)' : ''}\n${admin.value}`,
  );
  gateway.observer.onChange((kind, { metadata: { namespace, name } }) => {
    const changed = CHANGES[kind];
    if (changed !== undefined) feed.tell({ kind: changed, ...(namespace && { namespace }), name });
  });
  return ok({
    place: place.value,
    feed,
    keeper,
    looked() {
      ready = true;
      feed.tell({ kind: 'services' });
    },
    async close() {
      feed.close();
      await mcp?.close();
      await server.value.close();
    },
  });
}

/** Nothing once an admin has a password. */
async function wordsForAdmin(
  { store, linkBy }: GatewayProcess,
  keeper: Gatekeeper,
  url: string,
): Promise<Result<string, string>> {
  const admin = await firstAdmin(store);
  if (!admin.ok) return admin;
  if (admin.value === undefined) return ok('');
  if (linkBy !== undefined)
    return ok(`no admin has a password yet; a one-time link is printed by: ${linkBy(admin.value, url)}\n`);
  const secret = await inviteFirstAdmin(store, systemClock, keeper, admin.value);
  return secret.ok
    ? ok(`${admin.value.name} sets a password here, once, within a day: ${linkOf(url, secret.value)}\n`)
    : secret;
}

const CHANGES: Readonly<Record<string, ChangeEvent['kind']>> = {
  ApprovalRequest: 'approvals',
  Decision: 'decisions',
  CircuitBreaker: 'breakers',
  Blueprint: 'services',
  ClusterBlueprint: 'services',
  Deployment: 'services',
};

const NO_QUEUE: QueueDesk = {
  state: () =>
    Promise.resolve({
      state: 'off',
      text: 'No Redis is configured: notices and reminders are off. Requests, votes and expiry do not need it.',
      counts: {},
      dead: [],
    }),
  retry: () => Promise.resolve(err('no Redis is configured')),
};
