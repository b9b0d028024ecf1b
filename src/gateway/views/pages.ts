import { err, ok, type Result } from '../../kernel/result.ts';
import type { Refused } from '../deps.ts';

/** Entries of one page. */
export const PAGE = 50;

/** Where an entry stands in its list: no two are the same, and one that was added later moves no other. */
export interface Place {
  readonly at: number;
  readonly key: string;
}

export const byPlace = (a: Place, b: Place): number => a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/**
 * The page behind a cursor. A cursor names the last entry that was seen, and not a count, so that what comes and goes in
 * between repeats nothing and leaves nothing out.
 */
export function pageOf<T extends Place>(
  entries: readonly T[],
  order: 'oldest first' | 'newest first',
  cursor: string | undefined,
): Result<Page<T>, Refused> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  if (cursor !== undefined && after === undefined) {
    return err({ code: 'incomplete', message: 'cursor is none that a page gave: leave it out to start anew' });
  }
  const turn = order === 'oldest first' ? 1 : -1;
  const rest = after === undefined ? entries : entries.filter((entry) => turn * byPlace(entry, after) > 0);
  const items = rest.toSorted((a, b) => turn * byPlace(a, b)).slice(0, PAGE);
  const last = items.at(-1);
  return ok({ items, ...(last !== undefined && rest.length > PAGE && { next: cursorOf(last) }) });
}

const cursorOf = ({ at, key }: Place): string => Buffer.from(`${at} ${key}`).toString('base64url');

function readCursor(cursor: string): Place | undefined {
  const [, at, key] =
    /^(\d{1,16}) (.{1,400})$/s.exec(Buffer.from(cursor.slice(0, 1_000), 'base64url').toString()) ?? [];
  return at === undefined || key === undefined ? undefined : { at: Number(at), key };
}
