import type { Hono } from 'hono';
import type { AppDeps } from '../../src/faces/http/deps.ts';
import { gatewayApp } from '../../src/faces/http/gatewayApp.ts';
import { cookieName, type Env } from '../../src/faces/http/guard.ts';
import { placeOf } from '../../src/faces/http/place.ts';
import type { Views } from '../../src/faces/http/views.ts';
import { ChangeFeed } from '../../src/gateway/changes.ts';
import type { GatewayDeps } from '../../src/gateway/deps.ts';
import { Attempts } from '../../src/gateway/people/attempts.ts';
import { Gatekeeper } from '../../src/gateway/people/gatekeeper.ts';
import { csrfOf, digestOfSecret } from '../../src/gateway/people/secrets.ts';
import { Turns } from '../../src/gateway/turns.ts';
import { ok } from '../../src/kernel/result.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Role, Scope } from '../../src/schema/api/people.ts';
import { FakeCluster } from '../../src/testing/fakeCluster.ts';
import { ManualClock } from '../../src/testing/manualClock.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { MemoryPeople } from '../../src/testing/memoryPeople.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { seededIds } from '../../src/testing/seededIds.ts';

export const HOST = '127.0.0.1:8443';
export const ORIGIN = `http://${HOST}`;
const DAY_MS = 86_400_000;
const SILENT = { info: () => {}, warn: () => {}, error: () => {} };

const nothing = (): Promise<{ ok: true; value: never }> => Promise.resolve(ok({} as never));
const EMPTY_VIEWS: Views = {
  approvalList: nothing,
  approvalCard: nothing,
  serviceList: nothing,
  serviceDetail: nothing,
  decisionList: nothing,
  decisionDetail: nothing,
  journalPage: nothing,
  journalExport: nothing,
  breakerList: nothing,
  blueprintVersions: nothing,
};

/** Only what the gateway looks at; there is nothing in it. */
function emptyGateway(clock: Clock): GatewayDeps {
  const cluster = new FakeCluster();
  const gone = { ok: false, error: { code: 'notFound', message: 'no such thing', uncertain: false } } as const;
  const refuse = (): Promise<typeof gone> => Promise.resolve(gone);
  return {
    observer: {
      views: () => [],
      fresh: refuse,
      history: () => [],
      decisions: () => [],
      approvals: () => [],
      onChange: () => {},
    },
    reader: cluster,
    records: { create: refuse, replace: refuse, replaceStatus: refuse, delete: refuse },
    journal: new MemoryJournal(clock, 'gateway-test'),
    clock,
    ids: seededIds(1),
    log: SILENT,
    ownNamespace: 'agent-system',
    key: PEOPLE.key,
    trust: PEOPLE.trust,
    turns: new Turns(clock),
  };
}

export interface Call {
  readonly cookie?: string;
  readonly token?: string;
  readonly body?: unknown;
  /** `null` leaves out what a page of ours would send. */
  readonly origin?: string | null;
  readonly csrf?: string | null;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GatewayStage {
  readonly app: Hono<Env>;
  readonly deps: AppDeps;
  readonly clock: ManualClock;
  readonly store: MemoryPeople;
  readonly journal: MemoryJournal;
  /** Adds a person without a password; a second call changes them. */
  person(name: string, role: Role, groups?: readonly string[]): void;
  /** A session's secret, opened now. */
  session(name: string): string;
  token(owner: string, scopes: readonly Scope[]): string;
  call(method: string, path: string, how?: Call): Promise<Response>;
}

/** The whole HTTP face over people in memory, in virtual time. */
export function openGateway(
  over: Partial<AppDeps> = {},
  standing = { host: '127.0.0.1', tls: false, behindProxy: false },
): GatewayStage {
  const clock = new ManualClock();
  const store = new MemoryPeople();
  const keeper = new Gatekeeper(store, clock);
  const gateway = over.gateway ?? emptyGateway(clock);
  const journal = new MemoryJournal(clock, 'gateway-test');
  const place = placeOf({ ...standing, ...(standing.behindProxy && { publicUrl: `https://${HOST}` }) }, 8443);
  if (!place.ok) throw new Error(place.error);
  const deps: AppDeps = {
    gateway,
    people: { store, keeper, clock, journal, log: SILENT, attempts: new Attempts(clock) },
    views: EMPTY_VIEWS,
    feed: new ChangeFeed('test'),
    queue: {
      state: () => Promise.resolve({ state: 'off', text: 'no Redis', counts: {}, dead: [] }),
      retry: () => Promise.resolve(ok(undefined)),
    },
    place: place.value,
    clock,
    cluster: { name: 'test', uid: 'test-cluster' },
    version: '0.0.0',
    ready: () => true,
    ...over,
  };
  const app = gatewayApp(deps);
  let made = 0;
  const secret = (kind: string): string => {
    made += 1;
    return `${kind}-${'x'.repeat(30)}-${made}`;
  };
  return {
    app,
    deps,
    clock,
    store,
    journal,
    person(name, role, groups = []) {
      const user = { name, role, groups: [...groups], createdAt: clock.now(), disabled: false };
      store.people = { ...store.people, users: [...store.people.users.filter((one) => one.name !== name), user] };
    },
    session(name) {
      const value = secret('session');
      const session = { id: digestOfSecret(value), user: name, createdAt: clock.now(), seenAt: clock.now() };
      store.people = { ...store.people, sessions: [...store.people.sessions, session] };
      return value;
    },
    token(owner, scopes) {
      const value = `fl_${secret('token')}`;
      const hash = digestOfSecret(value);
      const at = { createdAt: clock.now(), expiresAt: clock.now() + DAY_MS };
      const token = { id: hash.slice(0, 12), hash, name: 't', owner, scopes: [...scopes], ...at };
      store.people = { ...store.people, tokens: [...store.people.tokens, token] };
      return value;
    },
    call: (method, path, how = {}) => {
      const { body } = how;
      return Promise.resolve(
        app.request(path, {
          method,
          headers: headersOf(how, cookieName(deps.place.secure)),
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        }),
      );
    },
  };
}

function headersOf({ cookie, token, body, origin, csrf, host = HOST, headers }: Call, name: string): Headers {
  const sent = new Headers({ host });
  // What a page of ours sends with a session, unless told otherwise.
  const page = cookie === undefined ? {} : { origin: ORIGIN, csrf: csrfOf(cookie) };
  const given = { ...page, ...(origin !== undefined && { origin }), ...(csrf !== undefined && { csrf }) };
  if (cookie !== undefined) sent.set('cookie', `${name}=${cookie}`);
  if (token !== undefined) sent.set('authorization', `Bearer ${token}`);
  if (given.origin) sent.set('origin', given.origin);
  if (given.csrf) sent.set('x-fairlead-csrf', given.csrf);
  if (body !== undefined) sent.set('content-type', 'application/json');
  for (const [key, value] of Object.entries(headers ?? {})) sent.set(key, value);
  return sent;
}
