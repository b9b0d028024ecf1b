/**
 * What this process has said, so that a wiped queue, a replayed job or two ways to the same notice do not say it twice.
 * Bounded, and gone with the process: a receiver may get the same key again after a restart.
 */
export class Told {
  readonly #most: number;
  readonly #keys = new Set<string>();

  constructor(most = 50_000) {
    this.#most = most;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    this.#keys.delete(key);
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > this.#most && oldest !== undefined) this.#keys.delete(oldest);
  }
}
