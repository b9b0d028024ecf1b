import type { Clock } from '../ports/clock.ts';

interface Sleeper {
  readonly due: number;
  readonly order: number;
  readonly wake: () => void;
}

/** A clock that stands still until told. Sleepers wake in order of their time, each seeing `now` as its own time. */
export class ManualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #sleepers = new Set<Sleeper>();

  /** Starts at 2026-01-05T00:00:00Z (a Monday) unless told otherwise. */
  constructor(now = Date.UTC(2026, 0, 5)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = { due: this.#now + ms, order: this.#order++, wake: () => finish() };
      const finish = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      signal?.addEventListener('abort', finish, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  /** Moves time forward, waking sleepers on the way and letting what they started settle before going on. */
  async advance(ms: number): Promise<void> {
    await settle();
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#sleepers]
        .filter((s) => s.due <= end)
        .sort((a, b) => a.due - b.due || a.order - b.order)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.due);
      next.wake();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets pending microtasks and immediate callbacks run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
