import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { JOURNAL_FILE, journalChains } from '../../schema/journalName.ts';

/**
 * Journals as one stream of bytes: a line of JSON that names a file and its size, the file byte for byte, the next; at the
 * end a line that counts them, without which the stream was cut.
 */
const FORMAT = 'fairlead-journals/1';
const HEADER = 4_096;
const NO_JOURNALS = 'what it sends is no stream of journals';
/** What one source may send: a stolen pod does not fill the disk of whoever asks it. */
const MOST_BYTES = 64 * 2 ** 30;
/** So often a folder is opened again in which a file was changed for a new one meanwhile. */
const TRIES = 5;

export interface SentFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

interface OpenFile {
  readonly name: string;
  readonly handle: FileHandle;
}

/** The journals of a folder as they stand now, whoever goes on writing them. Throws the system's error. */
export async function* sendJournals(dir: string): AsyncGenerator<Buffer> {
  const files = await openAll(dir);
  try {
    yield Buffer.from(`${JSON.stringify({ format: FORMAT })}\n`);
    for (const { name, handle } of files) {
      const bytes = await wholeLines(handle);
      yield Buffer.from(`${JSON.stringify({ file: name, bytes })}\n`);
      for (let at = 0; at < bytes; ) {
        const block = Buffer.alloc(Math.min(256 * 1024, bytes - at));
        const { bytesRead } = await handle.read(block, 0, block.length, at);
        if (bytesRead === 0) throw new RangeError(`${name} became shorter while it was read`);
        yield block.subarray(0, bytesRead);
        at += bytesRead;
      }
    }
    yield Buffer.from(`${JSON.stringify({ end: files.length })}\n`);
  } finally {
    for (const { handle } of files) await handle.close();
  }
}

/** All files of the folder's chains at one moment: an open file stays what it is, whatever it is called meanwhile. */
async function openAll(dir: string): Promise<OpenFile[]> {
  for (let left = TRIES; ; left -= 1) {
    const names = namesIn(await readdir(dir));
    const files: OpenFile[] = [];
    try {
      for (const name of names) files.push({ name, handle: await open(path.join(dir, name), 'r') });
      if (namesIn(await readdir(dir)).join() === names.join()) return files;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || left <= 1) {
        for (const { handle } of files) await handle.close();
        throw error;
      }
    }
    for (const { handle } of files) await handle.close();
    if (left <= 1) throw new Error(`the journals in ${dir} change too fast to be read`);
  }
}

const namesIn = (names: readonly string[]): string[] => journalChains(names).flatMap(({ files }) => files);

/** Its size without a line that is being written now; with one that never ends, its size. */
async function wholeLines(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  for (let end = size; end > 0; ) {
    const block = Buffer.alloc(Math.min(64 * 1024, end));
    await handle.read(block, 0, block.length, end - block.length);
    const newline = block.lastIndexOf(10);
    if (newline !== -1) return end - block.length + newline + 1;
    end -= block.length;
    if (size - end > 16 * 2 ** 20) return size;
  }
  return size;
}

/** Takes a stream apart and writes its files into `dir`, where none of them may be yet. Throws for what is no such stream. */
export async function receiveJournals(stream: AsyncIterable<Buffer>, dir: string): Promise<SentFile[]> {
  const source = new Bytes(stream);
  try {
    const head = await source.header();
    if (head['format'] !== FORMAT) throw new Error(NO_JOURNALS);
    const files: SentFile[] = [];
    let total = 0;
    for (;;) {
      const { file, bytes, end } = await source.header();
      if (end === files.length) {
        // Who sends says at its very end whether all was well.
        await source.nothingMore();
        return files;
      }
      if (typeof file !== 'string' || !JOURNAL_FILE.test(file) || !isCount(bytes)) throw new Error(NO_JOURNALS);
      total += bytes;
      if (total > MOST_BYTES) throw new Error(`it sends more than ${MOST_BYTES / 2 ** 30} GiB`);
      files.push({ file, bytes, sha256: await writeDown(source.take(bytes), path.join(dir, file)) });
    }
  } finally {
    await source.close();
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** SHA-256 of what was written. */
async function writeDown(parts: AsyncIterable<Buffer>, to: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(to, 'wx', 0o600);
  try {
    for await (const part of parts) {
      hash.update(part);
      await handle.writeFile(part);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

/** Bytes taken from a stream as they are needed. */
class Bytes {
  readonly #from: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.#from = stream[Symbol.asyncIterator]();
  }

  async header(): Promise<Record<string, unknown>> {
    let newline = this.#rest.indexOf(10);
    while (newline === -1) {
      if (this.#rest.length > HEADER) throw new Error(NO_JOURNALS);
      this.#rest = Buffer.concat([this.#rest, await this.#more()]);
      newline = this.#rest.indexOf(10);
    }
    const text = this.#rest.subarray(0, newline).toString('utf8');
    this.#rest = this.#rest.subarray(newline + 1);
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
    } catch {
      // Said below.
    }
    throw new Error(NO_JOURNALS);
  }

  async *take(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      if (this.#rest.length === 0) this.#rest = await this.#more();
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async nothingMore(): Promise<void> {
    const next = await this.#from.next();
    if (this.#rest.length > 0 || next.done !== true) throw new Error(NO_JOURNALS);
  }

  /** Whoever sends need not go on. */
  async close(): Promise<void> {
    await this.#from.return?.();
  }

  async #more(): Promise<Buffer> {
    const next = await this.#from.next();
    if (next.done === true) throw new Error('the stream was cut before its end');
    return next.value;
  }
}
