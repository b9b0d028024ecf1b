import { stringify } from 'yaml';
import { plainLine, plainLines, visibleJson } from '../../kernel/plainText.ts';

/** Where a command writes and hears of Ctrl-C. Tests give one that collects. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** To where `out` goes, byte for byte; resolves when the reader has taken them. Absent where nobody reads bytes. */
  bytes?(chunk: Uint8Array): Promise<void>;
  /** Aborted by SIGINT or SIGTERM; another signal a second later ends the process at once. */
  readonly signal: AbortSignal;
  readonly interactive: boolean;
}

/** Codes as kubectl's and gh's. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

export const EXIT_WORDS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'Done, or the answer is yes.',
  failed: 'The answer is no, or it failed; standard error says why.',
  usage: 'The call itself was wrong: an unknown command or option, a missing argument.',
};

const ONE_PRESS_MS = 1000;
/** Kubernetes kills 30 s after SIGTERM. Whatever hangs then, the process ends by itself a little sooner. */
const LAST_MS = 27_000;

/**
 * The process's own streams. Nothing here calls process.exit: that would cut what a pipe has not taken yet. A reader that
 * goes away (`| head -1`) is no error.
 */
export function processIo(): Io {
  const gone = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
  };
  process.stdout.on('error', gone);
  process.stderr.on('error', gone);
  const stop = new AbortController();
  let first: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    const end = (): void => {
      process.off(name, handle);
      process.kill(process.pid, name);
    };
    const handle = (): void => {
      // It keeps no process alive that has ended its work.
      if (first === undefined) AbortSignal.timeout(LAST_MS).addEventListener('abort', end);
      first ??= performance.now();
      // One Ctrl-C can arrive twice: from the terminal, and passed on by npm or a wrapper.
      if (stop.signal.aborted && performance.now() - first > ONE_PRESS_MS) end();
      stop.abort();
    };
    process.on(name, handle);
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    bytes: (chunk) => new Promise((resolve) => process.stdout.write(chunk, () => resolve())),
    signal: stop.signal,
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
  };
}

export type Format = 'table' | 'json' | 'yaml';

/** Prints data as asked; `table` is the text for people. */
export function print(io: Io, format: Format, data: unknown, table: () => string): void {
  if (format === 'json') io.out(`${visibleJson(JSON.stringify(data, null, 2))}\n`);
  else if (format === 'yaml') io.out(yamlText(data));
  else io.out(plainLines(table()));
}

/** As YAML; with what is unseen or draws in it, as JSON, which is YAML too and can escape all of it. */
function yamlText(data: unknown): string {
  const text = stringify(data, { compat: 'yaml-1.1' });
  return plainLines(text) === text ? text : `${visibleJson(JSON.stringify(data, null, 2))}\n`;
}

/** No cell is wider, whoever named what stands in it. */
const WIDEST = 400;

/** Columns padded to their widest cell, two spaces apart, as kubectl prints them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((row) => row.map((cell) => plainLine(cell, WIDEST)));
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** `45s`, `3m12s`, `5h`, `2d`: kubectl's short ages. */
export function age(fromMs: number, nowMs: number): string {
  const s = Math.max(0, Math.floor((nowMs - fromMs) / 1000));
  if (s < 120) return `${s}s`;
  const m = Math.floor(s / 60);
  if (m < 10) return s % 60 === 0 ? `${m}m` : `${m}m${s % 60}s`;
  if (m < 180) return `${m}m`;
  const h = Math.floor(m / 60);
  return h < 48 ? `${h}h` : `${Math.floor(h / 24)}d`;
}
