import { describe, expect, it } from 'vitest';
import { openGateway } from '../../../test/stages/gatewayStage.ts';
import type { Role, Scope } from '../../schema/api/people.ts';
import { ACCESS, lackOf, type RouteKey } from './access.ts';

const ROUTES = Object.keys(ACCESS) as RouteKey[];
const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];
const SCOPES: readonly Scope[] = ['read', 'propose', 'approve'];

type Rule = 'anybody' | 'a token to read or propose' | `${Role}` | `${Role}, ${Scope | 'any' | 'approve+propose'}`;

/** Written from the list of rights, not from the table: role, and the scope that a token needs; without one no token may. */
const RIGHTS: Readonly<Record<RouteKey, Rule>> = {
  'GET /healthz': 'anybody',
  'GET /readyz': 'anybody',
  'GET /api/openapi.json': 'anybody',
  'GET /.well-known/oauth-protected-resource': 'anybody',
  'GET /.well-known/oauth-protected-resource/mcp': 'anybody',
  'GET /mcp': 'a token to read or propose',
  'POST /mcp': 'a token to read or propose',
  'DELETE /mcp': 'a token to read or propose',
  'POST /api/login': 'anybody',
  'POST /api/first-run': 'anybody',
  'POST /api/logout': 'viewer',
  'GET /api/me': 'viewer, any',
  'GET /api/events': 'viewer, read',
  'GET /api/approvals': 'viewer, read',
  'GET /api/approvals/:namespace/:name': 'viewer, read',
  'POST /api/approvals/:namespace/:name/vote': 'operator, approve',
  'POST /api/approvals/:namespace/:name/evaluate': 'operator, approve',
  'POST /api/approvals/:namespace/:name/alternative': 'operator, approve+propose',
  'POST /api/requests': 'operator, propose',
  'POST /api/what-if': 'viewer, read',
  'GET /api/services': 'viewer, read',
  'GET /api/services/:namespace/:name': 'viewer, read',
  'POST /api/services/:namespace/:name/pause': 'operator, propose',
  'POST /api/namespaces/:namespace/pause': 'operator, propose',
  'POST /api/fleet/pause': 'operator, propose',
  'POST /api/services/:namespace/:name/resume': 'operator',
  'POST /api/namespaces/:namespace/resume': 'operator',
  'POST /api/fleet/resume': 'operator',
  'GET /api/decisions': 'viewer, read',
  'GET /api/decisions/:namespace/:name': 'viewer, read',
  'GET /api/journal': 'viewer, read',
  'GET /api/journal/export': 'operator',
  'GET /api/breakers': 'viewer, read',
  'GET /api/blueprints/:namespace/:name/versions': 'viewer, read',
  'GET /api/queue': 'viewer, read',
  'POST /api/queue/dead/:id/retry': 'admin',
  'GET /api/users': 'admin',
  'PUT /api/users': 'admin',
  'POST /api/users/:name/invite': 'admin',
  'GET /api/tokens': 'viewer',
  'POST /api/tokens': 'viewer',
  'DELETE /api/tokens/:id': 'viewer',
};

type Way = 'nobody' | 'session' | Scope | 'approve+propose';
const WAYS: readonly Way[] = ['nobody', 'session', ...SCOPES, 'approve+propose'];

function expected(rule: Rule, role: Role, way: Way): 'in' | 401 | 403 {
  if (rule === 'anybody') return 'in';
  if (way === 'nobody') return 401;
  if (rule === 'a token to read or propose') return way === 'session' || way === 'approve' ? 403 : 'in';
  const [least = '', scope] = rule.split(', ');
  if (ROLES.indexOf(role) < ROLES.indexOf(least as Role)) return 403;
  if (way === 'session') return 'in';
  const given = way.split('+');
  return scope === 'any' || scope?.split('+').every((one) => given.includes(one)) ? 'in' : 403;
}

const split = (route: RouteKey): { method: string; path: string } => {
  const [method = '', path = ''] = route.split(' ');
  return { method, path: path.replace(':namespace', 'shop').replace(':name', 'web').replace(':id', 'abc') };
};

/** What the guard says to one caller; past it a route may still say no for its own reasons, with other codes. */
async function found(route: RouteKey, role: Role, way: Way): Promise<'in' | number> {
  const { method, path } = split(route);
  const stage = openGateway();
  // Another admin, so that nothing hangs on who the last one is.
  stage.person('root', 'admin');
  stage.person('me', role);
  const response = await stage.call(method, path, {
    ...(way === 'session' && { cookie: stage.session('me') }),
    ...(way !== 'session' && way !== 'nobody' && { token: stage.token('me', way.split('+') as Scope[]) }),
    ...(method !== 'GET' && { body: {} }),
  });
  if (response.headers.get('content-type')?.includes('event-stream')) {
    await response.body?.cancel();
    return 'in';
  }
  return /"code":"(LoginNeeded|Forbidden|ForeignPage|WrongHost)"/.test(await response.text()) ? response.status : 'in';
}

describe('who may call what', () => {
  it.each(ROUTES)(
    '%s: every role, without a login, by a session and by a token of each scope, or of two',
    async (route) => {
      for (const role of ROLES) {
        for (const way of WAYS) {
          expect([role, way, await found(route, role, way)]).toEqual([role, way, expected(RIGHTS[route], role, way)]);
        }
      }
    },
  );

  it('knows no other route, whoever asks', async () => {
    const stage = openGateway();
    stage.person('root', 'admin');
    const cookie = stage.session('root');
    for (const path of [
      '/api',
      '/api/',
      '/api/secrets',
      '/api/users/root',
      '/API/users',
      '/api//users',
      '/api/%2e%2e/users',
    ]) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
        const response = await stage.call(method, path, { cookie, ...(method === 'GET' ? {} : { body: {} }) });
        expect([method, path, response.status]).toEqual([method, path, 404]);
        expect(await response.json()).toMatchObject({ error: { code: 'NotFound' } });
      }
    }
  });

  it('knows no other method of a route', async () => {
    const stage = openGateway();
    stage.person('root', 'admin');
    const cookie = stage.session('root');
    for (const method of ['PATCH', 'DELETE', 'PUT']) {
      expect((await stage.call(method, '/api/fleet/pause', { cookie, body: {} })).status).toBe(404);
    }
  });
});

describe('who is turned away is told', () => {
  const ask = ACCESS['POST /api/requests'];
  it.each([
    [
      'the role it takes, and who gives it',
      ask,
      'viewer',
      'session',
      /takes the role operator, and you are viewer; an admin can/,
    ],
    [
      'the scope it takes, and what gives it',
      ask,
      'operator',
      'token',
      /scope propose, which fairlead tokens create gives$/,
    ],
    ['no more where no token may', ACCESS['GET /api/tokens'], 'operator', 'token', /^you have no right to this$/],
  ] as const)('%s', (_, access, role, kind, words) => {
    expect(lackOf(access, { role, by: { kind } })).toMatch(words);
  });
});
