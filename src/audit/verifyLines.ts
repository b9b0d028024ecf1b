import { JournalRecord } from '../schema/journal.ts';
import { journalHash, NO_RECORD, sha256 } from '../schema/journalHash.ts';

export interface AuditFault {
  /** 1-based line in the file. */
  readonly line: number;
  readonly code: 'altered' | 'dropped' | 'reordered' | 'repeated';
  readonly message: string;
}

/** A line that a crash cut: named, and no sign of tampering. */
export interface TornLine {
  readonly line: number;
  /** A later record of the same writer names these very bytes. */
  readonly closed: boolean;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly writer: string;
  readonly records: number;
  readonly faults: readonly AuditFault[];
  readonly torn: readonly TornLine[];
  /** Hash of the last sound record; 64 zeros when there is none. */
  readonly head: string;
  /** Hashes of all sound records, for finding an executed change's head. */
  readonly heads: ReadonlySet<string>;
}

interface Row {
  readonly line: number;
  readonly text: string;
  readonly record?: JournalRecord;
}

/**
 * Checks one journal from its lines alone (the file's text split at newlines; a last empty piece is the final newline).
 * Finds records altered, dropped or reordered inside the chain, and its beginning cut off. A tail cut off at the end
 * leaves a sound chain: only the heads that executed changes carry show that, see verifyAgainstCluster.
 */
export function verifyLines(lines: readonly string[]): VerifyReport {
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  const rows = lines.slice(0, end).map((text, index) => read(text, index + 1));
  const faults: AuditFault[] = [];
  const torn = tornLines(rows, lines.at(-1) !== '', faults);
  const found = rows.flatMap((row) => (row.record === undefined ? [] : [{ line: row.line, record: row.record }]));
  const writer = found[0]?.record.writer ?? '';
  const heads = new Set<string>();
  let head = NO_RECORD;
  for (const { line, record } of found) {
    if (soundly(record) && record.writer === writer) {
      heads.add(record.hash);
      head = record.hash;
    } else {
      faults.push({
        line,
        code: 'altered',
        message: `record ${record.seq} was altered: it no longer has its own hash`,
      });
    }
  }
  faults.push(...chainFaults(found));
  faults.sort((a, b) => a.line - b.line);
  return { ok: faults.length === 0, writer, records: found.length, faults, torn, head, heads };
}

function read(text: string, line: number): Row {
  try {
    const parsed = JournalRecord.safeParse(JSON.parse(text));
    return parsed.success ? { line, text, record: parsed.data } : { line, text };
  } catch {
    return { line, text };
  }
}

function soundly(record: JournalRecord): boolean {
  try {
    return journalHash(record) === record.hash;
  } catch {
    return false;
  }
}

/** Lines that are no records: torn where the next record says so byte for byte, or where the file just ends unfinished; altered anywhere else. */
function tornLines(rows: readonly Row[], unfinished: boolean, faults: AuditFault[]): TornLine[] {
  const torn: TornLine[] = [];
  let run: Row[] = [];
  const close = (next: JournalRecord | undefined): void => {
    if (run.length === 0) return;
    const bytes = run.map((row) => row.text).join('\n');
    const named = next?.kind === 'torn' && next.data['sha256'] === sha256(bytes);
    const atEnd = next === undefined && unfinished;
    for (const { line } of run) {
      if (named || atEnd) torn.push({ line, closed: named });
      else
        faults.push({ line, code: 'altered', message: 'the line is no journal record, and no record calls it torn' });
    }
    run = [];
  };
  for (const row of rows) {
    if (row.record === undefined) run.push(row);
    else close(row.record);
  }
  close(undefined);
  return torn;
}

function chainFaults(found: readonly { readonly line: number; readonly record: JournalRecord }[]): AuditFault[] {
  const faults: AuditFault[] = [];
  const lineOf = new Map<number, number>();
  for (const { line, record } of found) if (!lineOf.has(record.seq)) lineOf.set(record.seq, line);
  let before: JournalRecord | undefined;
  for (const { line, record } of found) {
    const wanted = before === undefined ? 0 : before.seq + 1;
    if (record.seq === wanted) {
      if (record.prev !== (before?.hash ?? NO_RECORD)) {
        const message = `record ${record.seq} was chained to another record than the one before it`;
        faults.push({ line, code: 'altered', message });
      }
    } else {
      faults.push(outOfStep(line, record.seq, wanted, lineOf));
    }
    before = record;
  }
  return faults;
}

function outOfStep(line: number, seq: number, wanted: number, lineOf: ReadonlyMap<number, number>): AuditFault {
  const first = lineOf.get(seq);
  if (first !== undefined && first < line) {
    return { line, code: 'repeated', message: `record ${seq} stands here again (first in line ${first})` };
  }
  const elsewhere = lineOf.get(wanted);
  if (seq < wanted || elsewhere !== undefined) {
    return { line, code: 'reordered', message: `record ${seq} stands where ${wanted} belongs` };
  }
  const missing = seq - wanted === 1 ? `record ${wanted} is` : `records ${wanted} to ${seq - 1} are`;
  return { line, code: 'dropped', message: `${missing} missing before record ${seq}` };
}
