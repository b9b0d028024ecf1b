import type { JournalKeep } from './adapters/journal/keep.ts';
import type { Retention } from './executor/deps.ts';
import { err, ok, type Result } from './kernel/result.ts';
import { parseDuration } from './schema/units.ts';

export interface JournalFlags {
  readonly journalSize?: string;
  readonly journalKeep?: string;
  readonly decisionKeep?: string;
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
/** Fewer would take away what an hour's work is judged by. */
const FEWEST_DECISIONS = 20;

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
  const keep = keepOf(journalKeep, 0);
  if (keep === undefined) return err(`--journal-keep ${journalKeep}: ${keepWords('full files', '90d,40', 0)}`);
  const { ageMs, count: files } = keep;
  return ok({ maxBytes, keep: { ...(ageMs !== undefined && { ageMs }), ...(files !== undefined && { files }) } });
}

/** Decisions that are over, each with its ApprovalRequest; the error names the flag and what to write. */
export function decisionKeep({ decisionKeep: text }: JournalFlags): Result<Retention | undefined, string> {
  if (text === undefined) return ok(undefined);
  const keep = keepOf(text, FEWEST_DECISIONS);
  return keep === undefined
    ? err(`--decision-keep ${text}: ${keepWords('the newest of each blueprint', '7d,200', FEWEST_DECISIONS)}`)
    : ok(keep);
}

const keepWords = (what: string, both: string, fewest: number): string => {
  const [age, count] = both.split(',');
  const least = fewest > 0 ? ` of at least ${fewest}` : '';
  return `write an age of at least 1h (${age}), a number of ${what}${least} (${count}), both (${both}), or all`;
};

function keepOf(text: string, fewest: number): { ageMs?: number; count?: number } | undefined {
  const keep: { ageMs?: number; count?: number } = {};
  if (text === 'all') return keep;
  for (const part of text.split(',')) {
    const days = /^(\d{1,5})d$/.exec(part)?.[1];
    const ageMs = days === undefined ? parseDuration(part) : Number(days) * DAY_MS;
    if (/^\d{1,5}$/.test(part) && keep.count === undefined && Number(part) >= fewest) keep.count = Number(part);
    else if (ageMs !== undefined && ageMs >= 3_600_000 && keep.ageMs === undefined) keep.ageMs = ageMs;
    else return undefined;
  }
  return keep;
}
