import type { ChangeFeed } from '../../gateway/changes.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ChangeEvent } from '../../schema/api/lists.ts';

const MOST = 50;
/** What changes many times a second is told once. */
const TELL_EVERY_MS = 1_000;

const KIND: Readonly<Partial<Record<ChangeEvent['kind'], string>>> = {
  approvals: 'approvals',
  decisions: 'decisions',
  services: 'blueprints',
};

/** What one client wants to hear of. It is told that there is reason to read again, never what changed. */
export class Subscriptions {
  readonly #feed: ChangeFeed;
  readonly #clock: Clock;
  readonly #tell: (uri: string) => Promise<void>;
  readonly #uris = new Set<string>();
  readonly #end = new AbortController();
  #isRunning = false;

  constructor(feed: ChangeFeed, clock: Clock, tell: (uri: string) => Promise<void>) {
    this.#feed = feed;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** False: too many already. */
  add(uri: string): boolean {
    if (!this.#uris.has(uri) && this.#uris.size >= MOST) return false;
    this.#uris.add(uri);
    if (!this.#isRunning && !this.#end.signal.aborted) {
      this.#isRunning = true;
      void this.#follow().catch(() => undefined);
    }
    return true;
  }

  remove(uri: string): void {
    this.#uris.delete(uri);
  }

  close(): void {
    this.#uris.clear();
    this.#end.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#end;
    let { id } = this.#feed.after(undefined);
    while (!signal.aborted && !this.#feed.closed) {
      await this.#feed.next(signal);
      const { id: newest, changes } = this.#feed.after(id);
      id = newest;
      // Whom one piece of news does not reach hears of the next.
      for (const uri of this.#uris) {
        if (changes.some((change) => concerns(change, uri))) await this.#tell(uri).catch(() => undefined);
      }
      await this.#clock.sleep(TELL_EVERY_MS, signal);
    }
  }
}

/** A change of no subject says that anything of its kind may have changed. */
function concerns({ kind, namespace, name }: ChangeEvent, uri: string): boolean {
  const start = KIND[kind] === undefined ? undefined : `fairlead://${KIND[kind]}/`;
  if (start === undefined || !uri.startsWith(start)) return false;
  return name === undefined || uri === `${start}${namespace ?? ''}/${name}`;
}
