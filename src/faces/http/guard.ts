import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Gatekeeper } from '../../gateway/people/gatekeeper.ts';
import type { Identity } from '../../gateway/people/identity.ts';
import { csrfOf, sameText } from '../../gateway/people/secrets.ts';
import { type Access, admits, lackOf } from './access.ts';
import type { Place } from './place.ts';
import { problem } from './problem.ts';
import type { Turned } from './turnedOnRecord.ts';

export interface Env {
  Variables: { identity: Identity | undefined };
}

export const cookieName = (secure: boolean): string => (secure ? '__Host-fairlead' : 'fairlead');
export const deviceCookie = (secure: boolean): string => `${cookieName(secure)}-device`;

/** A page of ours always names itself; whoever has no Origin is no browser, and then no cookie is taken from it. */
export function guard(
  access: Access,
  keeper: Gatekeeper,
  place: Place,
  turned: Turned = () => Promise.resolve(undefined),
): MiddlewareHandler<Env> {
  return async (c, next) => {
    // Who asks what anybody may have is not looked up.
    if (access.kind === 'public') return next();
    const found = await identify(c, keeper, place);
    if (found === 'unavailable')
      return problem(c, 503, 'Unavailable', 'who you are cannot be looked up now: try again');
    switch (admits(access, found)) {
      case 'login':
        return problem(c, 401, 'LoginNeeded', 'log in first');
      case 'forbidden':
        return (
          (found && (await turned(c, found))) ??
          problem(c, 403, 'Forbidden', found ? lackOf(access, found) : 'log in first')
        );
      case 'yes':
        break;
    }
    if (found?.by.kind === 'session' && c.req.method !== 'GET' && !isOurPage(c, found.by.secret, place)) {
      return problem(c, 403, 'ForeignPage', 'this did not come from a page of this gateway: reload and try again');
    }
    c.set('identity', found);
    return next();
  };
}

/** Names that point here without being ours are how a page elsewhere reads a service on a laptop (DNS rebinding). */
export function knownHost({ hosts }: Place): MiddlewareHandler {
  return async (c, next) => {
    const host = (c.req.header('host') ?? '').toLowerCase();
    return hosts.includes(host) ? next() : problem(c, 421, 'WrongHost', 'this gateway is not reached by that name');
  };
}

async function identify(
  c: Context,
  keeper: Gatekeeper,
  { secure }: Place,
): Promise<Identity | undefined | 'unavailable'> {
  const bearer = /^Bearer (fl_[A-Za-z0-9_-]{20,100})$/.exec(c.req.header('authorization') ?? '')?.[1];
  const cookie = getCookie(c, cookieName(secure));
  // One or the other: with both there is no saying which of the two is meant.
  if (bearer !== undefined && cookie !== undefined) return undefined;
  if (bearer === undefined && !/^[\w-]{20,100}$/.test(cookie ?? '')) return undefined;
  const found = bearer === undefined ? await keeper.ofSession(cookie ?? '') : await keeper.ofToken(bearer);
  return found.ok ? found.value : 'unavailable';
}

/** A login is a change too: no page elsewhere logs anybody in here. Who sends no Origin is no browser. */
export function noForeignPage(place: Place): MiddlewareHandler {
  return async (c, next) =>
    c.req.header('origin') === undefined || isOurOrigin(c, place)
      ? next()
      : problem(c, 403, 'ForeignPage', 'this did not come from a page of this gateway');
}

const isOurOrigin = (c: Context, { hosts, secure }: Place): boolean =>
  hosts.some((host) => c.req.header('origin') === `${secure ? 'https' : 'http'}://${host}`);

function isOurPage(c: Context, secret: string, place: Place): boolean {
  return isOurOrigin(c, place) && sameText(c.req.header('x-fairlead-csrf') ?? '', csrfOf(secret));
}
