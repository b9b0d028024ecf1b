import { describe, expect, it } from 'vitest';
import type { PeopleStore } from '../ports/peopleStore.ts';
import type { People } from '../schema/people.ts';

const user = (name: string): People['users'][number] => ({
  name,
  role: 'viewer',
  groups: [],
  createdAt: 0,
  disabled: false,
});
const adding =
  (name: string) =>
  (people: People): People => ({ ...people, users: [...people.users, user(name)] });

/**
 * What every store of people holds to. `open` gives a store over a place that is empty at the first call of a test;
 * called again in the same test it gives another process's store over the same place.
 */
export function peopleContract(what: string, open: () => PeopleStore, fresh: () => void | Promise<void>): void {
  describe(`a store of people: ${what}`, () => {
    const names = async (store: PeopleStore): Promise<string[]> => {
      const read = await store.read();
      if (!read.ok) throw new Error(read.error);
      return read.value.users.map(({ name }) => name).sort();
    };

    it('begins with nobody, and keeps what is put in for others and for later', async () => {
      await fresh();
      const store = open();
      expect(await store.read()).toEqual({ ok: true, value: { users: [], sessions: [], tokens: [], invitations: [] } });
      expect(await store.update(adding('ada'))).toEqual({ ok: true, value: undefined });
      expect(await names(store)).toEqual(['ada']);
      expect(await names(open())).toEqual(['ada']);
    });

    it('leaves all as it is when a change says so', async () => {
      await fresh();
      const store = open();
      await store.update(adding('ada'));
      expect(await store.update(() => undefined)).toEqual({ ok: true, value: undefined });
      expect(await names(store)).toEqual(['ada']);
    });

    it('shows one what another has just put in', async () => {
      await fresh();
      const [one, other] = [open(), open()];
      await one.update(adding('ada'));
      expect(await names(other)).toEqual(['ada']);
      await other.update(adding('bob'));
      expect(await names(one)).toEqual(['ada', 'bob']);
    });

    it('loses none of many changes at once, from one process and from several', async () => {
      await fresh();
      const stores = [open(), open(), open()];
      const wanted = Array.from({ length: 12 }, (_, i) => `p${i}`);
      for (const name of wanted) {
        // Who gave up says so, and then nothing was changed: it is tried again.
        for (let done = false; !done; ) {
          const store = stores[Number(name.slice(1)) % stores.length];
          done = (await store?.update(adding(name)))?.ok ?? false;
        }
      }
      const more = Array.from({ length: 6 }, (_, i) => `q${i}`);
      const results = await Promise.all(more.map((name, i) => stores[i % stores.length]?.update(adding(name))));
      const kept = await names(open());
      for (const [i, name] of more.entries()) expect([name, kept.includes(name)]).toEqual([name, results[i]?.ok]);
      expect(kept.filter((name) => name.startsWith('p'))).toEqual(wanted.toSorted());
      expect(new Set(kept).size).toBe(kept.length);
      expect(results.filter((result) => result?.ok).length).toBeGreaterThan(0);
    });

    it('refuses what could not be read back, and keeps what was there', async () => {
      await fresh();
      const store = open();
      await store.update(adding('ada'));
      expect((await store.update(adding('x'.repeat(65)))).ok).toBe(false);
      expect(await names(store)).toEqual(['ada']);
    });
  });
}
