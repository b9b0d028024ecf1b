import { parseSealedName } from '../schema/journalName.ts';
import type { AuditFault, TornLine, VerifyReport } from './fileVerifier.ts';

/** One file of a chain and what a check of it found. */
export interface FileReport {
  readonly file: string;
  readonly report: VerifyReport;
}

export interface ChainReport {
  readonly ok: boolean;
  readonly writer: string;
  /** In the order of their records. */
  readonly files: readonly string[];
  /** Number of the first record at hand. Above 0: earlier files were deleted, as a record among these says. */
  readonly begins: number;
  readonly records: number;
  readonly faults: readonly (AuditFault & { readonly file: string })[];
  readonly torn: readonly (TornLine & { readonly file: string })[];
  readonly head: string;
}

/**
 * Puts the reports of a chain's files together, which were checked one after the other, each from the end of the one
 * before. Adds what no file shows by itself: that those before the first are gone and nobody said so, that a file is not
 * the one it is called, that what follows the last is gone.
 */
export function chainReport(files: readonly FileReport[]): ChainReport {
  const faults = [
    ...files.flatMap(({ file, report }) => report.faults.map((fault) => ({ file, ...fault }))),
    ...beginning(files),
    ...files.flatMap(misnamed),
    ...ending(files.at(-1)),
  ];
  const last = files.at(-1)?.report;
  return {
    ok: faults.length === 0,
    writer: last?.writer ?? '',
    files: files.map(({ file }) => file),
    begins: last?.end.begins ?? 0,
    records: files.reduce((sum, { report }) => sum + report.records, 0),
    faults,
    torn: files.flatMap(({ file, report }) => report.torn.map((line) => ({ file, ...line }))),
    head: last?.head ?? '',
  };
}

type Faults = ChainReport['faults'];

function beginning(files: readonly FileReport[]): Faults {
  const [first] = files;
  if (first?.report.continues === undefined) return [];
  const before = first.report.continues.file;
  if (files.some(({ report }) => report.dropped.includes(before))) return [];
  const message = `the file before it, ${before}, is not here, and no record says that it was deleted`;
  return [{ file: first.file, line: 1, code: 'dropped', message }];
}

/** A file that is still written has any name: people rename copies. A full one says how it is called. */
function misnamed({ file, report }: FileReport): Faults {
  const line = report.records + report.torn.length;
  if (parseSealedName(file) === undefined) return [];
  if (report.sealedAs === undefined) {
    return [{ file, line, code: 'dropped', message: 'it does not end with its seal: its end was cut off' }];
  }
  const message = `by its seal it is ${report.sealedAs}: files were given each other's names`;
  return report.sealedAs === file ? [] : [{ file, line, code: 'altered', message }];
}

/** Behind a full file another was begun before the full one got its name. */
function ending(last: FileReport | undefined): Faults {
  if (last === undefined || parseSealedName(last.file) === undefined || last.report.sealedAs === undefined) return [];
  const message = 'it is full, and the file that was begun after it is not here';
  return [{ file: last.file, line: last.report.records + last.report.torn.length, code: 'dropped', message }];
}
