import { includesRole, type Role, type Scope } from '../../schema/api/people.ts';

/**
 * Who may call what: the one table that the routes are built from and the tests walk. A route that is not in it does not
 * exist.
 *
 * `public`: anybody who reaches the port. Else a login with at least `role`, by a session or, where `scope` names one, a
 * token that was given it, or all of them. `session`: no token can do this, whoever holds it. `token`: no session can, only a
 * token that was given one of the scopes. Whether somebody may answer a certain request is decided by its groups, where it is
 * answered.
 */
export type Access =
  | { readonly kind: 'public' }
  | { readonly kind: 'login'; readonly role: Role; readonly scope: Scope | readonly Scope[] | 'any' }
  | { readonly kind: 'session'; readonly role: Role }
  | { readonly kind: 'token'; readonly role: Role; readonly scopes: readonly Scope[] };

const PUBLIC: Access = { kind: 'public' };
const READ: Access = { kind: 'login', role: 'viewer', scope: 'read' };
const ANSWER: Access = { kind: 'login', role: 'operator', scope: 'approve' };
/** Answers and asks at once. */
const TAKE: Access = { kind: 'login', role: 'operator', scope: ['approve', 'propose'] };
const ASK: Access = { kind: 'login', role: 'operator', scope: 'propose' };
const HOLD: Access = { kind: 'login', role: 'operator', scope: 'propose' };
const OWN: Access = { kind: 'session', role: 'viewer' };
/** What each tool takes is decided by the tool: the list that a token sees is of those that it may call. */
const CHAT: Access = { kind: 'token', role: 'viewer', scopes: ['read', 'propose'] };
const ADMIN: Access = { kind: 'session', role: 'admin' };

export const ACCESS = {
  'GET /healthz': PUBLIC,
  'GET /readyz': PUBLIC,
  'GET /api/openapi.json': PUBLIC,
  'GET /.well-known/oauth-protected-resource': PUBLIC,
  'GET /.well-known/oauth-protected-resource/mcp': PUBLIC,
  'GET /mcp': CHAT,
  'POST /mcp': CHAT,
  'DELETE /mcp': CHAT,
  'POST /api/login': PUBLIC,
  'POST /api/first-run': PUBLIC,
  'POST /api/logout': OWN,
  'GET /api/me': { kind: 'login', role: 'viewer', scope: 'any' },
  'GET /api/events': READ,
  'GET /api/approvals': READ,
  'GET /api/approvals/:namespace/:name': READ,
  'POST /api/approvals/:namespace/:name/vote': ANSWER,
  'POST /api/approvals/:namespace/:name/evaluate': ANSWER,
  'POST /api/approvals/:namespace/:name/alternative': TAKE,
  'POST /api/requests': ASK,
  'POST /api/what-if': READ,
  'GET /api/services': READ,
  'GET /api/services/:namespace/:name': READ,
  // Pausing needs nothing but the right to; lifting one is for people at a page or a prompt, never for a token.
  'POST /api/services/:namespace/:name/pause': HOLD,
  'POST /api/namespaces/:namespace/pause': HOLD,
  'POST /api/fleet/pause': HOLD,
  'POST /api/services/:namespace/:name/resume': { kind: 'session', role: 'operator' },
  'POST /api/namespaces/:namespace/resume': { kind: 'session', role: 'operator' },
  'POST /api/fleet/resume': { kind: 'session', role: 'operator' },
  'GET /api/decisions': READ,
  'GET /api/decisions/:namespace/:name': READ,
  'GET /api/journal': READ,
  // With who logged in from where: as it stands, or it could not be verified.
  'GET /api/journal/export': { kind: 'session', role: 'operator' },
  'GET /api/breakers': READ,
  'GET /api/blueprints/:namespace/:name/versions': READ,
  'GET /api/queue': READ,
  'POST /api/queue/dead/:id/retry': ADMIN,
  'GET /api/users': ADMIN,
  'PUT /api/users': ADMIN,
  'POST /api/users/:name/invite': ADMIN,
  'GET /api/tokens': OWN,
  'POST /api/tokens': OWN,
  'DELETE /api/tokens/:id': OWN,
} as const satisfies Readonly<Record<`${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`, Access>>;

export type RouteKey = keyof typeof ACCESS;

/** Whether a login suffices; `identity` is undefined for nobody. */
export function admits(
  access: Access,
  identity:
    | { readonly role: Role; readonly by: { readonly kind: 'session' | 'token'; readonly scopes?: readonly Scope[] } }
    | undefined,
): 'yes' | 'login' | 'forbidden' {
  if (access.kind === 'public') return 'yes';
  if (identity === undefined) return 'login';
  if (!includesRole(identity.role, access.role)) return 'forbidden';
  if (identity.by.kind === 'session') return access.kind === 'token' ? 'forbidden' : 'yes';
  if (access.kind === 'session') return 'forbidden';
  const { scopes = [] } = identity.by;
  if (access.kind === 'token') return access.scopes.some((scope) => scopes.includes(scope)) ? 'yes' : 'forbidden';
  return scopesOf(access).every((scope) => scopes.includes(scope)) ? 'yes' : 'forbidden';
}

/** What right a login that is not admitted lacks, and who gives it. */
export function lackOf(
  access: Access,
  { role, by }: { readonly role: Role; readonly by: { readonly kind: 'session' | 'token' } },
): string {
  if (access.kind !== 'public' && !includesRole(role, access.role)) {
    return `you have no right to this: it takes the role ${access.role}, and you are ${role}; an admin can make you ${access.role}`;
  }
  if (access.kind === 'login' && by.kind === 'token') {
    return `you have no right to this: it takes a token with the scope ${scopesOf(access).join(' and ')}, which fairlead tokens create gives`;
  }
  return 'you have no right to this';
}

/** What a token has to have been given; nothing for what every login may do. */
export const scopesOf = ({ scope }: Extract<Access, { kind: 'login' }>): readonly Scope[] =>
  scope === 'any' ? [] : typeof scope === 'string' ? [scope] : scope;
