import type { Result } from '../kernel/result.ts';

/** One journal file as it lies in the data folder. */
export interface JournalFile {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** Its text split at newlines; a last empty piece is the final newline. */
  readonly lines: readonly string[];
  /** Files of the same chain before it lie there as well, and were not read: together they are too large. */
  readonly earlierUnread?: true;
}

/** The journals of the data folder at hand: those of this machine's processes, whoever writes them. */
export interface JournalFiles {
  /**
   * By writer, and of each writer in the order of their records; where all are too large to be looked at here, the newest.
   * An error in words of what cannot be read.
   */
  read(): Promise<Result<readonly JournalFile[], string>>;
}
