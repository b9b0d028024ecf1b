import { z } from 'zod';

/** Where a list goes on; opaque to whoever asks. */
const Cursor = z.string().max(200).exactOptional().describe('`next` of the page before');
/** As much as the history in memory holds, and a bit. */
const LONGEST_MIN = 7 * 24 * 60;
const Service = z.string().max(400).exactOptional().describe('only of this service, `namespace/name`');

export const ApprovalQuery = z.strictObject({
  state: z.enum(['open', 'decided']).exactOptional().describe('those that wait, or those that were answered'),
  cursor: Cursor,
});
export const ServiceQuery = z.strictObject({
  minutes: z.coerce
    .number()
    .int()
    .min(1)
    .max(LONGEST_MIN)
    .optional()
    .describe('how far the series go back (default: 60)'),
});
export const DecisionQuery = z.strictObject({
  service: Service,
  phase: z.string().max(64).exactOptional().describe('only in this phase'),
  cursor: Cursor,
});
export const JournalQuery = z.strictObject({
  service: Service,
  kind: z.string().max(64).exactOptional().describe('only records of this kind'),
  cursor: Cursor,
});
/** As journals are called; nothing that could mean something in a header or a path. */
export const ExportQuery = z.strictObject({
  file: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/)
    .describe('a journal by its name, as the journal page lists them'),
});
