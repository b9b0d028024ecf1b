import type { Io } from '../io.ts';
import { cut } from './wrap.ts';

/** Where the demo is seen: the story grows line by line, the dashboard above it is drawn anew. */
export interface Screen {
  /** Text of one or more whole lines, ending in a newline. */
  story(text: string): void;
  draw(): void;
  /** Gives the terminal back; more text may follow. */
  close(): void;
}

/** Lines after lines, for pipes and logs. */
export class PlainScreen implements Screen {
  readonly #io: Io;

  constructor(io: Io) {
    this.#io = io;
  }

  story(text: string): void {
    this.#io.out(text);
  }

  draw(): void {}

  close(): void {}
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** One picture: the dashboard, and as much of the story's end as fits. Exactly `rows` lines, none longer than `columns`. */
export function frame(dashboard: readonly string[], story: readonly string[], { columns, rows }: Size): string[] {
  const top = dashboard.slice(0, rows);
  const room = rows - top.length;
  const below = room === 0 ? [] : story.slice(-room);
  const lines = [...top, ...below].map((line) => cut(line, columns));
  return [...lines, ...Array<string>(rows - lines.length).fill('')];
}

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';

/**
 * The terminal's second screen, so that nothing of the first is lost; at the end the whole story is printed there. The
 * terminal is given back as soon as the signal aborts, whatever else still has to end.
 */
export class LiveScreen implements Screen {
  readonly #io: Io;
  readonly #dashboard: () => readonly string[];
  readonly #size: () => Size;
  readonly #story: string[] = [];
  #shown: readonly string[] = [];
  #drawn: Size | undefined;
  #open = true;

  constructor(io: Io, dashboard: () => readonly string[], size: () => Size) {
    this.#io = io;
    this.#dashboard = dashboard;
    this.#size = size;
    io.out(ENTER);
    io.signal.addEventListener('abort', () => this.close(), { once: true });
  }

  story(text: string): void {
    if (!this.#open) {
      this.#io.out(text);
      return;
    }
    this.#story.push(...text.replace(/\n$/, '').split('\n'));
    this.draw();
  }

  /** Only lines that changed are written. */
  draw(): void {
    if (!this.#open) return;
    const size = this.#size();
    const lines = frame(this.#dashboard(), this.#story, size);
    const same = size.columns === this.#drawn?.columns && size.rows === this.#drawn.rows;
    this.#drawn = size;
    const changed = lines.flatMap((line, row) =>
      same && this.#shown[row] === line ? [] : [`\u001b[${row + 1};1H${line}\u001b[K`],
    );
    this.#shown = lines;
    if (changed.length > 0) this.#io.out(`${same ? '' : '\u001b[2J'}${changed.join('')}`);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#io.out(`${LEAVE}${this.#story.map((line) => `${line}\n`).join('')}`);
  }
}
