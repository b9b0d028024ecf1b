import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { JournalRecord } from './journal.ts';

/** `prev` of a journal's first record. */
export const NO_RECORD = '0'.repeat(64);

/** SHA-256 (hex) of the RFC 8785 form of a record without its `hash`. Throws for what JSON cannot say (NaN, cycles). */
export function journalHash(record: Omit<JournalRecord, 'hash'> | JournalRecord): string {
  const { hash: _own, ...rest } = record as JournalRecord;
  return sha256(canonicalize(rest) ?? '');
}

export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Turns a value into what JSON and RFC 8785 can carry: `undefined` and non-finite numbers are left out (in lists: null),
 * half surrogate pairs become U+FFFD, dates and maps do not occur in our records. A copy: the input is never changed.
 */
export function plainJson(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('utf8');
  if (Array.isArray(value)) return value.map((item) => plainJson(item) ?? null);
  if (typeof value === 'object' && value !== null) {
    const out: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const plain = plainJson(item);
      if (plain !== undefined) out[key] = plain;
    }
    return out;
  }
  return typeof value === 'boolean' || value === null ? value : undefined;
}
