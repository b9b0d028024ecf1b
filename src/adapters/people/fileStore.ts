import { stat } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PeopleStore } from '../../ports/peopleStore.ts';
import type { People } from '../../schema/people.ts';
import { readDocument, writeDocument } from './document.ts';
import { readPrivate, writePrivate } from './privateFile.ts';
import { inTurn, LOST_TURN } from './turn.ts';

/**
 * People in `users.json` of a folder, mode 0600. Several processes may change it: each change reads and writes in its turn,
 * and the file is put in place whole. Reads take no turn.
 */
export function fileStore(dir: string, clock: Clock): PeopleStore {
  const file = path.join(dir, 'users.json');
  let known: { readonly mark: string; readonly people: People } | undefined;
  let running: Promise<unknown> = Promise.resolve();

  const readNow = async (): Promise<Result<People, string>> => {
    const text = await readPrivate(file);
    return text.ok ? readDocument(text.value, file) : text;
  };

  const change = async (
    edit: (people: People) => People | undefined,
    isMine: () => Promise<boolean>,
  ): Promise<Result<void, string>> => {
    const people = await readNow();
    if (!people.ok) return people;
    const next = edit(people.value);
    if (next === undefined) return ok(undefined);
    const text = writeDocument(next, file);
    // Somebody else's turn has begun on what this one read: its change would undo theirs.
    return text.ok
      ? writePrivate(file, text.value, async () => ((await isMine()) ? ok(undefined) : err(LOST_TURN)))
      : text;
  };

  return {
    /** Parsed once a version: every call of the API comes here. */
    async read() {
      const mark = await markOf(file);
      if (mark !== undefined && mark === known?.mark) return ok(known.people);
      const people = await readNow();
      if (people.ok && mark !== undefined) known = { mark, people: people.value };
      return people;
    },
    update(edit) {
      // One after another within this process, so that only processes wait for each other's turn.
      const done = running.then(() => inTurn(`${file}.lock`, clock, (isMine) => change(edit, isMine)));
      running = done.catch(() => undefined);
      return done;
    },
  };
}

/** Another version has another inode: it is put in place by a rename. Undefined: it cannot be told. */
async function markOf(file: string): Promise<string | undefined> {
  try {
    const { ino, mtimeNs, size, mode, ctimeNs } = await stat(file, { bigint: true });
    return [ino, mtimeNs, ctimeNs, size, mode].join(' ');
  } catch {
    return undefined;
  }
}
