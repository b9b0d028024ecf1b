import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { JournalEntry, JournalRecord } from '../../schema/journal.ts';
import { journalHash, plainJson } from '../../schema/journalHash.ts';
import { journalName, nextName, sealedName } from '../../schema/journalName.ts';
import { type JournalKeep, overdue, removeFile, sealedFiles, tailOf } from './keep.ts';
import { readTail, type Tail } from './tail.ts';

export interface ChainOptions {
  readonly dir: string;
  readonly writer: string;
  readonly clock: { now(): number };
  readonly redact: (value: unknown) => unknown;
  readonly version?: string;
  /** A file that has so many bytes is sealed, and the chain goes on in a new one. Absent: never. */
  readonly maxBytes?: number;
  readonly keep?: JournalKeep;
}

/** A record beyond this is refused: it could not be read back in bounded memory. */
const LARGEST = 8 * 1024 * 1024;
/** After a change of files that failed, so much more is written before the next try. */
const NEXT_TRY = 1024 * 1024;
const DAY_MS = 86_400_000;

/** They hold names and hashes of our own, which must be found again as they are. */
const LINKS: ReadonlySet<JournalEntry['kind']> = new Set<JournalEntry['kind']>(['sealed', 'continued', 'dropped']);

interface Opened {
  file: FileHandle;
  seq: number;
  head: string;
  size: number;
  /** Size from which the file is changed for a new one. */
  full: number;
}

/**
 * The files of one chain, for the one process that holds its lock. Whatever an earlier life left behind is mended when it
 * is opened: a cut line, a full file that has not its new name, a new file that was not begun.
 */
export class ChainWriter {
  readonly #options: ChainOptions;
  readonly #path: string;
  #opened: Opened | undefined;
  #announced = false;
  #swept = Number.NEGATIVE_INFINITY;

  constructor(options: ChainOptions) {
    this.#options = options;
    this.#path = join(options.dir, journalName(options.writer));
  }

  /** Writes and syncs; answers per entry with its hash, or why it alone can be no record. Throws what holds for all. */
  async append(entries: readonly JournalEntry[]): Promise<Result<string, string>[]> {
    const opened = await this.#readyToWrite();
    let text = '';
    const sealed = entries.map((entry): Result<string, string> => {
      const line = this.#compose(opened, entry);
      if (!line.ok) return line;
      text += line.value;
      return ok(opened.head);
    });
    await write(opened, text);
    return sealed;
  }

  /** Opens and mends; the head of what is there. */
  async open(): Promise<string> {
    return (await this.#readyToWrite()).head;
  }

  /** The file is read again from its end before the next append. */
  async drop(): Promise<void> {
    const file = this.#opened?.file;
    this.#opened = undefined;
    // Nothing hangs on this close: every acknowledged record was synced before.
    await file?.close().catch(() => undefined);
  }

  async #readyToWrite(): Promise<Opened> {
    const opened = this.#opened ?? (await this.#open());
    const { size } = await opened.file.stat();
    if (size !== opened.size) throw new Error('another process wrote to it');
    if (opened.size >= opened.full) await this.#changeFiles(opened);
    if (this.#options.clock.now() - this.#swept >= DAY_MS) await this.#sweep(opened);
    return opened;
  }

  async #open(): Promise<Opened> {
    const { dir, writer, version = '' } = this.#options;
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await this.#nameSealed();
    await removeFile(join(dir, nextName(writer)));
    const file = await open(this.#path, 'a+', 0o600);
    try {
      const own = await readTail(file);
      const before = own.record === undefined ? await this.#before() : undefined;
      const { seq, head } = before ?? own;
      const { maxBytes = Number.POSITIVE_INFINITY } = this.#options;
      const opened: Opened = { file, seq, head, size: own.size, full: maxBytes };
      let text = own.open ? '\n' : '';
      if (own.torn !== undefined) text += this.#must(opened, { kind: 'torn', subject: '', data: own.torn });
      if (before !== undefined) text += this.#must(opened, continued(before.name, before));
      if (!this.#announced) {
        text += this.#must(opened, {
          kind: 'opened',
          subject: '',
          data: { version, pid: process.pid, host: hostname() },
        });
      }
      await write(opened, text);
      // A new file's name is only durable once its folder is.
      if (own.size === 0) await syncFolder(dir);
      this.#announced = true;
      this.#opened = opened;
      return opened;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The last full file, where the one to be written holds no record yet. */
  async #before(): Promise<(Tail & { readonly name: string }) | undefined> {
    const { dir, writer } = this.#options;
    const last = (await sealedFiles(dir, writer)).at(-1);
    return last === undefined ? undefined : { ...(await tailOf(join(dir, last.file))), name: last.file };
  }

  /** A crash came between a file's seal and its new name. */
  async #nameSealed(): Promise<void> {
    const there = await stat(this.#path).catch(() => undefined);
    // A device that stands in for the file has no end to read from.
    if (there?.isFile() !== true) return;
    const { record, torn } = await tailOf(this.#path);
    if (record?.kind !== 'sealed' || torn !== undefined) return;
    await this.#keepAs(sealedName(this.#options.writer, record.seq));
  }

  async #keepAs(name: string): Promise<void> {
    const path = join(this.#options.dir, name);
    const taken = await stat(path).catch(() => undefined);
    if (taken !== undefined) throw new Error(`${path} is there already: move it away and look`);
    await rename(this.#path, path);
    await syncFolder(this.#options.dir);
  }

  /**
   * Seals the file and begins a new one. First the new file stands whole beside it, so that a full disk is met before the
   * seal; then the seal, from which there is no way back: whoever opens the chain after a crash goes on from there.
   */
  async #changeFiles(opened: Opened): Promise<void> {
    const { dir, writer } = this.#options;
    const sealing = { ...opened };
    const name = sealedName(writer, opened.seq);
    const seal = this.#must(sealing, { kind: 'sealed', subject: '', data: { file: name } });
    const begun = { ...sealing, size: 0 };
    const first = this.#must(begun, continued(name, { seq: sealing.seq, head: sealing.head }));
    try {
      await writeWhole(join(dir, nextName(writer)), first);
    } catch {
      // The old file still takes records, or says itself why it cannot.
      opened.full = opened.size + NEXT_TRY;
      return;
    }
    await write(opened, seal);
    await this.#keepAs(name);
    await rename(join(dir, nextName(writer)), this.#path);
    await syncFolder(dir);
    const old = opened.file;
    opened.file = await open(this.#path, 'a+', 0o600);
    await old.close();
    opened.seq = begun.seq;
    opened.head = begun.head;
    opened.size = Buffer.byteLength(first);
    opened.full = this.#options.maxBytes ?? Number.POSITIVE_INFINITY;
    this.#swept = Number.NEGATIVE_INFINITY;
  }

  /** Deletes what is over its time. That it goes is on record before it goes: its absence is then no fault. */
  async #sweep(opened: Opened): Promise<void> {
    const { dir, writer, clock, keep = {} } = this.#options;
    this.#swept = clock.now();
    // What cannot be looked at or deleted now stays, and holds up no record: tomorrow is another day.
    const going = await overdue(dir, writer, keep, clock.now()).catch(() => []);
    const text = going.map((data) => this.#must(opened, { kind: 'dropped', subject: '', data: { ...data } })).join('');
    await write(opened, text);
    for (const { file } of going) await removeFile(join(dir, file)).catch(() => undefined);
  }

  #must(opened: Pick<Opened, 'seq' | 'head'>, entry: JournalEntry): string {
    const line = this.#compose(opened, entry);
    if (!line.ok) throw new Error(line.error);
    return line.value;
  }

  /** Chains one entry onto `opened`, or says why it cannot be a record (then nothing has changed). */
  #compose(opened: Pick<Opened, 'seq' | 'head'>, entry: JournalEntry): Result<string, string> {
    try {
      const unsealed: Omit<JournalRecord, 'hash'> = {
        seq: opened.seq,
        prev: opened.head,
        at: this.#options.clock.now(),
        writer: this.#options.writer,
        kind: entry.kind,
        subject: entry.subject.slice(0, 120),
        data: plainJson(LINKS.has(entry.kind) ? entry.data : this.#options.redact(entry.data)) as Record<
          string,
          unknown
        >,
      };
      const hash = journalHash(unsealed);
      const line = `${canonicalize({ ...unsealed, hash })}\n`;
      if (line.length > LARGEST) return err(`a ${entry.kind} record of ${line.length} characters is over ${LARGEST}`);
      opened.seq += 1;
      opened.head = hash;
      return ok(line);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      return err(`a ${entry.kind} record cannot be written as JSON: ${words}`);
    }
  }
}

/** `seq` is the number of the first record after that file. */
const continued = (file: string, { seq, head }: { readonly seq: number; readonly head: string }): JournalEntry => ({
  kind: 'continued',
  subject: '',
  data: { file, seq: seq - 1, head },
});

async function write(opened: Opened, text: string): Promise<void> {
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

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
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
