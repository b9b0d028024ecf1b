import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { isoInstant } from '../../kernel/instant.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelExchange, ModelTrace } from '../../ports/modelTrace.ts';

export interface FileTraceOptions {
  /** Made with mode 0700 when absent. */
  readonly dir: string;
  readonly clock: Clock;
  /** Tells files of one folder apart: letters, digits, dots and dashes. */
  readonly writer: string;
  /** Takes secrets out of a value, however deep. */
  readonly redact: (value: unknown) => unknown;
  /** Told once, when the trace ends early: in words why. */
  readonly ended: (why: string) => void;
  /** Bytes of one file. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 256 * 1024 * 1024;
/** Lines that a slow disk has not taken yet. */
const MAX_WAITING = 500;
const CLOSE_MS = 2_000;

/**
 * A JSON line an exchange, in a file of this process that only its owner can read (0600). Whatever goes wrong ends the
 * trace and nothing else.
 */
export class FileTrace implements ModelTrace {
  readonly path: string;
  readonly #options: FileTraceOptions;
  readonly #file: FileHandle;
  #writing: Promise<void> = Promise.resolve();
  #waiting = 0;
  #bytes = 0;
  #over = false;

  private constructor(options: FileTraceOptions, path: string, file: FileHandle) {
    this.#options = options;
    this.path = path;
    this.#file = file;
  }

  /** The error says in words what cannot be made. */
  static async open(options: FileTraceOptions): Promise<Result<FileTrace, string>> {
    const stamp = isoInstant(options.clock.now()).replaceAll(/[^0-9TZ]/g, '');
    const path = join(options.dir, `model-${stamp}-${options.writer}.jsonl`);
    try {
      await mkdir(options.dir, { recursive: true, mode: 0o700 });
      return ok(new FileTrace(options, path, await open(path, 'ax', 0o600)));
    } catch (cause) {
      return err(`${path} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }

  write(exchange: ModelExchange): void {
    if (this.#over) return;
    const { maxBytes = MAX_BYTES, redact } = this.#options;
    const line = lineOf(exchange, redact);
    this.#bytes += Buffer.byteLength(line ?? '');
    if (line === undefined) this.#end('an exchange could not be written down');
    else if (this.#waiting >= MAX_WAITING) this.#end('the disk is slower than the model');
    else if (this.#bytes > maxBytes) this.#end(`${this.path} has reached ${maxBytes} bytes`);
    else this.#append(line);
  }

  #append(line: string): void {
    this.#waiting += 1;
    this.#writing = this.#writing
      .then(() => this.#file.appendFile(line))
      .catch((cause: unknown) => this.#end(cause instanceof Error ? cause.message : String(cause)))
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** Waits a moment for what is being written. */
  async close(): Promise<void> {
    this.#over = true;
    const stop = new AbortController();
    await Promise.race([
      this.#writing.then(() => this.#file.close()).catch(() => undefined),
      this.#options.clock.sleep(CLOSE_MS, stop.signal),
    ]);
    stop.abort();
  }

  #end(why: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.ended(why);
  }
}

function lineOf(exchange: ModelExchange, redact: FileTraceOptions['redact']): string | undefined {
  const { at, ms, model, request, answer, error } = exchange;
  const { about, messages, tools, maxTokens } = request;
  const said = { ...(answer === undefined ? {} : { answer }), ...(error === undefined ? {} : { error }) };
  try {
    return `${JSON.stringify(redact({ at: isoInstant(at), ms, model, ...about, messages, tools, maxTokens, ...said }))}\n`;
  } catch {
    return undefined;
  }
}
