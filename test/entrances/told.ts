import { verdictRow } from '../../src/faces/mcp/rows.ts';
import { verdictView } from '../../src/gateway/views/verdicts.ts';
import { verdictRecord } from '../../src/schema/decisionObject.ts';
import { VerdictRecord } from '../../src/schema/records.ts';
import type { Verdict } from '../../src/schema/verdict.ts';

/** What an entrance said to a call: the whole verdict, or the part of it that a chat is told. */
export type Told = { readonly whole: VerdictRecord } | { readonly row: Readonly<Record<string, unknown>> };

/** Without its instant: all is judged at the same one, and a record keeps it beside. */
export const wholeOf = (verdict: Verdict): Told => ({ whole: verdictRecord(verdict) });

/** As it came over a wire. */
export const readWhole = (value: unknown): Told => ({ whole: VerdictRecord.parse(value) });

const ROW = ['verdict', 'operation', 'headline', 'approvers', 'not_before', 'findings'] as const;

export const readRow = (data: Readonly<Record<string, unknown>>): Told => ({
  row: Object.fromEntries(ROW.flatMap((key) => (data[key] === undefined ? [] : [[key, data[key]]]))),
});

/** Authority, waits, approvers, step and every finding with its values; undefined: they are the same. */
export function difference(expected: VerdictRecord, told: Told): string | undefined {
  const [want, got] =
    'whole' in told
      ? [expected, told.whole]
      : [readRow(verdictRow(verdictView(expected))), told].map((one) => ('row' in one ? one.row : {}));
  const [one, other] = [sorted(want), sorted(got)];
  return one === other ? undefined : `expected ${one}, was told ${other}`;
}

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
