import { type VerifyReport, verifyLines } from '../../audit/verifyLines.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { JournalFile, JournalFiles } from '../../ports/journalFiles.ts';
import { JournalRecord } from '../../schema/journal.ts';

export interface Line {
  readonly file: string;
  readonly json: string;
  readonly record: JournalRecord;
}

export interface Journals {
  readonly lines: readonly Line[];
  readonly reports: readonly { readonly file: string; readonly report: VerifyReport }[];
}

/** By the lines of a file: a file that has not grown is not checked again. */
const known = new WeakMap<readonly string[], { readonly lines: readonly Line[]; readonly report: VerifyReport }>();

/** Every readable record of the journals at hand, and whether their chains are sound, computed now. */
export async function journalsAtHand(files: JournalFiles): Promise<Result<Journals, string>> {
  const read = await files.read();
  if (!read.ok) return err(read.error);
  const looked = read.value.map((file) => ({ file: file.file, ...lookedAt(file) }));
  return ok({ lines: looked.flatMap(({ lines }) => lines), reports: looked });
}

function lookedAt({ file, lines }: JournalFile): { readonly lines: readonly Line[]; readonly report: VerifyReport } {
  const before = known.get(lines);
  if (before !== undefined) return before;
  const looked = {
    report: verifyLines(lines),
    lines: lines.flatMap((json): Line[] => {
      const record = recordIn(json);
      return record === undefined ? [] : [{ file, json, record }];
    }),
  };
  known.set(lines, looked);
  return looked;
}

function recordIn(json: string): JournalRecord | undefined {
  if (json === '') return undefined;
  try {
    return JournalRecord.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
