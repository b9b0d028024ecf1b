import { type FSWatcher, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '../../../adapters/system/systemClock.ts';

/** Long enough for an editor to have written the whole file, and far below the second that a person would notice. */
const SETTLE_MS = 100;

/**
 * Hears of every change below a folder. One watch a folder and none of a file: most editors replace a file, and a watch of
 * the file stays with the one that is gone. `heed` finds the folders that came, went or were replaced since.
 */
export class FoldersWatched {
  readonly #dir: string;
  readonly #changed: () => void;
  readonly #failed: (why: string) => void;
  readonly #watches = new Map<string, FSWatcher>();
  readonly #closed = new AbortController();
  #isSettling = false;

  constructor(dir: string, changed: () => void, failed: (why: string) => void) {
    this.#dir = dir;
    this.#changed = changed;
    this.#failed = failed;
  }

  async heed(): Promise<void> {
    const found = await foldersOf(this.#dir);
    for (const folder of this.#watches.keys()) if (!found.has(folder)) this.#leave(folder);
    try {
      for (const folder of found) {
        if (this.#watches.has(folder)) continue;
        const watcher = watch(folder, (event, name) => {
          // Of the folder itself: it is gone, and its watch with it, whatever has its name by now.
          if (event === 'rename' && name === path.basename(folder)) this.#leave(folder);
          this.#heard();
        });
        watcher.on('error', (error) => {
          this.#failed(String(error));
          this.#leave(folder);
        });
        this.#watches.set(folder, watcher);
      }
    } catch (error) {
      this.#failed(String(error));
    }
  }

  #leave(folder: string): void {
    this.#watches.get(folder)?.close();
    this.#watches.delete(folder);
  }

  close(): void {
    this.#closed.abort();
    for (const folder of this.#watches.keys()) this.#leave(folder);
  }

  #heard(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    void this.#settle();
  }

  async #settle(): Promise<void> {
    await systemClock.sleep(SETTLE_MS, this.#closed.signal);
    this.#isSettling = false;
    if (!this.#closed.signal.aborted) this.#changed();
  }
}

/** The folder and all below it. Of one that is gone, or is a file, the folder that it stands in: that hears of it. */
async function foldersOf(dir: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => undefined);
  const below = entries?.filter((entry) => entry.isDirectory()) ?? [];
  return new Set(
    entries === undefined
      ? [path.dirname(dir)]
      : [dir, ...below.map((entry) => path.join(entry.parentPath, entry.name))],
  );
}
