/** What a label says of a value that is none of the known ones, or one too many. */
export const OTHER = 'other';

const WORD = /^[A-Za-z][A-Za-z0-9_:+-]{0,63}$/;

/**
 * The values of one label. Every value is a series for as long as the process lives, so that words which come from a model
 * or a person are never taken as they are: the first so many words are, whatever comes then is `other`.
 */
export class Bounded {
  readonly #most: number;
  readonly #seen = new Set<string>();

  constructor(most = 100) {
    this.#most = most;
  }

  of(value: unknown): string {
    if (typeof value !== 'string' || !WORD.test(value)) return OTHER;
    if (this.#seen.has(value)) return value;
    if (this.#seen.size >= this.#most) return OTHER;
    this.#seen.add(value);
    return value;
  }
}

/** Of a closed list. */
export const among = (known: readonly string[], value: unknown): string =>
  known.find((each) => each === value) ?? OTHER;
