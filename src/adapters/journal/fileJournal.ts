import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Journal, JournalError } from '../../ports/journal.ts';
import type { JournalEntry, JournalRecord } from '../../schema/journal.ts';
import { journalHash, NO_RECORD, plainJson } from '../../schema/journalHash.ts';
import { takeLock } from './lock.ts';
import { readTail } from './tail.ts';

export interface FileJournalOptions {
  /** Data folder; made with mode 0700 when absent. */
  readonly dir: string;
  /** `executor-<id>`: the file is `<dir>/<writer>.jsonl`. */
  readonly writer: string;
  readonly clock: Clock;
  /** Takes secrets out of a value, however deep, before it is hashed. */
  readonly redact: (value: unknown) => unknown;
  readonly version?: string;
}

/** A record beyond this is refused: it could not be read back in bounded memory. */
const LARGEST = 8 * 1024 * 1024;
/** A disk that does not answer must not hold an undo up for ever. */
const DISK_TIMEOUT_MS = 10_000;

const FULL_OR_BROKEN: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'ENOMEM']);

interface Waiting {
  readonly entry: JournalEntry;
  readonly done: (result: Result<string, JournalError>) => void;
}

interface Opened {
  readonly file: FileHandle;
  seq: number;
  head: string;
  size: number;
}

/**
 * The journal on disk. Appends that arrive while one is being written share the next fsync. After any failure the file is
 * opened again and read from its end before the next append, so that a full disk heals by itself and what a failed or
 * killed write left behind is closed by a `torn` record. One writer a file: a lock keeps others out, and a file that grew
 * by another hand makes appends fail instead of breaking the chain.
 */
export class FileJournal implements Journal {
  readonly path: string;
  readonly #options: FileJournalOptions;
  #unlock: (() => Promise<void>) | undefined;
  #opened: Opened | undefined;
  #announced = false;
  #head = NO_RECORD;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  /** A disk operation that ran into the timeout and has not come back yet. */
  #stuck = false;
  #closed = false;

  private constructor(options: FileJournalOptions, path: string) {
    this.#options = options;
    this.path = path;
  }

  /**
   * Fails when another process writes the file, or for what a person must mend (no such right, not a folder). A disk that
   * is full, broken or read-only now fails the appends and not the start: an undo must go on without a log.
   */
  static async open(options: FileJournalOptions): Promise<Result<FileJournal, JournalError>> {
    if (!/^[a-z0-9][a-z0-9.-]{0,99}$/.test(options.writer)) {
      return unwritable(
        `writer name ${JSON.stringify(options.writer)} is no file name of [a-z0-9.-], at most 100 long`,
      );
    }
    const path = join(options.dir, `${options.writer}.jsonl`);
    const journal = new FileJournal(options, path);
    try {
      await journal.#ready();
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
    if (!this.#stuck) await this.#drop();
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
      .then(() => this.#drop())
      .finally(() => {
        this.#stuck = false;
      });
    const message = `${this.path}: no answer from the disk within ${DISK_TIMEOUT_MS / 1000} s`;
    for (const { done } of [...batch, ...this.#waiting.splice(0)]) done(unwritable(message));
  }

  /** Writes and syncs, then acknowledges each entry (promises settle once: a late one changes nothing). Answers with the failure, if any, that holds for all. */
  async #append(batch: readonly Waiting[]): Promise<string | undefined> {
    try {
      const opened = await this.#ready();
      const { size } = await opened.file.stat();
      if (size !== opened.size) throw new Error('another process wrote to it');
      const sealed: { done: Waiting['done']; hash: string }[] = [];
      let text = '';
      for (const { entry, done } of batch) {
        const line = this.#seal(opened, entry);
        if (line.ok) {
          text += line.value;
          sealed.push({ done, hash: opened.head });
        } else {
          done(unwritable(line.error));
        }
      }
      await this.#write(opened, text);
      this.#head = opened.head;
      for (const { done, hash } of sealed) done(ok(hash));
      return undefined;
    } catch (error) {
      await this.#drop();
      return `${this.path}: ${words(error)}`;
    }
  }

  async #ready(): Promise<Opened> {
    if (this.#opened !== undefined) return this.#opened;
    await mkdir(this.#options.dir, { recursive: true, mode: 0o700 });
    this.#unlock ??= await this.#lock();
    const file = await open(this.path, 'a+', 0o600);
    try {
      const tail = await readTail(file);
      const opened: Opened = { file, seq: tail.seq, head: tail.head, size: tail.size };
      let text = tail.open ? '\n' : '';
      if (tail.torn !== undefined) text += this.#must(opened, { kind: 'torn', subject: '', data: tail.torn });
      if (!this.#announced) {
        const data = { version: this.#options.version ?? '', pid: process.pid, host: hostname() };
        text += this.#must(opened, { kind: 'opened', subject: '', data });
      }
      await this.#write(opened, text);
      // A new file's name is only durable once its folder is.
      if (tail.size === 0) await syncFolder(this.#options.dir);
      this.#announced = true;
      this.#head = opened.head;
      this.#opened = opened;
      return opened;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #lock(): Promise<() => Promise<void>> {
    const lock = await takeLock(join(this.#options.dir, `${this.#options.writer}.lock`));
    if (!lock.ok) throw new Error(lock.error);
    return lock.value;
  }

  #must(opened: Opened, entry: JournalEntry): string {
    const line = this.#seal(opened, entry);
    if (!line.ok) throw new Error(line.error);
    return line.value;
  }

  /** Chains one entry onto `opened`, or says why it cannot be a record (then nothing has changed). */
  #seal(opened: Opened, entry: JournalEntry): Result<string, string> {
    try {
      const unsealed: Omit<JournalRecord, 'hash'> = {
        seq: opened.seq,
        prev: opened.head,
        at: this.#options.clock.now(),
        writer: this.#options.writer,
        kind: entry.kind,
        subject: entry.subject.slice(0, 120),
        data: plainJson(this.#options.redact(entry.data)) as Record<string, unknown>,
      };
      const hash = journalHash(unsealed);
      const line = `${canonicalize({ ...unsealed, hash })}\n`;
      if (line.length > LARGEST) return err(`a ${entry.kind} record of ${line.length} characters is over ${LARGEST}`);
      opened.seq += 1;
      opened.head = hash;
      return ok(line);
    } catch (error) {
      return err(`a ${entry.kind} record cannot be written as JSON: ${words(error)}`);
    }
  }

  async #write(opened: Opened, text: string): Promise<void> {
    if (text === '') return;
    const bytes = Buffer.from(text, 'utf8');
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await opened.file.write(bytes, written, bytes.length - written);
      if (bytesWritten === 0) throw new Error('the disk took no more bytes');
      written += bytesWritten;
    }
    await opened.file.sync();
    opened.size += bytes.length;
  }

  async #drop(): Promise<void> {
    const file = this.#opened?.file;
    this.#opened = undefined;
    // Nothing hangs on this close: every acknowledged record was synced before.
    await file?.close().catch(() => undefined);
  }
}

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const unwritable = (message: string): { readonly ok: false; readonly error: JournalError } =>
  err({ code: 'JournalUnwritable', message });

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
