import picocolors from 'picocolors';
import { parseInstant } from '../../../kernel/parseInstant.ts';
import type { Line } from '../roles/narrate.ts';
import { wrap } from './wrap.ts';

const TIME = 6;
const WORD = 10;

/** Sets the story's lines: time of the story, a word, the text; wrapped to a width, coloured where asked. */
export class Teller {
  readonly #now: () => number;
  readonly #width: number;
  readonly #colors: ReturnType<typeof picocolors.createColors>;
  #last = '';

  /** `now`: milliseconds since the story began. */
  constructor(options: { readonly now: () => number; readonly width: number; readonly color: boolean }) {
    this.#now = options.now;
    this.#width = options.width;
    this.#colors = picocolors.createColors(options.color);
  }

  /** One line or more, without the last newline. The time stands only where it is another than in the line before. */
  line([word, text]: Line): string {
    const time = minutes(this.#now());
    const shown = time === this.#last ? '' : time;
    this.#last = time;
    const [first = '', ...rest] = wrap(text, this.#width - TIME - WORD);
    const indent = ' '.repeat(TIME + WORD);
    const body = this.#text(word);
    return [
      `${this.#colors.dim(shown.padEnd(TIME))}${this.#word(word)(word.padEnd(WORD))}${body(first)}`,
      ...rest.map((part) => `${indent}${body(part)}`),
    ].join('\n');
  }

  /** A heading with the words under it, without the last newline. */
  heading(title: string, about: string): string {
    this.#last = '';
    return [this.#colors.bold(title.slice(0, this.#width)), ...wrap(about, this.#width)].join('\n');
  }

  /** Plain sentences, without the last newline. */
  paragraph(text: string): string {
    return wrap(text, this.#width).join('\n');
  }

  #word(word: string): (text: string) => string {
    const { bold, red, yellow, green, cyan } = this.#colors;
    if (word === 'alert' || word === 'failed' || word === 'breaker') return red;
    if (word === 'waits' || word === 'holds' || word === 'undone') return yellow;
    if (word === 'done' || word === 'verified' || word === 'checked') return green;
    return word === 'outside' ? cyan : bold;
  }

  #text(word: string): (text: string) => string {
    return word === '' || word === 'again' ? this.#colors.dim : (text) => text;
  }
}

/** Instants in a text, told on the story's clock; what was before the story began keeps its date. */
export const onStoryClock = (text: string, began: number): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (instant) => {
    const at = parseInstant(instant);
    return at === undefined || at < began ? instant : minutes(at - began);
  });

/** `02:05`; an hour and more goes on counting minutes. */
export function minutes(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
