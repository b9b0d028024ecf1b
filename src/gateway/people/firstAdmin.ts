import { ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PeopleStore } from '../../ports/peopleStore.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { putUser } from './users.ts';

const FIRST = 'admin';

/** Who is to be the first admin, while no admin has a password yet; undefined when one has. */
export async function firstAdmin(store: PeopleStore): Promise<Result<string | undefined, string>> {
  const read = await store.read();
  if (!read.ok) return read;
  const admins = read.value.users.filter(({ role, disabled }) => role === 'admin' && !disabled);
  if (admins.some(({ password }) => password !== undefined)) return ok(undefined);
  return ok(admins[0]?.name ?? FIRST);
}

/** A one-time link's secret for them, who are made where they are not there. */
export async function inviteFirstAdmin(
  store: PeopleStore,
  clock: Clock,
  keeper: Gatekeeper,
  name: string,
): Promise<Result<string, string>> {
  const read = await store.read();
  if (!read.ok) return read;
  if (!read.value.users.some((user) => user.name === name)) {
    const made = await putUser(store, clock, { name, role: 'admin', groups: [] });
    if (!made.ok) return made;
  }
  const secret = await keeper.invite(name);
  return secret.ok ? secret : { ok: false, error: secret.error.message };
}
