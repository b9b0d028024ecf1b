import { err, ok, type Result } from '../kernel/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal, JournalError } from '../ports/journal.ts';
import type { JournalEntry, JournalRecord } from '../schema/journal.ts';
import { journalHash, NO_RECORD, plainJson } from '../schema/journalHash.ts';

/** A journal in memory with the real chain, whose disk can be made to fail. */
export class MemoryJournal implements Journal {
  readonly records: JournalRecord[] = [];
  /** Set to a message to make every append fail with it; unset to make the disk work again. */
  unwritable: string | undefined;
  readonly #clock: Clock;
  readonly #writer: string;

  constructor(clock: Clock, writer = 'executor-test') {
    this.#clock = clock;
    this.#writer = writer;
  }

  append(entry: JournalEntry): Promise<Result<string, JournalError>> {
    if (this.unwritable !== undefined) {
      return Promise.resolve(err({ code: 'JournalUnwritable', message: this.unwritable }));
    }
    const unsealed = {
      seq: this.records.length,
      prev: this.head(),
      at: this.#clock.now(),
      writer: this.#writer,
      kind: entry.kind,
      subject: entry.subject,
      data: plainJson(entry.data) as Record<string, unknown>,
    };
    const record = { ...unsealed, hash: journalHash(unsealed) };
    this.records.push(record);
    return Promise.resolve(ok(record.hash));
  }

  head(): string {
    return this.records.at(-1)?.hash ?? NO_RECORD;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The records of one kind, oldest first. */
  of(kind: JournalRecord['kind']): JournalRecord[] {
    return this.records.filter((record) => record.kind === kind);
  }
}
