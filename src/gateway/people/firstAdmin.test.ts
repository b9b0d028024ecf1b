import { describe, expect, it } from 'vitest';
import { ok } from '../../kernel/result.ts';
import type { PeopleStore } from '../../ports/peopleStore.ts';
import { NOBODY, type People, type User } from '../../schema/people.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { firstAdmin, inviteFirstAdmin } from './firstAdmin.ts';
import { Gatekeeper } from './gatekeeper.ts';

const PASSWORD = 'correct horse battery';
const user = (name: string, role: User['role'], groups: readonly string[] = []): User => ({
  name,
  role,
  groups: [...groups],
  createdAt: 0,
  disabled: false,
});

function storeOf(...users: readonly User[]): PeopleStore {
  let people: People = { ...NOBODY, users: [...users] };
  return {
    read: () => Promise.resolve(ok(people)),
    update: (edit) => {
      people = edit(people) ?? people;
      return Promise.resolve(ok(undefined));
    },
  };
}

describe('the first admin', () => {
  it.each<[string, readonly User[], User]>([
    ['is made where nobody is there', [], user('admin', 'admin')],
    ['is who is one already, with their groups', [user('ada', 'admin', ['sre'])], user('ada', 'admin', ['sre'])],
    [
      'is made one of who has the name and is none',
      [user('admin', 'operator', ['sre'])],
      user('admin', 'admin', ['sre']),
    ],
  ])('%s, and can log in by their link', async (_, users, expected) => {
    const store = storeOf(...users);
    const clock = new ManualClock();
    const keeper = new Gatekeeper(store, clock);
    const admin = await firstAdmin(store);
    if (!admin.ok || admin.value === undefined) throw new Error('nobody is to be the first');
    const secret = await inviteFirstAdmin(store, clock, keeper, admin.value);
    expect(secret.ok && (await keeper.accept(secret.value, PASSWORD)).ok).toBe(true);
    const read = await store.read();
    const { name, role, groups } = expected;
    expect(read.ok && read.value.users).toMatchObject([{ name, role, groups }]);
    expect(await firstAdmin(store)).toEqual(ok(undefined));
  });
});
