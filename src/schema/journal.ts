import { z } from 'zod';

/**
 * One line of the journal. `hash` is the SHA-256 (hex) of the canonical JSON (RFC 8785) of the record without `hash`;
 * `prev` is the hash of the line before (64 zeros for the first). One chain per writing process, over one file or several:
 * see journalName.ts.
 */
export const JournalRecord = z.strictObject({
  seq: z.int().min(0),
  prev: z.string().length(64),
  at: z.int(),
  /** `controller-<id>`, `executor-<id>`: equals the file's name. */
  writer: z.string().max(100),
  /** The closed list of what is recorded. */
  kind: z.enum([
    'opened', // a writer started; data: version, pid
    'torn', // the last line of an earlier run of this writer was cut by a crash; data: its bytes (base64, capped)
    'sealed', // the last of a full file, which is kept; data: file (its name from now on)
    'continued', // the first of the file after it; data: file, seq and head of its last record
    'dropped', // a kept file is about to be deleted, as the settings say; data: file, seq and head of its last record, why
    'blueprint', // a blueprint was accepted or refused; data: name, namespace, version, hash, accepted, faults
    'observed', // what an agent run started from; data: assessment summary
    'model', // one exchange with a model: role, prompt, model, usage, redacted and capped answer
    'said', // what an agent concluded where nothing is asked for; data: role, about, its words and drafts, origin
    'held', // an agent run ended without a proposal; data: reason or why, origin
    'call', // a tool call, judged: data {input: GateInput, verdict} ; replayable
    'intent', // executor: about to write; data: change, permit terms
    'applied', // the write was confirmed; data: change id, resourceVersion
    'verified', // data: change id, checks, outcome
    'phase', // a Decision changed phase; data: decision, phase, reason, message
    'alert', // a person is called; data: code, message
    'hold', // pause, resume, stop seen; data
    'vote', // gateway: about to put a person's signed answer beside a request; data: request, vote
    'raise', // gateway: about to write a Blueprint with an approved maximum; data: blueprint, vote, from, to, version
    'allowance', // gateway: about to write or take away what a Blueprint lets through once; data: blueprint, allowance, was, vote
    'access', // gateway: somebody logged in or out, was refused, or had rights changed; data: who, what, from
  ]),
  /** Decision or run the record belongs to; empty for none. */
  subject: z.string().max(120),
  data: z.record(z.string(), z.unknown()),
  hash: z.string().length(64),
});
export type JournalRecord = z.infer<typeof JournalRecord>;
export type JournalEntry = Pick<JournalRecord, 'kind' | 'subject' | 'data'>;
