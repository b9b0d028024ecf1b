import type { Result } from '../kernel/result.ts';

/** One journal as it lies in the data folder. */
export interface JournalFile {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** Its text split at newlines; a last empty piece is the final newline. */
  readonly lines: readonly string[];
}

/** The journals of the data folder at hand: those of this machine's processes, whoever writes them. */
export interface JournalFiles {
  /** All of them, by name; an error in words of what cannot be read, or is too large to be looked at here. */
  read(): Promise<Result<readonly JournalFile[], string>>;
}
