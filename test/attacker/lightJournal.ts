import { err, ok, type Result } from '../../src/kernel/result.ts';
import type { Journal, JournalError } from '../../src/ports/journal.ts';
import type { JournalEntry } from '../../src/schema/journal.ts';

/** Keeps entries as they are and chains nothing: hashing the inputs of a million verdicts would be most of the work. */
export class LightJournal implements Journal {
  readonly entries: JournalEntry[] = [];
  readonly intents = new Set<string>();
  /** The disk is full. */
  broken = false;

  append(entry: JournalEntry): Promise<Result<string, JournalError>> {
    if (this.broken) return Promise.resolve(err({ code: 'JournalUnwritable', message: 'no space left on device' }));
    this.entries.push(entry);
    const change = entry.kind === 'intent' ? (entry.data['change'] as { id?: unknown } | undefined) : undefined;
    if (typeof change?.id === 'string') this.intents.add(change.id);
    return Promise.resolve(ok(this.head()));
  }

  head(): string {
    return String(this.entries.length).padStart(64, '0');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
