import { ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PeopleStore } from '../../ports/peopleStore.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { putUser } from './users.ts';

const FIRST = 'admin';

/** A one-time link's secret for the first admin, while no admin has a password yet; undefined when one has. */
export async function firstAdmin(
  store: PeopleStore,
  clock: Clock,
  keeper: Gatekeeper,
): Promise<Result<{ readonly name: string; readonly secret: string } | undefined, string>> {
  const read = await store.read();
  if (!read.ok) return read;
  const admins = read.value.users.filter(({ role, disabled }) => role === 'admin' && !disabled);
  if (admins.some(({ password }) => password !== undefined)) return ok(undefined);
  const name = admins[0]?.name ?? FIRST;
  if (admins.length === 0) {
    const made = await putUser(store, clock, { name, role: 'admin', groups: [] });
    if (!made.ok) return made;
  }
  const secret = await keeper.invite(name);
  return secret.ok ? ok({ name, secret: secret.value }) : { ok: false, error: secret.error.message };
}
