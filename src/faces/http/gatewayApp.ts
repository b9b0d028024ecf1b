import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { ACCESS, type RouteKey } from './access.ts';
import { challenge } from './challenge.ts';
import type { AppDeps } from './deps.ts';
import { Events } from './events.ts';
import { type Env, guard, knownHost, noForeignPage } from './guard.ts';
import { headers } from './headers.ts';
import { openApi } from './openApi.ts';
import { page } from './pages.ts';
import { problem, unreadable } from './problem.ts';
import { approvalRoutes } from './routes/approvals.ts';
import type { HandlersOf } from './routes/handler.ts';
import { holdRoutes } from './routes/holds.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { peopleRoutes } from './routes/people.ts';
import { readRoutes } from './routes/reads.ts';
import { requestRoutes } from './routes/requests.ts';
import { turnedOnRecord } from './turnedOnRecord.ts';

/** The largest honest body is a vote with its comment. */
const MOST_BYTES = 64 * 1024;
/** Asked by what keeps the process alive, under whatever name it knows. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** The whole HTTP face, built from the table of who may call what: a route that is not in it does not exist. */
export function gatewayApp(deps: AppDeps): Hono<Env> {
  const { place, people, feed, clock, version, pages, gateway } = deps;
  const events = new Events(feed, clock, people.keeper);
  const document = openApi(version);
  const handlers: HandlersOf<RouteKey> = {
    'GET /healthz': (c) => c.json({ ok: true }),
    'GET /readyz': (c) =>
      deps.ready() ? c.json({ ok: true }) : problem(c, 503, 'NotReady', 'not everything was read yet'),
    'GET /api/openapi.json': (c) => c.json(document),
    'GET /api/events': (c) => events.answer(c),
    ...peopleRoutes(deps),
    ...approvalRoutes(deps),
    ...readRoutes(deps),
    ...holdRoutes(deps),
    ...requestRoutes(deps),
    ...mcpRoutes(deps),
  };
  const app = new Hono<Env>();
  const host = knownHost(place);
  app.use(headers(place.secure, gateway.clock));
  app.use((c, next) => (PROBES.has(c.req.path) ? next() : host(c, next)));
  const limited = bodyLimit({
    maxSize: MOST_BYTES,
    onError: (c) => problem(c, 413, 'TooLarge', `a body may have ${MOST_BYTES} bytes at most`),
  });
  // The limit breaks on what has no body and is no GET: a DELETE, as the end of a session is sent, or a browser's OPTIONS.
  app.use((c, next) => (BODILESS.has(c.req.method) && !announcesBody(c.req.raw) ? next() : limited(c, next)));
  const turned = turnedOnRecord(deps);
  for (const key of Object.keys(ACCESS) as RouteKey[]) {
    const [method = '', path = ''] = key.split(' ');
    const access = ACCESS[key];
    const foreign = noForeignPage(place);
    if (access.kind === 'public' && method !== 'GET') app.on(method, path, foreign, handlers[key]);
    else if (access.kind === 'token')
      app.on(method, path, foreign, challenge(place), guard(access, people.keeper, place, turned), handlers[key]);
    else app.on(method, path, guard(access, people.keeper, place), handlers[key]);
  }
  app.get('*', (c) =>
    c.req.path.startsWith('/api/') ? problem(c, 404, 'NotFound', 'there is no such route') : page(c, pages),
  );
  app.notFound((c) => problem(c, 404, 'NotFound', 'there is no such route'));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return unreadable(c, error.status);
    gateway.log.error({ route: c.req.routePath, error: String(error) }, 'a request failed');
    return problem(c, 500, 'Broken', 'something broke here; the log says what');
  });
  return app;
}

const BODILESS: ReadonlySet<string> = new Set(['DELETE', 'OPTIONS']);

const announcesBody = ({ headers }: Request): boolean =>
  headers.has('content-length') || headers.has('transfer-encoding');
