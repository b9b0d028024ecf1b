import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FileJournal } from '../adapters/journal/fileJournal.ts';
import { redactDeep } from '../kernel/redact.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { JournalEntry } from '../schema/journal.ts';
import { JournalRecord } from '../schema/journal.ts';
import { MemoryJournal } from '../testing/memoryJournal.ts';
import type { RealWork } from './model/work.ts';
import type { JournalSeen } from './seen.ts';

export interface JournalPair {
  readonly controller: Journal;
  readonly executor: Journal;
  readonly gateway: Journal;
}

/** The journals of one run, over restarts of the process. */
export interface JournalStore {
  /** For a process that starts now. */
  open(): Promise<JournalPair>;
  /** What is stored, read back. */
  stored(): Promise<JournalSeen[]>;
  close(): Promise<void>;
}

interface Parts {
  readonly clock: Clock;
  readonly secrets: readonly string[];
  readonly work: RealWork;
}

/** In memory, with the real chain and the same redaction as on disk: for runs in which no process dies. */
export function journalsInMemory({ clock, secrets }: Parts): JournalStore {
  const stores = {
    controller: new MemoryJournal(clock, 'controller'),
    executor: new MemoryJournal(clock, 'executor'),
    gateway: new MemoryJournal(clock, 'gateway'),
  };
  const redacting = (inner: MemoryJournal): Journal => ({
    append: (entry: JournalEntry) => inner.append({ ...entry, data: redactDeep(entry.data, secrets) }),
    head: () => inner.head(),
    close: () => inner.close(),
  });
  return {
    open: () =>
      Promise.resolve({
        controller: redacting(stores.controller),
        executor: redacting(stores.executor),
        gateway: redacting(stores.gateway),
      }),
    stored: () =>
      Promise.resolve(
        Object.entries(stores).map(([writer, { records }]) => ({
          writer,
          records,
          lines: records.map((record) => JSON.stringify(record)),
        })),
      ),
    close: () => Promise.resolve(),
  };
}

/** The product's own journals on disk, opened anew by each process and read back from their files. */
export async function journalsOnDisk({ clock, secrets, work }: Parts): Promise<JournalStore> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'fairlead-scenario-'));
  let open: FileJournal[] = [];
  const closeAll = async (): Promise<void> => {
    await Promise.all(open.map((journal) => journal.close()));
    open = [];
  };
  const one = async (writer: string): Promise<Journal> => {
    const opened = await FileJournal.open({ dir, writer, clock, redact: (value) => redactDeep(value, secrets) });
    if (!opened.ok) throw new Error(opened.error.message);
    const journal = opened.value;
    open.push(journal);
    return {
      append: (entry) => work.track(journal.append(entry)),
      head: () => journal.head(),
      close: () => journal.close(),
    };
  };
  const read = async (writer: string): Promise<JournalSeen> => {
    const text = await readFile(path.join(dir, `${writer}.jsonl`), 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line !== '');
    return { writer, lines, records: lines.map((line) => JournalRecord.parse(JSON.parse(line))) };
  };
  return {
    async open() {
      await closeAll();
      return { controller: await one('controller'), executor: await one('executor'), gateway: await one('gateway') };
    },
    stored: () => Promise.all(['controller', 'executor', 'gateway'].map(read)),
    async close() {
      await closeAll();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
