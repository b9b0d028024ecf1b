import { type ChainReport, chainReport, type FileReport } from '../../audit/chainReport.ts';
import { type Link, recordOf, type VerifyReport } from '../../audit/fileVerifier.ts';
import { verifyLines } from '../../audit/verifyLines.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { JournalFile, JournalFiles } from '../../ports/journalFiles.ts';
import type { JournalRecord } from '../../schema/journal.ts';
import { journalChains } from '../../schema/journalName.ts';

export interface Line {
  readonly file: string;
  readonly json: string;
  readonly record: JournalRecord;
}

export interface Journals {
  readonly lines: readonly Line[];
  readonly chains: readonly ChainReport[];
  readonly files: readonly FileReport[];
  /** Older files lie there too and were not looked at. */
  readonly earlierUnread: boolean;
}

interface Looked extends FileReport {
  readonly after: Link | undefined;
  readonly lines: readonly Line[];
}

/** By the lines of a file: a file that has not grown is not checked again. */
const known = new WeakMap<readonly string[], Looked>();

/** Every readable record of the journals at hand, and whether their chains are sound, computed now. */
export async function journalsAtHand(files: JournalFiles): Promise<Result<Journals, string>> {
  const read = await files.read();
  if (!read.ok) return err(read.error);
  const byName = new Map(read.value.map((file) => [file.file, file]));
  const chains = journalChains([...byName.keys()]).map(({ files: names }) =>
    lookedThrough(names.flatMap((name) => byName.get(name) ?? [])),
  );
  const looked = chains.flat();
  return ok({
    lines: looked.flatMap(({ lines }) => lines),
    chains: chains.map((chain) => chainReport(chain.map(({ file, report }) => ({ file, report })))),
    files: looked,
    earlierUnread: read.value.some(({ earlierUnread }) => earlierUnread),
  });
}

/** The files of one chain, each from where the one before it ended. */
function lookedThrough(chain: readonly JournalFile[]): Looked[] {
  const all: Looked[] = [];
  let after: Link | undefined;
  for (const file of chain) {
    const one = lookedAt(file, after);
    all.push(one);
    after = one.report.end;
  }
  return all;
}

function lookedAt({ file, lines, earlierUnread }: JournalFile, after: Link | undefined): Looked {
  const before = known.get(lines);
  if (before !== undefined && sameLink(before.after, after)) return before;
  const { continues, ...report }: VerifyReport = verifyLines(lines, after);
  const looked = {
    file,
    after,
    // What the unread file before it was called is then no question.
    report: { ...report, ...(continues && earlierUnread !== true && { continues }) },
    lines: lines.flatMap((json): Line[] => {
      const record = json === '' ? undefined : recordOf(json);
      return record === undefined ? [] : [{ file, json, record }];
    }),
  };
  known.set(lines, looked);
  return looked;
}

const sameLink = (a: Link | undefined, b: Link | undefined): boolean =>
  a?.seq === b?.seq && a?.head === b?.head && a?.writer === b?.writer && a?.begins === b?.begins;
