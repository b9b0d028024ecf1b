import { ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PeopleStore } from '../../ports/peopleStore.ts';
import type { User } from '../../schema/people.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { putUser } from './users.ts';

const FIRST = 'admin';

/** Who is to be the first admin, and in which groups they are by now. */
export type FirstAdmin = Pick<User, 'name' | 'groups'>;

/** Undefined: an admin has a password. */
export async function firstAdmin(store: PeopleStore): Promise<Result<FirstAdmin | undefined, string>> {
  const read = await store.read();
  if (!read.ok) return read;
  const admins = read.value.users.filter(({ role, disabled }) => role === 'admin' && !disabled);
  if (admins.some(({ password }) => password !== undefined)) return ok(undefined);
  const [found = read.value.users.find(({ name }) => name === FIRST)] = admins;
  return ok({ name: found?.name ?? FIRST, groups: found?.groups ?? [] });
}

/** A one-time link's secret for them, who are made an admin where they are none. */
export async function inviteFirstAdmin(
  store: PeopleStore,
  clock: Clock,
  keeper: Gatekeeper,
  { name, groups }: FirstAdmin,
): Promise<Result<string, string>> {
  const read = await store.read();
  if (!read.ok) return read;
  if (!read.value.users.some((user) => user.name === name && user.role === 'admin')) {
    const made = await putUser(store, clock, { name, role: 'admin', groups });
    if (!made.ok) return made;
  }
  const secret = await keeper.invite(name);
  return secret.ok ? secret : { ok: false, error: secret.error.message };
}
