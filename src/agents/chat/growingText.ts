import { plainLines } from '../../kernel/plainText.ts';

/**
 * Text that grows, shown while it does, word by word, without what draws on a terminal. What was shown cannot be taken back:
 * when what came before turns out to be something else (half a secret, half a terminal sequence), nothing more is shown.
 */
export class GrowingText {
  readonly #show: (piece: string) => void;
  #shown = '';
  #isOver = false;

  constructor(show: (piece: string) => void) {
    this.#show = show;
  }

  /** All of it as it is now; the word at its end may still grow. */
  grown(text: string): void {
    this.#upTo(/^[\s\S]*\s/.exec(text)?.[0] ?? '');
  }

  /** All of it as it is in the end; nothing when it came to none. No more is shown, whatever is still said of it. */
  ended(text: string | undefined): void {
    if (text !== undefined) this.#upTo(text);
    this.#isOver = true;
  }

  #upTo(text: string): void {
    if (this.#isOver) return;
    const plain = plainLines(text).trim();
    if (!plain.startsWith(this.#shown)) {
      this.#isOver = true;
      return;
    }
    const more = plain.slice(this.#shown.length);
    this.#shown = plain;
    if (more !== '') this.#show(more);
  }
}
