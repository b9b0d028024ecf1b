import { err, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PeopleStore } from '../../ports/peopleStore.ts';
import type { Role } from '../../schema/api/people.ts';
import type { User } from '../../schema/people.ts';

export interface NewUser {
  readonly name: string;
  readonly role: Role;
  readonly groups: readonly string[];
  /** Hashed already. */
  readonly password?: string;
}

/** Adds a person, or gives one who is there another role, other groups or a new password. Taking rights away works at once. */
export async function putUser(
  store: PeopleStore,
  clock: Clock,
  user: NewUser & { readonly disabled?: boolean },
): Promise<Result<User, string>> {
  let kept: User | undefined;
  const updated = await store.update((people) => {
    const before = people.users.find((one) => one.name === user.name);
    const password = user.password ?? before?.password;
    kept = {
      name: user.name,
      role: user.role,
      groups: [...user.groups],
      ...(password === undefined ? {} : { password }),
      createdAt: before?.createdAt ?? clock.now(),
      disabled: user.disabled ?? before?.disabled ?? false,
    };
    const others = people.users.filter((one) => one.name !== user.name);
    if (before?.role === 'admin' && !hasAdmin([...others, kept])) {
      kept = undefined;
      return undefined;
    }
    const ends = user.password !== undefined || kept.disabled;
    return {
      ...people,
      users: [...others, kept],
      sessions: ends ? people.sessions.filter((one) => one.user !== user.name) : people.sessions,
      // Somebody else may have made one with the old password; enabling a person again revives none.
      tokens: ends ? people.tokens.filter((one) => one.owner !== user.name) : people.tokens,
      // A link made before would set yet another password.
      invitations: ends ? people.invitations.filter((one) => one.user !== user.name) : people.invitations,
    };
  });
  if (!updated.ok) return updated;
  return kept === undefined ? err('the last admin stays one: make somebody else admin first') : ok(kept);
}

/** False: there was none of this id, or not of this owner. */
export async function revokeToken(store: PeopleStore, id: string, owner?: string): Promise<Result<boolean, string>> {
  let found = false;
  const updated = await store.update((people) => {
    const rest = people.tokens.filter((one) => one.id !== id || (owner !== undefined && one.owner !== owner));
    found = rest.length < people.tokens.length;
    return found ? { ...people, tokens: rest } : undefined;
  });
  return updated.ok ? ok(found) : updated;
}

const hasAdmin = (users: readonly User[]): boolean => users.some((one) => one.role === 'admin' && !one.disabled);
