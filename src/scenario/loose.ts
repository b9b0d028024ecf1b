/**
 * Reads of objects whose keys the format leaves open. Keys are compared without case, underscores and hyphens, so that
 * `minAvailable` and `min_available` are the same word. What a scenario says and nothing here understands is an error:
 * a scenario must not pass because half of it was ignored.
 */
export class NotUnderstood extends Error {}

const plain = (key: string): string => key.toLowerCase().replaceAll(/[_-]/g, '');

export class Loose {
  readonly #what: string;
  readonly #values: Map<string, unknown>;
  readonly #unread: Set<string>;

  constructor(value: unknown, what: string) {
    if (!isObject(value)) throw new NotUnderstood(`${what}: expected an object, found ${JSON.stringify(value)}`);
    this.#what = what;
    this.#values = new Map(Object.entries(value).map(([key, inner]) => [plain(key), inner]));
    this.#unread = new Set(this.#values.keys());
  }

  /** The first of these keys that is there. */
  any(...keys: readonly string[]): unknown {
    for (const key of keys.map(plain)) {
      if (!this.#values.has(key)) continue;
      this.#unread.delete(key);
      return this.#values.get(key);
    }
    return undefined;
  }

  text(...keys: readonly string[]): string | undefined {
    const value = this.any(...keys);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    throw new NotUnderstood(`${this.#what}.${keys[0]}: expected text, found ${JSON.stringify(value)}`);
  }

  number(...keys: readonly string[]): number | undefined {
    const value = this.any(...keys);
    if (value === undefined || typeof value === 'number') return value;
    const parsed = typeof value === 'string' ? Number(value.replace(/%$/, '')) : Number.NaN;
    if (!Number.isNaN(parsed)) return parsed;
    throw new NotUnderstood(`${this.#what}.${keys[0]}: expected a number, found ${JSON.stringify(value)}`);
  }

  /** Text that must be there. */
  must(...keys: readonly string[]): string {
    const value = this.text(...keys);
    if (value === undefined) throw new NotUnderstood(`${this.#what}: ${keys[0]} is missing`);
    return value;
  }

  /** Fails when something was said that nobody read. */
  done(): void {
    const [unread] = this.#unread;
    if (unread !== undefined) throw new NotUnderstood(`${this.#what}: the runner does not know ${unread}`);
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
