import { open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSealedName } from '../../schema/journalName.ts';
import { readTail } from './tail.ts';

/** How long full files are kept. Absent: for ever. */
export interface JournalKeep {
  readonly ageMs?: number;
  /** So many full files; the one that is written is not counted. */
  readonly files?: number;
}

/** A full file that is to go, and what the record of its going says. */
export interface Going {
  readonly file: string;
  readonly seq: number;
  readonly head: string;
  readonly why: string;
}

/** The full files of a writer, oldest first. */
export async function sealedFiles(dir: string, writer: string): Promise<{ file: string; lastSeq: number }[]> {
  return (await readdir(dir))
    .flatMap((file) => {
      const sealed = parseSealedName(file);
      return sealed?.writer === writer ? [{ file, lastSeq: sealed.lastSeq }] : [];
    })
    .toSorted((a, b) => a.lastSeq - b.lastSeq);
}

/**
 * Which full files are over their time, oldest first and never one from the middle. A file that does not end with its own
 * seal is none of ours to delete: it stays, and those after it.
 */
export async function overdue(dir: string, writer: string, keep: JournalKeep, now: number): Promise<Going[]> {
  const files = await sealedFiles(dir, writer);
  const going: Going[] = [];
  for (const [place, { file, lastSeq }] of files.entries()) {
    const tooMany = keep.files !== undefined && files.length - place > keep.files;
    if (!tooMany && keep.ageMs === undefined) break;
    const last = (await tailOf(join(dir, file))).record;
    if (last?.kind !== 'sealed' || last.seq !== lastSeq || last.data['file'] !== file) break;
    const tooOld = keep.ageMs !== undefined && now - last.at > keep.ageMs;
    if (!tooMany && !tooOld) break;
    const why = tooMany ? `more than ${keep.files} full files` : `sealed ${new Date(last.at).toISOString()}`;
    going.push({ file, seq: last.seq, head: last.hash, why });
  }
  return going;
}

export async function tailOf(path: string): ReturnType<typeof readTail> {
  const file = await open(path, 'r');
  try {
    return await readTail(file);
  } finally {
    await file.close();
  }
}

/** Gone already is as good. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
