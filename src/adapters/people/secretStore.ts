import { err, ok, type Result } from '../../kernel/result.ts';
import type { OwnSecret } from '../../ports/ownSecret.ts';
import type { PeopleStore } from '../../ports/peopleStore.ts';
import type { People } from '../../schema/people.ts';
import { readDocument, writeDocument } from './document.ts';

const ATTEMPTS = 8;
/** The API server takes 1 MiB in all fields of a Secret together; the rest is for fields that are not ours. */
const MOST_BYTES = 1_000_000;

/** People in a cluster: one field of our own Secret, shared by all gateways, swapped by resourceVersion. */
export function secretStore(secret: OwnSecret): PeopleStore {
  const where = `Secret ${secret.name}`;
  const current = async (): Promise<Result<{ people: People; version: string | undefined }, string>> => {
    const read = await secret.read();
    if (!read.ok) return err(`${where} cannot be read: ${read.error.message}`);
    const people = readDocument(read.value?.text, where);
    return people.ok ? ok({ people: people.value, version: read.value?.resourceVersion }) : people;
  };
  return {
    async read() {
      const now = await current();
      return now.ok ? ok(now.value.people) : now;
    },
    async update(edit) {
      for (let attempt = 1; ; attempt += 1) {
        const now = await current();
        if (!now.ok) return now;
        const next = edit(now.value.people);
        if (next === undefined) return ok(undefined);
        const text = writeDocument(next, where, MOST_BYTES);
        if (!text.ok) return text;
        const written = await secret.write(text.value, now.value.version);
        if (written.ok) return ok(undefined);
        if (written.error.code !== 'conflict' || attempt >= ATTEMPTS) {
          return err(`${where} cannot be written: ${written.error.message}`);
        }
      }
    },
  };
}
