import { createHash, type Hash } from 'node:crypto';
import { JournalRecord } from '../schema/journal.ts';
import { journalHash, NO_RECORD } from '../schema/journalHash.ts';
import { SeqRuns } from './seqRuns.ts';

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

/** Where a chain stands at the end of a file: what the next file has to go on from. */
export interface Link {
  readonly writer: string;
  /** Number of the chain's first record that is at hand. */
  readonly begins: number;
  /** Number of the record that comes next. */
  readonly seq: number;
  readonly head: string;
}

/** Hash of a record, and the id of the change whose intent it is; undefined where it is none. */
export type Heads = ReadonlyMap<string, string | undefined>;

export interface VerifyReport {
  readonly ok: boolean;
  readonly writer: string;
  readonly records: number;
  readonly faults: readonly AuditFault[];
  readonly torn: readonly TornLine[];
  /** Hash of the last sound record; 64 zeros when there is none. */
  readonly head: string;
  /** Sound records by their hashes, for finding an executed change's; all of them, or those that were asked for. */
  readonly heads: Heads;
  readonly end: Link;
  /** What the first record says of the file before this one. */
  readonly continues?: { readonly file: string };
  /** The name under which the file is kept, by its last record. */
  readonly sealedAs?: string;
  /** Files that this one says were deleted, as the settings told. */
  readonly dropped: readonly string[];
}

/** More are counted and not listed: whoever floods a file cannot fill our memory. */
const MOST_FAULTS = 1_000;

/** Checks one file of a chain, line by line, in memory that does not grow with it. */
export class FileVerifier {
  readonly #after: Link | undefined;
  readonly #wants: (hash: string) => boolean;
  readonly #faults: AuditFault[] = [];
  #uncounted = 0;
  readonly #torn: TornLine[] = [];
  readonly #heads = new Map<string, string | undefined>();
  readonly #dropped: string[] = [];
  readonly #seen = new SeqRuns();
  /** Records that came too early: whether theirs came later is known at the end. */
  readonly #outOfStep: { line: number; seq: number; wanted: number }[] = [];
  #line = 0;
  #records = 0;
  #writer: string | undefined;
  #begins: number | undefined;
  #last: JournalRecord | undefined;
  #head: string;
  #continues: string | undefined;
  /** Lines since the last record that are none. */
  #run: { lines: number[]; hash: Hash } | undefined;

  /** Without `after` it is the first file at hand; `wants` chooses the hashes to keep. */
  constructor(after?: Link, wants: (hash: string) => boolean = () => true) {
    this.#after = after;
    this.#wants = wants;
    this.#writer = after?.writer;
    this.#head = after?.head ?? NO_RECORD;
  }

  line(text: string): void {
    this.#line += 1;
    const record = recordOf(text);
    if (record === undefined) {
      if (this.#run === undefined) this.#run = { lines: [], hash: createHash('sha256') };
      else this.#run.hash.update('\n');
      this.#run.hash.update(text);
      if (this.#run.lines.length < MOST_FAULTS) this.#run.lines.push(this.#line);
      return;
    }
    this.#closeRun(record, false);
    this.#writer ??= record.writer;
    this.#records += 1;
    if (soundly(record) && record.writer === this.#writer) {
      if (this.#wants(record.hash)) this.#heads.set(record.hash, intendedBy(record));
      this.#head = record.hash;
    } else {
      this.#fault(this.#line, 'altered', `record ${record.seq} was altered: it no longer has its own hash`);
    }
    this.#chain(record);
    if (record.kind === 'dropped') this.#dropped.push(String(record.data['file']));
    this.#last = record;
  }

  /** `unfinished`: the last line has no newline. */
  end(unfinished: boolean): VerifyReport {
    this.#closeRun(undefined, unfinished);
    for (const { line, seq, wanted } of this.#outOfStep) this.#tellOutOfStep(line, seq, wanted);
    const faults = this.#faults.toSorted((a, b) => a.line - b.line);
    if (this.#uncounted > 0) {
      const message = `${this.#uncounted} more faults are not listed`;
      faults.push({ line: this.#line, code: 'altered', message });
    }
    const last = this.#last;
    const writer = this.#writer ?? '';
    const begins = this.#after?.begins ?? this.#begins ?? 0;
    return {
      ok: faults.length === 0,
      writer,
      records: this.#records,
      faults,
      torn: this.#torn,
      head: this.#head,
      heads: this.#heads,
      dropped: this.#dropped,
      end: {
        writer,
        begins,
        seq: last === undefined ? (this.#after?.seq ?? 0) : last.seq + 1,
        head: last?.hash ?? this.#head,
      },
      ...(this.#continues !== undefined && { continues: { file: this.#continues } }),
      ...(last?.kind === 'sealed' && { sealedAs: String(last.data['file']) }),
    };
  }

  #chain(record: JournalRecord): void {
    const line = this.#line;
    const before = this.#last ?? this.#lastOfBefore();
    this.#seen.add(record.seq, line);
    if (this.#last === undefined && record.kind === 'continued') this.#continues = String(record.data['file']);
    if (before === undefined) {
      this.#begins = record.seq;
      // Whether it may begin there is for who sees all files to say.
      if (record.kind === 'continued') return;
    }
    const wanted = before === undefined ? 0 : before.seq + 1;
    if (record.seq !== wanted) this.#outOfStep.push({ line, seq: record.seq, wanted });
    else if (record.prev !== (before?.hash ?? NO_RECORD)) {
      this.#fault(line, 'altered', `record ${record.seq} was chained to another record than the one before it`);
    }
    if (this.#outOfStep.length > MOST_FAULTS) {
      this.#outOfStep.pop();
      this.#uncounted += 1;
    }
  }

  #lastOfBefore(): { readonly seq: number; readonly hash: string } | undefined {
    return this.#after === undefined ? undefined : { seq: this.#after.seq - 1, hash: this.#after.head };
  }

  /** Lines that are no records: torn where the next record says so byte for byte, or where the file just ends unfinished; altered anywhere else. */
  #closeRun(next: JournalRecord | undefined, unfinished: boolean): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    const named = next?.kind === 'torn' && next.data['sha256'] === run.hash.digest('hex');
    const atEnd = next === undefined && unfinished;
    for (const line of run.lines) {
      if (named || atEnd) this.#torn.push({ line, closed: named });
      else this.#fault(line, 'altered', 'the line is no journal record, and no record calls it torn');
    }
  }

  #tellOutOfStep(line: number, seq: number, wanted: number): void {
    const first = this.#seen.lineOf(seq);
    if (first !== undefined && first < line) {
      this.#fault(line, 'repeated', `record ${seq} stands here again (first in line ${first})`);
    } else if (this.#after !== undefined && seq >= this.#after.begins && seq < this.#after.seq) {
      this.#fault(line, 'repeated', `record ${seq} stands here again (first in an earlier file)`);
    } else if (seq < wanted || this.#seen.lineOf(wanted) !== undefined) {
      this.#fault(line, 'reordered', `record ${seq} stands where ${wanted} belongs`);
    } else {
      const missing = seq - wanted === 1 ? `record ${wanted} is` : `records ${wanted} to ${seq - 1} are`;
      this.#fault(line, 'dropped', `${missing} missing before record ${seq}`);
    }
  }

  #fault(line: number, code: AuditFault['code'], message: string): void {
    if (this.#faults.length < MOST_FAULTS) this.#faults.push({ line, code, message });
    else this.#uncounted += 1;
  }
}

export function recordOf(text: string): JournalRecord | undefined {
  try {
    return JournalRecord.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The change that a record says is about to be made. */
function intendedBy({ kind, data }: JournalRecord): string | undefined {
  const { id } = (kind === 'intent' ? (data['change'] ?? {}) : {}) as { id?: unknown };
  return typeof id === 'string' ? id : undefined;
}

function soundly(record: JournalRecord): boolean {
  try {
    return journalHash(record) === record.hash;
  } catch {
    return false;
  }
}
