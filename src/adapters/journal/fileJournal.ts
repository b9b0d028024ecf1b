import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Journal, JournalError } from '../../ports/journal.ts';
import type { JournalEntry } from '../../schema/journal.ts';
import { NO_RECORD } from '../../schema/journalHash.ts';
import { journalName, WRITER_NAME } from '../../schema/journalName.ts';
import { ChainWriter } from './chainWriter.ts';
import type { JournalKeep } from './keep.ts';
import { takeLock } from './lock.ts';

export interface FileJournalOptions {
  /** Data folder; made with mode 0700 when absent. */
  readonly dir: string;
  /** `executor-<id>`: the file is `<dir>/<writer>.jsonl`. */
  readonly writer: string;
  readonly clock: Clock;
  /** Takes secrets out of a value, however deep, before it is hashed. */
  readonly redact: (value: unknown) => unknown;
  readonly version?: string;
  /** A file that has so many bytes is sealed and kept under another name. Absent: it grows for ever. */
  readonly maxBytes?: number;
  /** How long such files are kept. Absent: for ever. */
  readonly keep?: JournalKeep;
}

/** A disk that does not answer must not hold an undo up for ever. */
const DISK_TIMEOUT_MS = 10_000;

const FULL_OR_BROKEN: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'ENOMEM']);

interface Waiting {
  readonly entry: JournalEntry;
  readonly done: (result: Result<string, JournalError>) => void;
}

/**
 * The journal on disk. Appends that arrive while one is being written share the next fsync. After any failure the file is
 * opened again and read from its end before the next append, so that a full disk heals by itself and what a failed or
 * killed write left behind is closed by a `torn` record. One writer a chain: a lock keeps others out, and a file that grew
 * by another hand makes appends fail instead of breaking the chain.
 */
export class FileJournal implements Journal {
  readonly path: string;
  readonly #options: FileJournalOptions;
  #unlock: (() => Promise<void>) | undefined;
  readonly #chain: ChainWriter;
  #head = NO_RECORD;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  /** A disk operation that ran into the timeout and has not come back yet. */
  #stuck = false;
  #closed = false;

  private constructor(options: FileJournalOptions, path: string) {
    this.#options = options;
    this.path = path;
    this.#chain = new ChainWriter(options);
  }

  /**
   * Fails when another process writes the file, or for what a person must mend (no such right, not a folder). A disk that
   * is full, broken or read-only now fails the appends and not the start: an undo must go on without a log.
   */
  static async open(options: FileJournalOptions): Promise<Result<FileJournal, JournalError>> {
    if (!WRITER_NAME.test(options.writer)) {
      return unwritable(
        `writer name ${JSON.stringify(options.writer)} is no file name of [a-z0-9.-], at most 100 long`,
      );
    }
    const path = join(options.dir, journalName(options.writer));
    const journal = new FileJournal(options, path);
    try {
      await journal.#locked();
      journal.#head = await journal.#chain.open();
      return ok(journal);
    } catch (error) {
      if (FULL_OR_BROKEN.has(codeOf(error))) return ok(journal);
      await journal.close();
      return unwritable(`${path}: ${words(error)}`);
    }
  }

  append(entry: JournalEntry): Promise<Result<string, JournalError>> {
    if (this.#closed) return Promise.resolve(unwritable(`${this.path} is closed`));
    if (this.#stuck) return Promise.resolve(unwritable(`${this.path}: the disk has not answered yet`));
    return new Promise((done) => {
      this.#waiting.push({ entry, done });
      this.#running ??= this.#run();
    });
  }

  head(): string {
    return this.#head;
  }

  /** Waits for what is under way, then gives the file and the lock free. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running;
    if (!this.#stuck) await this.#chain.drop();
    await this.#unlock?.();
    this.#unlock = undefined;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#flush(batch);
    }
    this.#running = undefined;
  }

  async #flush(batch: readonly Waiting[]): Promise<void> {
    const quiet = new AbortController();
    const write = this.#append(batch).then((failure) => ({ failure }));
    const late = this.#options.clock.sleep(DISK_TIMEOUT_MS, quiet.signal).then(() => undefined);
    const outcome = await Promise.race([write, late]);
    quiet.abort();
    if (outcome !== undefined) {
      if (outcome.failure !== undefined) for (const { done } of batch) done(unwritable(outcome.failure));
      return;
    }
    this.#stuck = true;
    // Whatever the late write does, it is not acknowledged: the file is read again before the next append.
    void write
      .then(() => this.#chain.drop())
      .finally(() => {
        this.#stuck = false;
      });
    const message = `${this.path}: no answer from the disk within ${DISK_TIMEOUT_MS / 1000} s`;
    for (const { done } of [...batch, ...this.#waiting.splice(0)]) done(unwritable(message));
  }

  /** Writes and syncs, then acknowledges each entry (promises settle once: a late one changes nothing). Answers with the failure, if any, that holds for all. */
  async #append(batch: readonly Waiting[]): Promise<string | undefined> {
    try {
      await this.#locked();
      const sealed = await this.#chain.append(batch.map(({ entry }) => entry));
      for (const [place, { done }] of batch.entries()) {
        const one = sealed[place];
        if (one?.ok !== true) done(unwritable(one?.error ?? 'it was not written'));
        else {
          this.#head = one.value;
          done(one);
        }
      }
      return undefined;
    } catch (error) {
      await this.#chain.drop();
      return `${this.path}: ${words(error)}`;
    }
  }

  async #locked(): Promise<void> {
    if (this.#unlock !== undefined) return;
    await mkdir(this.#options.dir, { recursive: true, mode: 0o700 });
    const lock = await takeLock(join(this.#options.dir, `${this.#options.writer}.lock`));
    if (!lock.ok) throw new Error(lock.error);
    this.#unlock = lock.value;
  }
}

const unwritable = (message: string): { readonly ok: false; readonly error: JournalError } =>
  err({ code: 'JournalUnwritable', message });

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
