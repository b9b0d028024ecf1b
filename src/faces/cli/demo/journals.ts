import { readFile } from 'node:fs/promises';
import { FileJournal } from '../../../adapters/journal/fileJournal.ts';
import { replay } from '../../../audit/replay.ts';
import { verifyLines } from '../../../audit/verifyLines.ts';
import { redactDeep } from '../../../kernel/redact.ts';
import type { Clock } from '../../../ports/clock.ts';
import { JournalRecord } from '../../../schema/journal.ts';
import { VERSION } from '../version.ts';

/** What the demo's own journals prove, read again from disk. */
export interface Proof {
  readonly ok: boolean;
  /** One sentence for a person. */
  readonly words: string;
}

/** The two journals of a demo, as real roles keep them: one file each, in one folder. */
export class Journals {
  readonly #dir: string;
  readonly #secrets: readonly string[];
  readonly #open: FileJournal[] = [];

  constructor(dir: string, secrets: readonly string[]) {
    this.#dir = dir;
    this.#secrets = secrets;
  }

  /** Rejects with the reason when the file cannot be written. */
  async open(writer: string, clock: Clock): Promise<FileJournal> {
    const redact = (value: unknown): unknown => redactDeep(value, this.#secrets);
    const opened = await FileJournal.open({ dir: this.#dir, writer, clock, redact, version: VERSION });
    if (!opened.ok) throw new Error(`the demo's journal cannot be written: ${opened.error.message}`);
    this.#open.push(opened.value);
    return opened.value;
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((journal) => journal.close()));
  }

  /** Checks every chain and judges every recorded call again, as `fairlead audit verify` and `replay` do. */
  async prove(): Promise<Proof> {
    const files = await Promise.all(this.#open.map(async ({ path }) => (await readFile(path, 'utf8')).split('\n')));
    const reports = files.map((lines) => verifyLines(lines));
    const records = files.flat().flatMap((line) => (line === '' ? [] : [JournalRecord.parse(JSON.parse(line))]));
    const { agreed, disagreements } = replay(records);
    const sound = reports.filter(({ ok }) => ok).length;
    const faults = reports.flatMap((report) => report.faults.map(({ message }) => message));
    const judged = agreed + disagreements.length;
    return {
      ok: sound === files.length && disagreements.length === 0 && judged > 0,
      words: [
        `journals: ${sound} of ${files.length} sound, ${records.length} records;`,
        `judged again from the records alone, ${agreed} of ${judged} verdicts came out the same`,
        ...faults.slice(0, 3),
      ].join(' '),
    };
  }
}
