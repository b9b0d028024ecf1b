import type { Result } from '../kernel/result.ts';
import type { JournalEntry } from '../schema/journal.ts';

/** `JournalUnwritable` and the system's words (disk full, read-only). Nothing may be done that was to be recorded. */
export interface JournalError {
  readonly code: 'JournalUnwritable';
  readonly message: string;
}

/**
 * The append-only, hash-chained log of one process. `append` resolves when the record is on disk (fsync), in call order;
 * known secrets and secret-like text are redacted before hashing.
 */
export interface Journal {
  /** The new head: hash of the record just written. */
  append(entry: JournalEntry): Promise<Result<string, JournalError>>;
  /** Hash of the last record written. */
  head(): string;
  close(): Promise<void>;
}
