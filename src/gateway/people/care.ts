import type { z } from 'zod';
import { isoInstant } from '../../kernel/instant.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { InviteMade, TokenList, UserList } from '../../schema/api/lists.ts';
import type { TokenBody, TokenMade, TokenView, UserBody, UserView } from '../../schema/api/people.ts';
import type { ApiToken, User } from '../../schema/people.ts';
import type { Refused } from '../deps.ts';
import type { PeopleDeps } from './deps.ts';
import { INVITATION_MS } from './gatekeeper.ts';
import type { Identity } from './identity.ts';
import { hashPassword } from './password.ts';
import { putUser, revokeToken } from './users.ts';

/** Of one person: what there is room for is everybody's. */
const MOST_TOKENS = 100;

type Done<T> = Promise<Result<T, Refused>>;

export async function userList({ store }: PeopleDeps): Done<UserList> {
  const read = await store.read();
  if (!read.ok) return unavailable(read.error);
  return ok({ items: read.value.users.map(userView).toSorted((a, b) => (a.name < b.name ? -1 : 1)) });
}

/** Adds a person or changes their rights; on record first. */
export async function saveUser(deps: PeopleDeps, by: string, body: z.infer<typeof UserBody>): Done<UserView> {
  const { password, ...rest } = body;
  const logged = await record(deps, { who: by, what: 'changed the rights of', whom: rest });
  if (!logged.ok) return logged;
  const { disabled, ...user } = rest;
  const kept = await putUser(deps.store, deps.clock, {
    ...user,
    ...(disabled === undefined ? {} : { disabled }),
    ...(password === undefined ? {} : { password: await hashPassword(password) }),
  });
  if (!kept.ok)
    return err({ code: kept.error.includes('last admin') ? 'notOffered' : 'unavailable', message: kept.error });
  return ok(userView(kept.value));
}

/** A link with which this person sets their password once. `linkFor` knows how this gateway is reached. */
export async function inviteUser(
  deps: PeopleDeps,
  by: string,
  name: string,
  linkFor: (secret: string) => string,
): Done<InviteMade> {
  const read = await deps.store.read();
  if (!read.ok) return unavailable(read.error);
  const user = read.value.users.find((one) => one.name === name);
  if (user === undefined) return err({ code: 'notFound', message: `there is no user ${name}` });
  if (user.disabled)
    return err({
      code: 'notOffered',
      message: `${name} is disabled: enable them first (fairlead users enable ${name})`,
    });
  const logged = await record(deps, { who: by, what: 'made a one-time link for', whom: name });
  if (!logged.ok) return logged;
  const secret = await deps.keeper.invite(name);
  if (!secret.ok) return unavailable(secret.error.message);
  return ok({ link: linkFor(secret.value), expiresAt: isoInstant(deps.clock.now() + INVITATION_MS) });
}

/** One's own; an admin sees all. */
export async function tokenList({ store, clock }: PeopleDeps, who: Identity): Done<TokenList> {
  const read = await store.read();
  if (!read.ok) return unavailable(read.error);
  const now = clock.now();
  const seen = read.value.tokens.filter(({ owner, expiresAt }) => expiresAt > now && mayTouch(who, owner));
  return ok({ items: seen.map(tokenView) });
}

export async function makeToken(deps: PeopleDeps, who: Identity, body: z.infer<typeof TokenBody>): Done<TokenMade> {
  const read = await deps.store.read();
  if (!read.ok) return unavailable(read.error);
  const now = deps.clock.now();
  const own = read.value.tokens.filter(({ owner, expiresAt }) => owner === who.name && expiresAt > now);
  if (own.length >= MOST_TOKENS) {
    return err({ code: 'notOffered', message: `you have ${own.length} tokens: revoke those that nothing uses` });
  }
  const logged = await record(deps, { who: who.name, what: 'made a token', whom: body });
  if (!logged.ok) return logged;
  const made = await deps.keeper.makeToken(who.name, body);
  if (!made.ok) return unavailable(made.error.message);
  return ok({ ...tokenView(made.value.token), secret: made.value.secret });
}

export async function dropToken(deps: PeopleDeps, who: Identity, id: string): Done<void> {
  const logged = await record(deps, { who: who.name, what: 'revoked the token', whom: id.slice(0, 64) });
  if (!logged.ok) return logged;
  const dropped = await revokeToken(deps.store, id, who.role === 'admin' ? undefined : who.name);
  if (!dropped.ok) return unavailable(dropped.error);
  return dropped.value ? ok(undefined) : err({ code: 'notFound', message: 'you have no such token' });
}

const mayTouch = (who: Identity, owner: string): boolean => who.role === 'admin' || who.name === owner;

const userView = ({ name, role, groups, createdAt, disabled }: User): UserView => ({
  name,
  role,
  groups,
  createdAt: isoInstant(createdAt),
  disabled,
});

const tokenView = ({ id, name, owner, scopes, createdAt, expiresAt, lastUsedAt }: ApiToken): TokenView => ({
  id,
  name,
  owner,
  scopes,
  createdAt: isoInstant(createdAt),
  expiresAt: isoInstant(expiresAt),
  ...(lastUsedAt === undefined ? {} : { lastUsedAt: isoInstant(lastUsedAt) }),
});

async function record(deps: PeopleDeps, data: Readonly<Record<string, unknown>>): Done<void> {
  const logged = await deps.journal.append({ kind: 'access', subject: '', data });
  return logged.ok ? ok(undefined) : unavailable(`it cannot be recorded: ${logged.error.message}`);
}

const unavailable = (message: string): Result<never, Refused> => err({ code: 'unavailable', message });
