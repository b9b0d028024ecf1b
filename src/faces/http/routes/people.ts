import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { dropToken, inviteUser, makeToken, saveUser, tokenList, userList } from '../../../gateway/people/care.ts';
import { deviceOf, newDevice } from '../../../gateway/people/devices.ts';
import { acceptLink, logIn, logOut } from '../../../gateway/people/entrance.ts';
import { ABSOLUTE_MS, type Refusal } from '../../../gateway/people/gatekeeper.ts';
import { csrfOf } from '../../../gateway/people/secrets.ts';
import { isoInstant } from '../../../kernel/instant.ts';
import type { Result } from '../../../kernel/result.ts';
import { FirstRunBody, LoginBody, type Me, TokenBody, UserBody } from '../../../schema/api/people.ts';
import { bodyOf } from '../body.ts';
import { addressOf, callerOf } from '../caller.ts';
import type { AppDeps } from '../deps.ts';
import { cookieName, deviceCookie, type Env } from '../guard.ts';
import { linkOf } from '../links.ts';
import { problem, refusal } from '../problem.ts';
import type { HandlersOf } from './handler.ts';

type Routes =
  | 'POST /api/login'
  | 'POST /api/first-run'
  | 'POST /api/logout'
  | 'GET /api/me'
  | 'GET /api/users'
  | 'PUT /api/users'
  | 'POST /api/users/:name/invite'
  | 'GET /api/tokens'
  | 'POST /api/tokens'
  | 'DELETE /api/tokens/:id';

/** Half a year: longer than a holiday. */
const DEVICE_S = 180 * 86_400;

export function peopleRoutes(deps: AppDeps): HandlersOf<Routes> {
  const { people, place, gateway } = deps;
  return {
    'POST /api/login': async (c) => {
      const body = await bodyOf(c, LoginBody);
      if (!body.ok) return body.error;
      const { name } = body.value;
      const device = deviceOf(getCookie(c, deviceCookie(place.secure)), name, gateway);
      const session = await logIn(people, body.value, addressOf(c, place), device);
      return entered(c, deps, session, device === undefined ? name : undefined);
    },
    'POST /api/first-run': async (c) => {
      const body = await bodyOf(c, FirstRunBody);
      if (!body.ok) return body.error;
      return entered(c, deps, await acceptLink(people, body.value, addressOf(c, place)));
    },
    'POST /api/logout': async (c) => {
      const out = await logOut(people, callerOf(c), addressOf(c, place));
      if (!out.ok) return unavailable(c, deps, out.error, 'you are still logged in');
      deleteCookie(c, cookieName(place.secure), { path: '/', secure: place.secure });
      return c.json({});
    },
    'GET /api/me': (c) => c.json(meOf(c, deps)),
    'GET /api/users': async (c) => {
      const users = await userList(people);
      return users.ok ? c.json(users.value) : refusal(c, users.error);
    },
    'PUT /api/users': async (c) => {
      const body = await bodyOf(c, UserBody);
      if (!body.ok) return body.error;
      const saved = await saveUser(people, callerOf(c).name, body.value);
      return saved.ok ? c.json(saved.value) : refusal(c, saved.error);
    },
    'POST /api/users/:name/invite': async (c) => {
      const link = (secret: string): string => linkOf(place.url, secret);
      const made = await inviteUser(people, callerOf(c).name, c.req.param('name') ?? '', link);
      return made.ok ? c.json(made.value) : refusal(c, made.error);
    },
    'GET /api/tokens': async (c) => {
      const tokens = await tokenList(people, callerOf(c));
      return tokens.ok ? c.json(tokens.value) : refusal(c, tokens.error);
    },
    'POST /api/tokens': async (c) => {
      const body = await bodyOf(c, TokenBody);
      if (!body.ok) return body.error;
      const made = await makeToken(people, callerOf(c), body.value);
      return made.ok ? c.json(made.value, 201) : refusal(c, made.error);
    },
    'DELETE /api/tokens/:id': async (c) => {
      const dropped = await dropToken(people, callerOf(c), c.req.param('id') ?? '');
      return dropped.ok ? c.json({}) : refusal(c, dropped.error);
    },
  };
}

function keepDevice(c: Context<Env>, { place: { secure }, gateway }: AppDeps, name: string): void {
  const options = { path: '/', httpOnly: true, sameSite: 'Strict', secure, maxAge: DEVICE_S } as const;
  setCookie(c, deviceCookie(secure), newDevice(name, gateway), options);
}

/** What is wrong with the store stands in the log: it names files, and here anybody may ask. */
function unavailable(c: Context<Env>, { people }: AppDeps, error: string, told: string): Response {
  people.log.error({ route: c.req.routePath, error }, 'people cannot be looked up');
  return problem(c, 503, 'Unavailable', `${told}: try again; the log of the gateway says what is wrong`);
}

/** `newTo`: of whom this browser is to be known as a device from now on. */
function entered(c: Context<Env>, deps: AppDeps, session: Result<string, Refusal>, newTo?: string): Response {
  const { place } = deps;
  if (session.ok) {
    const maxAge = Math.floor(ABSOLUTE_MS / 1000);
    const options = { path: '/', httpOnly: true, sameSite: 'Strict', secure: place.secure, maxAge } as const;
    setCookie(c, cookieName(place.secure), session.value, options);
    if (newTo !== undefined) keepDevice(c, deps, newTo);
    return c.json({});
  }
  const { error } = session;
  switch (error.code) {
    case 'wrong':
      return problem(c, 401, 'Wrong', error.message);
    case 'wait':
      c.header('retry-after', String(Math.ceil(error.waitMs / 1000)));
      return problem(c, 429, 'Wait', error.message);
    case 'unavailable':
      return unavailable(c, deps, error.message, 'nobody can be looked up now');
  }
}

function meOf(c: Context<Env>, { cluster, gateway, version }: AppDeps): Me {
  const { name, role, groups, by } = callerOf(c);
  const { ownNamespace: namespace } = gateway;
  const me: Me = { name, role, groups: [...groups], cluster: { ...cluster }, namespace, version };
  if (by.kind === 'token') return me;
  return { ...me, csrf: csrfOf(by.secret), idleUntil: isoInstant(by.idleUntil), until: isoInstant(by.until) };
}
