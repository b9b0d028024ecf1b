import type { FaultCode } from './faultCodes.ts';

/**
 * One thing wrong with a document, for the person who mends it. `code` is stable CamelCase; every other word is for
 * reading. `path` is as written in the document's own form (`spec.scaling.max_replicas`); line and column count from 1,
 * and are 0 where there is no text to point into (an object read from the cluster). `found`, `expected` and `fix` are
 * never empty: what cannot be quoted is described.
 */
export interface Fault {
  readonly code: FaultCode;
  readonly message: string;
  readonly path: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly found: string;
  readonly expected: string;
  readonly fix: string;
}

export type Path = readonly (string | number)[];

/** Where something stands. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export const NOWHERE: Position = { line: 0, column: 0 };

/** What is wrong at a path, before it is known where that stands. */
export interface Complaint {
  readonly code: FaultCode;
  readonly path: Path;
  /** Points at the key instead of the value (unknown fields). */
  readonly atKey?: boolean;
  readonly found: string;
  readonly expected: string;
  readonly fix: string;
  /** Says it better than "found X, expected Y" would. */
  readonly message?: string;
}

/** `spec.freeze[0].cron`; the document itself is `(document)`. */
export function pathText(path: Path): string {
  if (path.length === 0) return '(document)';
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}

/** A value as a person would recognise it: as in YAML, on one line, at most 60 characters. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' && !Number.isFinite(value))
    return Number.isNaN(value) ? '.nan' : value < 0 ? '-.inf' : '.inf';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  if (line === '') return 'an empty value';
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

export function faultAt(complaint: Complaint, file: string, position: Position): Fault {
  const { code, found, expected, fix } = complaint;
  const path = pathText(complaint.path);
  const message = complaint.message ?? `${path}: found ${found}, expected ${expected}`;
  return { code, message, path, file, ...position, found, expected, fix };
}
