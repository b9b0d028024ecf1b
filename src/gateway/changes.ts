import type { ChangeEvent } from '../schema/api/lists.ts';

/** As many subjects as are told one by one; who missed more is told to read everything again. */
const KEPT = 512;
const KINDS = [
  'approvals',
  'services',
  'decisions',
  'breakers',
  'queue',
] as const satisfies readonly ChangeEvent['kind'][];

export interface Told {
  /** To be named when asking for what came after. */
  readonly id: string;
  readonly changes: readonly ChangeEvent[];
}

/**
 * What changed, for pages to look again: never a fact. Bounded: each subject is kept once, by its newest change, so that
 * nothing is kept for a listener, however slow it is.
 */
export class ChangeFeed {
  readonly #run: string;
  #newest = 0;
  /** Number of the newest change that is not kept any more. */
  #forgotten = 0;
  readonly #kept = new Map<string, { readonly n: number; readonly change: ChangeEvent }>();
  readonly #waiting = new Set<() => void>();
  #closed = false;

  /** `run` tells this process's numbers from those of another, or of an earlier one. */
  constructor(run: string) {
    this.#run = run;
  }

  tell(change: ChangeEvent): void {
    this.#newest += 1;
    const key = `${change.kind} ${change.namespace ?? ''}/${change.name ?? ''}`;
    this.#kept.delete(key);
    this.#kept.set(key, { n: this.#newest, change });
    if (this.#kept.size > KEPT) {
      const [oldest] = this.#kept;
      if (oldest !== undefined) {
        this.#forgotten = oldest[1].n;
        this.#kept.delete(oldest[0]);
      }
    }
    this.#wakeAll();
  }

  /** All that came after `id`, oldest first. An id that says nothing here: one change of every kind, of no subject. */
  after(id: string | undefined): Told {
    const newest = `${this.#run}-${this.#newest}`;
    if (id === undefined) return { id: newest, changes: [] };
    const from = this.#numberOf(id);
    if (from === undefined || from < this.#forgotten) return { id: newest, changes: KINDS.map((kind) => ({ kind })) };
    if (from === this.#newest) return { id: newest, changes: [] };
    return { id: newest, changes: [...this.#kept.values()].filter(({ n }) => n > from).map(({ change }) => change) };
  }

  /** Resolves at the next change, or when `signal` aborts, or when the feed is closed. */
  next(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #numberOf(id: string): number | undefined {
    const prefix = `${this.#run}-`;
    const n = id.startsWith(prefix) ? Number(id.slice(prefix.length)) : Number.NaN;
    return Number.isInteger(n) && n >= 0 && n <= this.#newest ? n : undefined;
  }
}
