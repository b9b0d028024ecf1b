import { z } from 'zod';
import { DiffLine, VoteView } from './approvals.ts';
import { Instant, VerdictView, Words } from './common.ts';
import { DecisionSummary } from './services.ts';

export const DecisionList = z.object({ items: z.array(DecisionSummary), next: z.string().optional() });
export type DecisionList = z.infer<typeof DecisionList>;

/** One decision as it went, oldest first. */
export const DecisionDetail = DecisionSummary.extend({
  words: z.array(Words),
  evidence: z.array(z.string()),
  asked: VerdictView,
  again: VerdictView.optional(),
  steps: z.array(
    z.object({ at: Instant, title: z.string(), text: z.string(), state: z.enum(['plain', 'good', 'bad', 'waiting']) }),
  ),
  changes: z.array(
    z.object({ id: z.string(), undo: z.boolean(), at: Instant.optional(), diff: z.array(DiffLine), text: z.string() }),
  ),
  checks: z.array(z.object({ name: z.string(), critical: z.boolean(), outcome: z.string(), message: z.string() })),
  votes: z.array(VoteView),
  bound: z.array(z.object({ name: z.string(), value: z.string() })),
  /** The recorded input judged again by the same gate: does it agree? Absent when the journal at hand does not hold it. */
  replay: z.object({ agrees: z.boolean(), text: z.string() }).optional(),
});
export type DecisionDetail = z.infer<typeof DecisionDetail>;

export const JournalRecord = z.object({
  file: z.string(),
  seq: z.number().int(),
  at: Instant,
  kind: z.string(),
  subject: z.string(),
  text: z.string(),
  hash: z.string(),
  /** The record as it stands on disk, with what cannot be seen written as an escape; a long one is cut, and says so. */
  json: z.string(),
  /** Of a verdict: the recorded input judged again by the gate of now. */
  replay: z.object({ agrees: z.boolean(), text: z.string() }).optional(),
});
export type JournalRecord = z.infer<typeof JournalRecord>;

export const JournalPage = z.object({
  items: z.array(JournalRecord),
  next: z.string().optional(),
  /** Of the journal files at hand, computed now. */
  chain: z.object({
    sound: z.boolean(),
    records: z.number().int(),
    head: z.string().optional(),
    text: z.string(),
    at: Instant,
  }),
  /** Each can be had whole, by those who see all of it. */
  files: z.array(z.object({ file: z.string(), records: z.number().int(), sound: z.boolean() })).optional(),
});
export type JournalPage = z.infer<typeof JournalPage>;

export const QueueState = z.object({
  /** `off`: no Redis is configured; `down`: it does not answer, and notices are late. */
  state: z.enum(['up', 'down', 'off']),
  text: z.string(),
  counts: z.record(z.string(), z.number().int()),
  dead: z.array(
    z.object({
      id: z.string(),
      job: z.string(),
      subject: z.string(),
      error: z.string(),
      at: Instant,
      attempts: z.number().int(),
    }),
  ),
});
export type QueueState = z.infer<typeof QueueState>;
