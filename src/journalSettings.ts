import type { JournalKeep } from './adapters/journal/keep.ts';
import { err, ok, type Result } from './kernel/result.ts';
import { parseDuration } from './schema/units.ts';

export interface JournalFlags {
  readonly journalSize?: string;
  readonly journalKeep?: string;
}

export interface JournalSettings {
  readonly maxBytes: number;
  readonly keep: JournalKeep;
}

/**
 * Small enough that the gateway can show what is written now, of all three roles, in bounded memory; a service that waits
 * under pressure writes about as much in a day.
 */
export const USUAL_SIZE = '16Mi';
/** Whichever comes first: a volume of 1 GiB never fills up with journals, which would stop every change. */
export const USUAL_KEEP = '90d,40';

const UNITS: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };
const DAY_MS = 86_400_000;

/** How large a file of a journal grows, and how long full ones are kept; the error names the flag and what to write. */
export function journalSettings({
  journalSize = USUAL_SIZE,
  journalKeep = USUAL_KEEP,
}: JournalFlags): Result<JournalSettings, string> {
  const [, digits, unit] = /^(\d{1,6})(Ki|Mi|Gi)$/.exec(journalSize) ?? [];
  const maxBytes = Number(digits) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (!(maxBytes >= 64 * 1024 && maxBytes <= 2 ** 30)) {
    return err(`--journal-size ${journalSize}: write a size between 64Ki and 1Gi, such as ${USUAL_SIZE}`);
  }
  if (journalKeep === 'all') return ok({ maxBytes, keep: {} });
  const keep: { ageMs?: number; files?: number } = {};
  for (const part of journalKeep.split(',')) {
    const days = /^(\d{1,5})d$/.exec(part)?.[1];
    const ageMs = days === undefined ? parseDuration(part) : Number(days) * DAY_MS;
    if (/^\d{1,5}$/.test(part) && keep.files === undefined) keep.files = Number(part);
    else if (ageMs !== undefined && ageMs >= 3_600_000 && keep.ageMs === undefined) keep.ageMs = ageMs;
    else {
      return err(
        `--journal-keep ${journalKeep}: write an age of at least 1h (90d), a number of full files (40), both (90d,40), or all`,
      );
    }
  }
  return ok({ maxBytes, keep });
}
