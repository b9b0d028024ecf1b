import { err, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PeopleStore } from '../../ports/peopleStore.ts';
import type { Scope } from '../../schema/api/people.ts';
import type { ApiToken, People, Session, User } from '../../schema/people.ts';
import { Attempts } from './attempts.ts';
import type { Identity } from './identity.ts';
import { Lookups } from './lookups.ts';
import { networkOf } from './networkOf.ts';
import { hashPassword, passwordMatches } from './password.ts';
import { digestOfSecret, newSecret } from './secrets.ts';

export const IDLE_MS = 30 * 60_000;
export const ABSOLUTE_MS = 12 * 3_600_000;
/** A session is seen at most this often, so that reading pages writes nothing. */
const SEEN_EVERY_MS = 60_000;
export const INVITATION_MS = 24 * 3_600_000;
const DAY_MS = 86_400_000;
/** As many as the document holds; and of one person. */
const MOST_SESSIONS = 2_000;
const MOST_OF_ONE = 32;

export type Refusal =
  | { readonly code: 'wrong'; readonly message: string }
  | { readonly code: 'wait'; readonly message: string; readonly waitMs: number }
  | { readonly code: 'unavailable'; readonly message: string };

/** Lets people in and knows them again. Everything secret is kept hashed; a store that cannot be read lets nobody in. */
export class Gatekeeper {
  readonly #store: PeopleStore;
  readonly #clock: Clock;
  readonly #attempts: Attempts;
  readonly #lookups: Lookups;

  constructor(store: PeopleStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#lookups = new Lookups(store, clock);
    this.#attempts = new Attempts(clock);
  }

  /**
   * A new session's secret, for the cookie. `from` is the caller's address; `device` the id of one that this very person was
   * let in with before: its tries count for itself alone, and nobody else's for it.
   */
  async login(name: string, password: string, from: string, device?: string): Promise<Result<string, Refusal>> {
    const keys = device === undefined ? [`name ${name}`, `from ${networkOf(from)}`] : [`device ${device}`];
    const held = this.#heldBack(keys);
    if (held !== undefined) return err(held);
    const read = await this.#store.read();
    if (!read.ok) return err(unavailable(read.error));
    // Again, and counted without a pause between: others came meanwhile.
    const late = this.#heldBack(keys);
    if (late !== undefined) return err(late);
    const user = read.value.users.find((one) => one.name === name && !one.disabled);
    // Counted before it is looked at, so that many tries at once are no way around it.
    this.#attempts.failed(...keys);
    if (!(await passwordMatches(password, user?.password))) {
      return err({ code: 'wrong', message: 'name or password is wrong' });
    }
    this.#attempts.succeeded(...keys);
    return this.#open(name);
  }

  /** Too many tries were wrong lately. */
  #heldBack(keys: readonly string[]): Refusal | undefined {
    const waitMs = this.#attempts.waitMs(...keys);
    return waitMs > 0 ? { code: 'wait', message: 'too many wrong tries: wait a minute', waitMs } : undefined;
  }

  /** An error when the session could not be ended: it goes on. */
  logout(secret: string): Promise<Result<void, string>> {
    const id = digestOfSecret(secret);
    return this.#store.update((people) => ({ ...people, sessions: people.sessions.filter((one) => one.id !== id) }));
  }

  /** Who holds this session; undefined: nobody, any more. `quietly`: a look that does not keep it from ending for idleness. */
  async ofSession(secret: string, quietly = false): Promise<Result<Identity | undefined, Refusal>> {
    const id = digestOfSecret(secret);
    const read = await this.#lookups.peopleFor(id);
    if (!read.ok) return err(unavailable(read.error));
    const now = this.#clock.now();
    const session = read.value.sessions.find((one) => one.id === id);
    const user = session && enabled(read.value, session.user);
    if (session === undefined || user === undefined || isOver(session, now)) return ok(undefined);
    if (!quietly && now - session.seenAt >= SEEN_EVERY_MS) await this.#seen(id, now);
    const until = session.createdAt + ABSOLUTE_MS;
    const idleUntil = Math.min(until, now + IDLE_MS);
    return ok(identity(user, { kind: 'session', secret, idleUntil, until }));
  }

  async ofToken(secret: string): Promise<Result<Identity | undefined, Refusal>> {
    const hash = digestOfSecret(secret);
    const read = await this.#lookups.peopleFor(hash);
    if (!read.ok) return err(unavailable(read.error));
    const now = this.#clock.now();
    const token = read.value.tokens.find((one) => one.hash === hash);
    const user = token && enabled(read.value, token.owner);
    if (token === undefined || user === undefined || now >= token.expiresAt) return ok(undefined);
    if (now - (token.lastUsedAt ?? 0) >= SEEN_EVERY_MS) {
      await this.#store.update((people) => ({
        ...people,
        tokens: people.tokens.map((one) => (one.id === token.id ? { ...one, lastUsedAt: now } : one)),
      }));
    }
    return ok(identity(user, { kind: 'token', id: token.id, scopes: token.scopes }));
  }

  /** A link's secret with which this person sets their password, once, within a day. */
  async invite(name: string): Promise<Result<string, Refusal>> {
    const secret = newSecret();
    const expiresAt = this.#clock.now() + INVITATION_MS;
    const kept = await this.#store.update((people) => ({
      ...people,
      invitations: [
        ...people.invitations.filter((one) => one.user !== name && one.expiresAt > this.#clock.now()),
        { hash: digestOfSecret(secret), user: name, expiresAt },
      ],
    }));
    return kept.ok ? ok(secret) : err(unavailable(kept.error));
  }

  /** Sets the password of whom the link is for, and logs them in. All their other sessions end, and their tokens: whoever made
   * one with the old password has it no longer. */
  async accept(secret: string, password: string): Promise<Result<string, Refusal>> {
    const hash = digestOfSecret(secret);
    const now = this.#clock.now();
    const hashed = await hashPassword(password);
    let who: string | undefined;
    const kept = await this.#store.update((people) => {
      who = people.invitations.find((one) => one.hash === hash && one.expiresAt > now)?.user;
      if (who === undefined || enabled(people, who) === undefined) return undefined;
      return {
        ...people,
        invitations: people.invitations.filter((one) => one.hash !== hash),
        sessions: people.sessions.filter((one) => one.user !== who),
        tokens: people.tokens.filter((one) => one.owner !== who),
        users: people.users.map((one) => (one.name === who ? { ...one, password: hashed } : one)),
      };
    });
    if (!kept.ok) return err(unavailable(kept.error));
    return who === undefined ? err({ code: 'wrong', message: 'this link was used, or is too old' }) : this.#open(who);
  }

  /** The token's secret, shown this once. */
  async makeToken(
    owner: string,
    { name, scopes, days }: { readonly name: string; readonly scopes: readonly Scope[]; readonly days: number },
  ): Promise<Result<{ readonly secret: string; readonly token: ApiToken }, Refusal>> {
    const secret = `fl_${newSecret()}`;
    const now = this.#clock.now();
    const hash = digestOfSecret(secret);
    const token: ApiToken = {
      id: hash.slice(0, 12),
      hash,
      name,
      owner,
      scopes: [...scopes],
      createdAt: now,
      expiresAt: now + days * DAY_MS,
    };
    const kept = await this.#store.update((people) => ({
      ...people,
      tokens: [...people.tokens.filter((one) => one.expiresAt > now), token],
    }));
    return kept.ok ? ok({ secret, token }) : err(unavailable(kept.error));
  }

  async #open(user: string): Promise<Result<string, Refusal>> {
    const secret = newSecret();
    const now = this.#clock.now();
    const kept = await this.#store.update((people) => ({
      ...people,
      sessions: [
        ...withRoom(
          people.sessions.filter((one) => !isOver(one, now)),
          user,
        ),
        { id: digestOfSecret(secret), user, createdAt: now, seenAt: now },
      ],
    }));
    return kept.ok ? ok(secret) : err(unavailable(kept.error));
  }

  /** Best effort: a session that cannot be marked as seen ends earlier, not later. */
  async #seen(id: string, now: number): Promise<void> {
    await this.#store.update((people) => ({
      ...people,
      sessions: people.sessions.map((one) => (one.id === id ? { ...one, seenAt: now } : one)),
    }));
  }
}

/** Who opens many ends their own oldest, and nobody else's while there is room for all. */
function withRoom(sessions: readonly Session[], user: string): readonly Session[] {
  const own = sessions.filter((one) => one.user === user);
  const ended = new Set(own.slice(0, Math.max(0, own.length + 1 - MOST_OF_ONE)));
  return sessions.filter((one) => !ended.has(one)).slice(1 - MOST_SESSIONS);
}

const isOver = ({ createdAt, seenAt }: Session, now: number): boolean =>
  now >= createdAt + ABSOLUTE_MS || now >= seenAt + IDLE_MS;

const enabled = ({ users }: People, name: string): User | undefined =>
  users.find((one) => one.name === name && !one.disabled);

const identity = ({ name, role, groups }: User, by: Identity['by']): Identity => ({ name, role, groups, by });

const unavailable = (message: string): Refusal => ({ code: 'unavailable', message });
