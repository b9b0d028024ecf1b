import type { Io } from '../io.ts';
import { columnsOf, cut } from './wrap.ts';

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

/** A line, and how many of the terminal's rows it takes. */
interface Block {
  readonly line: string;
  readonly rows: number;
}

/**
 * One picture of exactly `rows` rows: the dashboard, and as much of the story's end as fits. The dashboard is cut to
 * `columns`. The story never is: it has links and commands, which are copied. What is longer goes on in the next row, by the
 * terminal's own wrapping, and a line without room for all of it is left away.
 */
export function frame(dashboard: readonly string[], story: readonly string[], { columns, rows }: Size): Block[] {
  const top = dashboard.slice(0, rows).map((line): Block => ({ line: cut(line, columns), rows: 1 }));
  const below: Block[] = [];
  let room = rows - top.length;
  for (let at = story.length - 1; at >= 0; at -= 1) {
    const line = story[at] ?? '';
    const block = { line, rows: Math.max(1, Math.ceil(columnsOf(line) / columns)) };
    if (block.rows > room) break;
    room -= block.rows;
    below.unshift(block);
  }
  return [...top, ...below, ...Array<Block>(room).fill({ line: '', rows: 1 })];
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
  /** By the row it begins in. */
  #shown: ReadonlyMap<number, string> = new Map();
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
    const same = size.columns === this.#drawn?.columns && size.rows === this.#drawn.rows;
    this.#drawn = size;
    const shown = new Map<number, string>();
    let row = 1;
    let changed = '';
    for (const { line, rows } of frame(this.#dashboard(), this.#story, size)) {
      shown.set(row, line);
      if (!same || this.#shown.get(row) !== line) {
        for (let last = row + rows - 1; last >= row; last -= 1) changed += `\u001b[${last};1H\u001b[K`;
        changed += line;
      }
      row += rows;
    }
    this.#shown = shown;
    if (changed !== '') this.#io.out(`${same ? '' : '\u001b[2J'}${changed}`);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#io.out(`${LEAVE}${this.#story.map((line) => `${line}\n`).join('')}`);
  }
}
