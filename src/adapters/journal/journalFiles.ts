import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { JournalFile, JournalFiles } from '../../ports/journalFiles.ts';

/** All journals together, in bytes: beyond it looking at them would hold up whoever else is served. */
const MOST_BYTES = 64 * 1024 * 1024;

interface Known {
  readonly size: number;
  readonly mtimeMs: number;
  readonly file: JournalFile;
}

/** The `*.jsonl` of one folder. A file that has not grown is not read again, and its lines are the same array. */
export class FolderOfJournals implements JournalFiles {
  readonly #dir: string;
  readonly #known = new Map<string, Known>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  async read(): Promise<Result<readonly JournalFile[], string>> {
    try {
      const names = (await readdir(this.#dir)).filter((name) => name.endsWith('.jsonl')).sort();
      const stats = await Promise.all(
        names.map(async (name) => ({ name, ...sizeOf(await stat(path.join(this.#dir, name))) })),
      );
      const bytes = stats.reduce((sum, { size }) => sum + size, 0);
      if (bytes > MOST_BYTES) {
        return err(
          `they hold ${Math.ceil(bytes / 2 ** 20)} MiB, more than are looked at here: fairlead audit verify --data ${this.#dir} reads them`,
        );
      }
      for (const name of this.#known.keys()) if (!names.includes(name)) this.#known.delete(name);
      return ok(await Promise.all(stats.map((one) => this.#fileOf(one))));
    } catch (error) {
      return err(`${this.#dir}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #fileOf({ name, size, mtimeMs }: { name: string; size: number; mtimeMs: number }): Promise<JournalFile> {
    const known = this.#known.get(name);
    if (known?.size === size && known.mtimeMs === mtimeMs) return known.file;
    const text = await readFile(path.join(this.#dir, name), 'utf8');
    const file = { file: name, lines: text.split('\n') };
    this.#known.set(name, { size, mtimeMs, file });
    return file;
  }
}

const sizeOf = ({ size, mtimeMs }: { size: number; mtimeMs: number }) => ({ size, mtimeMs });
