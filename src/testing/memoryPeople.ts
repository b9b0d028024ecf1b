import { err, ok } from '../kernel/result.ts';
import type { PeopleStore } from '../ports/peopleStore.ts';
import { NOBODY, People } from '../schema/people.ts';

/** People in memory, whose store can be made to fail. */
export class MemoryPeople implements PeopleStore {
  people: People = NOBODY;
  /** Set to a message to make every call fail with it. */
  broken: string | undefined;

  read(): ReturnType<PeopleStore['read']> {
    return Promise.resolve(this.broken === undefined ? ok(this.people) : err(this.broken));
  }

  update(change: (people: People) => People | undefined): ReturnType<PeopleStore['update']> {
    if (this.broken !== undefined) return Promise.resolve(err(this.broken));
    const next = People.safeParse(change(this.people) ?? this.people);
    if (!next.success) return Promise.resolve(err('it cannot hold that'));
    this.people = next.data;
    return Promise.resolve(ok(undefined));
  }
}
