import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { JournalFile, JournalFiles } from '../../ports/journalFiles.ts';
import { journalChains } from '../../schema/journalName.ts';

/** All journals together, in bytes: beyond it looking at them would hold up whoever else is served. */
const MOST_BYTES = 64 * 1024 * 1024;
/** So often a folder is read again in which a file was changed for a new one meanwhile. */
const TRIES = 3;

interface Known {
  readonly size: number;
  readonly mtimeMs: number;
  readonly lines: readonly string[];
}

interface Found {
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** The journals of one folder. A file that has not grown is not read again, and its lines are the same array. */
export class FolderOfJournals implements JournalFiles {
  readonly #dir: string;
  readonly #known = new Map<string, Known>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  async read(): Promise<Result<readonly JournalFile[], string>> {
    try {
      for (let left = TRIES; ; left -= 1) {
        const names = await readdir(this.#dir);
        const read = await this.#files(names).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT' && left > 1) return undefined;
          throw error;
        });
        const after = await readdir(this.#dir);
        const same = journalNames(names).join() === journalNames(after).join();
        if (read !== undefined && (same || left <= 1)) return read;
      }
    } catch (error) {
      return err(`${this.#dir}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #files(names: readonly string[]): Promise<Result<readonly JournalFile[], string>> {
    const chains = await Promise.all(
      journalChains(names).map(({ files }) => Promise.all(files.map((name) => this.#found(name)))),
    );
    const chosen = newest(chains);
    if (chosen === undefined) {
      const bytes = chains.flat().reduce((sum, { size }) => sum + size, 0);
      return err(
        `they hold ${Math.ceil(bytes / 2 ** 20)} MiB, more than are looked at here: fairlead audit verify --data ${this.#dir} reads them`,
      );
    }
    for (const name of this.#known.keys())
      if (!chosen.flat().some((one) => one.name === name)) this.#known.delete(name);
    const read = await Promise.all(
      chosen.map(async (files, place): Promise<JournalFile[]> => {
        const cut = files.length < (chains[place]?.length ?? 0);
        const lines = await Promise.all(files.map((one) => this.#lines(one)));
        return files.map(({ name }, at) => ({
          file: name,
          lines: lines[at] ?? [],
          ...(cut && at === 0 && { earlierUnread: true as const }),
        }));
      }),
    );
    return ok(read.flat());
  }

  async #found(name: string): Promise<Found> {
    const { size, mtimeMs } = await stat(path.join(this.#dir, name));
    return { name, size, mtimeMs };
  }

  async #lines({ name, size, mtimeMs }: Found): Promise<readonly string[]> {
    const known = this.#known.get(name);
    if (known?.size === size && known.mtimeMs === mtimeMs) return known.lines;
    const lines = (await readFile(path.join(this.#dir, name), 'utf8')).split('\n');
    this.#known.set(name, { size, mtimeMs, lines });
    return lines;
  }
}

const journalNames = (names: readonly string[]): string[] => journalChains(names).flatMap(({ files }) => files);

/** Of each chain the newest files, as many as fit, in turn; undefined where not even each chain's last one does. */
function newest(chains: readonly (readonly Found[])[]): (readonly Found[])[] | undefined {
  const taken = chains.map(() => 0);
  const full = chains.map(() => false);
  const longest = Math.max(0, ...chains.map(({ length }) => length));
  let bytes = 0;
  for (let back = 1; back <= longest; back += 1) {
    for (const [place, chain] of chains.entries()) {
      const file = chain.at(-back);
      if (file === undefined || back > chain.length || full[place] === true) continue;
      if (bytes + file.size > MOST_BYTES) {
        if (back === 1) return undefined;
        full[place] = true;
        continue;
      }
      bytes += file.size;
      taken[place] = back;
    }
  }
  return chains.map((chain, place) => chain.slice(chain.length - (taken[place] ?? 0)));
}
