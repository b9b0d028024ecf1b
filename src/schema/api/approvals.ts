import { z } from 'zod';
import { FindingView, Instant, LimitRail, Risk, Series, VerdictView, Words } from './common.ts';

export const ApprovalPhase = z.enum(['Pending', 'Approved', 'Rejected', 'Expired', 'Superseded', 'Consumed']);

export const ApprovalSummary = z.object({
  namespace: z.string(),
  name: z.string(),
  service: z.string(),
  phase: ApprovalPhase,
  operation: z.string(),
  before: z.string(),
  after: z.string(),
  risk: Risk,
  /** One sentence of code's words. */
  why: z.string(),
  rule: z.string(),
  /** A person only where the gateway vouches for it. */
  requester: z.object({ kind: z.enum(['agent', 'person']), name: z.string() }).optional(),
  /** Why a person asked, in their words, which nobody checked. */
  reason: z.string().optional(),
  approvers: z.array(z.string()),
  votes: z.number().int(),
  quorum: z.number().int(),
  askedAt: Instant,
  decideBy: Instant,
  /** The reader may vote. */
  mine: z.boolean(),
  /** Of a decided one: who, after how long, and how it ended. */
  answer: z.string().optional(),
  answeredBy: z.string().optional(),
  answeredAfterMs: z.number().int().optional(),
  outcome: z.string().optional(),
});
export type ApprovalSummary = z.infer<typeof ApprovalSummary>;

export const ApprovalList = z.object({
  items: z.array(ApprovalSummary),
  next: z.string().optional(),
  /** Of seven days. */
  stats: z.object({
    asked: z.number().int(),
    approved: z.number().int(),
    undone: z.number().int(),
    rejected: z.number().int(),
    expired: z.number().int(),
    medianMsToDecide: z.number().int().optional(),
    underThreeSeconds: z.number().int(),
    /** Now, and for how long the oldest of them; absent where none waits. */
    pending: z.number().int().optional(),
    oldestPendingMs: z.number().int().optional(),
    /** Nine of ten answers came within. */
    ninetiethMsToDecide: z.number().int().optional(),
  }),
  /** Limits that people have lifted again and again, and that could be raised by daylight. */
  askLess: z
    .array(
      z.object({
        namespace: z.string(),
        service: z.string(),
        /** How often, since when. */
        times: z.number().int(),
        since: Instant,
        text: z.string(),
        from: z.string(),
        to: z.string(),
        diff: z.array(z.object({ sign: z.enum(['+', '-', ' ']), text: z.string() })),
      }),
    )
    .optional(),
});
export type ApprovalList = z.infer<typeof ApprovalList>;

/** A line of a diff; `sign` is what a person sees. */
export const DiffLine = z.object({ sign: z.enum(['+', '-', ' ']), text: z.string() });
export type DiffLine = z.infer<typeof DiffLine>;

export const VoteView = z.object({
  by: z.string(),
  groups: z.array(z.string()),
  vote: z.enum(['approve', 'reject']),
  choice: z.enum(['once', 'update_blueprint']).optional(),
  comment: z.string().optional(),
  at: Instant,
  /** Signature, group, requester, time: all in order. */
  counts: z.boolean(),
});
export type VoteView = z.infer<typeof VoteView>;

/** Everything on the request card, in the order of the decision. */
export const ApprovalCard = ApprovalSummary.extend({
  /** SHA-256 (hex) of exactly what would be approved; a vote names it. */
  digest: z.string(),
  decision: z.string(),
  now: Instant,
  /** The world moved: nobody can approve this any more. */
  stale: z.array(z.object({ what: z.string(), asked: z.string(), now: z.string() })),
  rail: LimitRail.optional(),
  changes: z.object({
    target: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    diff: z.array(DiffLine),
  }),
  /** Offered only where the gateway may write the Blueprint. `ownedBy`: a GitOps tool does; then the diff is for its repository. */
  raise: z
    .object({
      from: z.string(),
      to: z.string(),
      diff: z.array(DiffLine),
      ownedBy: z.string().optional(),
      fileDiff: z.array(DiffLine).optional(),
    })
    .optional(),
  evidence: z.array(z.string()),
  series: z.array(Series),
  words: z.array(Words),
  risks: z.array(z.object({ title: z.string(), text: z.string() })),
  reversible: z.boolean(),
  asking: VerdictView,
  restricting: z.array(FindingView),
  alternatives: z.array(
    z.object({
      index: z.number().int(),
      title: z.string(),
      headline: z.string(),
      possible: z.boolean(),
      advice: z.boolean(),
    }),
  ),
  similar: z.array(z.object({ name: z.string(), at: Instant, what: z.string(), outcome: z.string() })),
  requester: z.object({ kind: z.enum(['agent', 'person']), name: z.string() }),
  given: z.array(VoteView),
  /** Which of the two an approval is when not said. */
  onApproval: z.enum(['once', 'update_blueprint']),
  executeWithinMs: z.number().int(),
  escalatesAt: Instant.optional(),
  ifUnanswered: z.string(),
  /** What the reader may do now; `why` says why not. */
  may: z.object({ approve: z.boolean(), raise: z.boolean(), reject: z.boolean(), why: z.string().optional() }),
  /** Friction: a comment is asked for, a name has to be typed, a second person has to agree. */
  asks: z.object({ comment: z.boolean(), typed: z.string().optional(), delayMs: z.number().int() }),
  /** After the answer: what became of it, step by step. */
  receipt: z.array(
    z.object({
      step: z.string(),
      state: z.enum(['done', 'now', 'waiting', 'failed']),
      at: Instant.optional(),
      text: z.string(),
    }),
  ),
});
export type ApprovalCard = z.infer<typeof ApprovalCard>;

export const VoteBody = z.strictObject({
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  vote: z.enum(['approve', 'reject']),
  choice: z.enum(['once', 'update_blueprint']).optional(),
  comment: z.string().max(1000).optional(),
  /** The service's name as typed, where the risk asks for it. */
  typed: z.string().max(253).optional(),
});
export type VoteBody = z.infer<typeof VoteBody>;

export const TakeAlternativeBody = z.strictObject({
  index: z.number().int().min(0).max(31),
  /** Of the card that was read, and the title that stood at this index: another by now is not taken. */
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  title: z.string().max(1000).optional(),
  comment: z.string().max(1000).optional(),
});
export type TakeAlternativeBody = z.infer<typeof TakeAlternativeBody>;
