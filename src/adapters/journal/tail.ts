import type { FileHandle } from 'node:fs/promises';
import { JournalRecord } from '../../schema/journal.ts';
import { NO_RECORD, sha256 } from '../../schema/journalHash.ts';

/** Where a journal file stands: what the next record is chained to, and what a crash left behind it. */
export interface Tail {
  /** The last record there is. */
  readonly record: JournalRecord | undefined;
  readonly seq: number;
  readonly head: string;
  readonly size: number;
  /** Bytes after the last record that are no record. Absent when there are none. */
  readonly torn?: { readonly size: number; readonly sha256: string; readonly start: string };
  /** The file does not end with a newline: the next write begins with one. */
  readonly open: boolean;
}

const BLOCK = 64 * 1024;
/** A longer run without one record is no crash's doing: a person has to look. */
const MOST = 64 * 1024 * 1024;
/** Of a torn line's bytes this many are kept in the record that closes it. */
const KEPT = 4096;

/**
 * Reads a journal backwards to its last record. It does not judge that record's hash: a tampered line stays where it is,
 * and `verify` names it. Throws the system's error, or a RangeError when no record is found within 64 MiB of the end.
 */
export async function readTail(file: FileHandle): Promise<Tail> {
  const { size } = await file.stat();
  let start = size;
  let bytes: Buffer = Buffer.alloc(0);
  while (start > 0) {
    const length = Math.min(BLOCK, start);
    start -= length;
    bytes = Buffer.concat([await readFully(file, start, length), bytes]);
    const found = lastRecord(bytes, start === 0);
    if (found !== undefined) return describe(found.record, bytes.subarray(found.end), bytes, size);
    if (bytes.length > MOST) throw new RangeError(`no record in the last ${MOST} bytes: move the file away and look`);
  }
  return describe(undefined, bytes, bytes, size);
}

async function readFully(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const block = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(block, read, length - read, position + read);
    if (bytesRead === 0) throw new RangeError('the file became shorter while it was read');
    read += bytesRead;
  }
  return block;
}

function lastRecord(bytes: Buffer, whole: boolean): { record: JournalRecord; end: number } | undefined {
  let end = bytes.length;
  while (end > 0) {
    const newline = bytes.lastIndexOf(10, end - 1);
    if (newline === -1 && !whole) return undefined;
    const record = parse(bytes.toString('utf8', newline + 1, end));
    if (record !== undefined) return { record, end: Math.min(bytes.length, end + 1) };
    if (newline === -1) return undefined;
    end = newline;
  }
  return undefined;
}

function parse(line: string): JournalRecord | undefined {
  try {
    const parsed = JournalRecord.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function describe(record: JournalRecord | undefined, rest: Buffer, all: Buffer, size: number): Tail {
  const garbage = rest.at(-1) === 10 ? rest.subarray(0, -1) : rest;
  return {
    record,
    seq: record === undefined ? 0 : record.seq + 1,
    head: record?.hash ?? NO_RECORD,
    size,
    open: size > 0 && all.at(-1) !== 10,
    ...(garbage.length > 0 && {
      torn: {
        size: garbage.length,
        // Of the text, as whoever checks lines has it: a cut inside a character leaves bytes that are none.
        sha256: sha256(garbage.toString('utf8')),
        start: garbage.subarray(0, KEPT).toString('base64'),
      },
    }),
  };
}
