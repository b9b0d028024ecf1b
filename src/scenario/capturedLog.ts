import type { Log } from '../ports/log.ts';

/** Messages with which the product tells that something was thrown and caught. */
const THROWN = /^(an agent run failed|a decision was left out of this pass|a pass failed|a rule threw)/;

/** The operational log of a run, one JSON text a line. */
export class CapturedLog implements Log {
  readonly lines: string[] = [];
  readonly thrown: string[] = [];

  info(fields: object, message: string): void {
    this.#keep('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#keep('warn', fields, message);
  }

  error(fields: object, message: string): void {
    const line = this.#keep('error', fields, message);
    if (THROWN.test(message)) this.thrown.push(line);
  }

  #keep(level: string, fields: object, message: string): string {
    const line = JSON.stringify({ level, message, ...fields });
    this.lines.push(line);
    return line;
  }
}
