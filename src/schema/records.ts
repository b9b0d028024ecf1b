import { z } from 'zod';
import { CHANGE_KINDS } from './change.ts';
import { Counters, Hold } from './counters.ts';
import { FleetCounters } from './fleet.ts';
import { PHASES } from './phases.ts';

/**
 * The custom resources other than the two blueprints: the shapes of their `spec` and `status`, the one source of types
 * and CRDs. Objects are loose where the API server prunes anyway; strings and lists are bounded so that CEL cost stays
 * bounded. Instants are RFC 3339 text in records that people read, milliseconds in counters.
 */

const text = (max: number) => z.string().max(max);
const instant = text(40);

export const Phase = z.enum(PHASES);
export type Phase = z.infer<typeof Phase>;
export const FINAL: ReadonlySet<Phase> = new Set<Phase>([
  'Refused',
  'Succeeded',
  'RolledBack',
  'Failed',
  'Inconclusive',
  'Rejected',
  'Expired',
  'Superseded',
]);

export const FindingRecord = z.object({
  rule: text(8),
  code: text(64),
  effect: z.enum(['forbid', 'restrict', 'wait', 'note']),
  message: text(500),
  values: z.record(z.string(), text(200)),
  notBefore: z.int().optional(),
  approvers: z.array(text(200)).max(32).optional(),
});

export const VerdictRecord = z.object({
  operation: text(64),
  authority: z.enum(['allowed', 'restricted', 'forbidden']),
  wait: z.object({ until: z.int().optional(), codes: z.array(text(64)).max(32) }).optional(),
  approvers: z.array(text(200)).max(32),
  findings: z.array(FindingRecord).max(64),
  at: z.int(),
  step: z.int().optional(),
});
export type VerdictRecord = z.infer<typeof VerdictRecord>;

export const TargetRef = z.object({
  kind: z.enum(['Deployment']),
  namespace: text(63),
  name: text(253),
  uid: text(64).optional(),
});

/** What an agent run read and cost; for `rules` the model is `rules planner` and the numbers are zero. */
export const Origin = z.object({
  role: text(64),
  /** `<prompt id>@<version>`; empty for rules. */
  prompt: text(100),
  model: text(200),
  steps: z.int().min(0),
  promptTokens: z.int().min(0),
  completionTokens: z.int().min(0),
  /** Of the prompt tokens, those the endpoint had already. */
  cachedTokens: z.int().min(0).optional(),
  /** At the configured prices, in their currency; absent without them. */
  cost: z.number().min(0).optional(),
  seconds: z.number().min(0),
  /** Names of the tools it called, in order. */
  read: z.array(text(64)).max(32),
  run: text(64),
  /** Of rules: why a model had no part in it. */
  note: text(300).optional(),
});
export type Origin = z.infer<typeof Origin>;

/** Quantities as text; an absent one is not asked to change. */
const quantity = text(32).optional();
const ResourceArguments = {
  cpu_request: quantity,
  cpu_limit: quantity,
  memory_request: quantity,
  memory_limit: quantity,
};
/** What was asked for. A rollback without a revision goes to the newest earlier one that was healthy. */
const Arguments = {
  replicas: z.int().min(0).max(1_000_000_000).optional(),
  revision: z.int().min(0).max(1_000_000_000).optional(),
  ...ResourceArguments,
};

export const DecisionSpec = z.object({
  blueprint: z.object({ name: text(253), version: text(64), hash: text(64) }),
  target: TargetRef,
  tool: text(64),
  operation: text(64),
  /** Arguments as validated; a refused call by name keeps what was sent as JSON text. */
  arguments: z.object({
    ...Arguments,
    /** Of a pace: how long its parent's next step waits once it is due. */
    wait_seconds: z.int().min(0).max(1_000_000_000).optional(),
    sent: text(2000).optional(),
  }),
  requester: z.object({ kind: z.enum(['agent', 'person']), name: text(200) }),
  /** What the requester saw. */
  seen: z.object({ uid: text(64), replicas: z.int().min(0), at: instant }).optional(),
  /** The agent's words. Untrusted: shown as words, read by no rule. */
  rationale: text(2000),
  /** A model's objection to the floor, when the floor was proposed anyway. */
  objection: text(2000).optional(),
  /** One line each: signal, value, limit, time. Computed by code. */
  evidence: z.array(text(300)).max(32),
  confidence: z.number().min(0).max(1).optional(),
  /** What people decide from: computed facts, then a model's words, marked as such. Untrusted like all of this. */
  brief: text(4000).optional(),
  /** Who worded the brief. */
  briefBy: Origin.optional(),
  origin: Origin,
  /** The verdict at the time of asking. The executor decides again and trusts none of it. */
  verdict: VerdictRecord,
  /** The Decision that this one is about: a pace of its next step, the undo of its change, or its wish once more. */
  parent: text(100).optional(),
  /** The gateway's signature that the person named as requester asked for this; without it it is judged as an agent's. */
  proof: z.object({ at: instant, key: text(64), signature: text(256) }).optional(),
  /** Head of the journal the request came from. */
  journal: text(64).optional(),
});
export type DecisionSpec = z.infer<typeof DecisionSpec>;

export const CheckResult = z.object({
  name: text(64),
  outcome: z.enum(['pass', 'fail', 'inconclusive']),
  critical: z.boolean(),
  /** `p95 280 ms, wanted < 200 ms (before: 125 ms)`. */
  message: text(300),
});
export type CheckResult = z.infer<typeof CheckResult>;

/** Values of the objectives and the load before a change, for "no worse at similar load". */
export const Baseline = z.object({
  latencyP95: z.number().optional(),
  errorRate: z.number().optional(),
  /** Used / requested, for a check of CPU. */
  cpu: z.number().optional(),
  load: z.number().optional(),
  breached: z.boolean(),
});
export type Baseline = z.infer<typeof Baseline>;

/** One write of a Decision, recorded as intent before it is done. */
export const ChangeRecord = z.object({
  id: text(120),
  kind: z.enum(CHANGE_KINDS),
  /** As text: see changeText.ts. */
  before: text(100),
  after: text(100),
  /** The change itself as JSON where its texts do not say it whole (resources, rollback): what an undo puts back. */
  change: text(4000).optional(),
  undo: z.boolean(),
  intentAt: z.int(),
  appliedAt: z.int().optional(),
  log: text(64),
  /** Hash of the blueprint that the gate let it through under: what it is verified by. */
  blueprint: text(64).optional(),
  baseline: Baseline,
});
export type ChangeRecord = z.infer<typeof ChangeRecord>;

export const Verification = z.object({
  /** watch: it passed, holds no slot any more, and can still be undone (phase 2). */
  phase: z.enum(['convergence', 'stabilisation', 'watch', 'done']),
  startedAt: z.int(),
  convergedAt: z.int().optional(),
  watchedFrom: z.int().optional(),
  /** Widened once already because checks were inconclusive. */
  widened: z.boolean(),
  checks: z.array(CheckResult).max(32),
  outcome: z.enum(['pass', 'insufficient', 'fail', 'inconclusive', 'error']).optional(),
  message: text(500).optional(),
});
export type Verification = z.infer<typeof Verification>;

/** What a child Decision asked of one step of this one, as the executor took it: smaller or later, never more. */
export const Pace = z.object({
  /** Name of the child Decision. */
  by: text(100),
  /** Id of the write that the step follows. */
  after: text(120),
  /** Where that step stops. */
  replicas: z.int().min(0).max(10_000).optional(),
  /** From when the step is due. */
  waitMs: z.int().min(0).max(300_000),
});
export type Pace = z.infer<typeof Pace>;

export const DecisionStatus = z.object({
  phase: Phase,
  /** One line for a person: what it waits for, or how it ended. */
  message: text(500),
  /** CamelCase code of the finding or event that put it into this phase. */
  reason: text(64),
  /** The executor's own verdict, newest. */
  verdict: VerdictRecord.optional(),
  /** Deferred: look again at. */
  notBefore: z.int().optional(),
  /** Deferred since: an agent's wish is dropped and computed anew, a person's waits 10 minutes. */
  deferredSince: z.int().optional(),
  changes: z.array(ChangeRecord).max(64),
  /** Of a change that failed: the first code and words of it, and the checks, which outlast its undo. */
  failure: z
    .object({ reason: text(64), message: text(500), checks: z.array(CheckResult).max(32).optional() })
    .optional(),
  pace: Pace.optional(),
  /** Name of the child Decision that asked for the undo of its inconclusive change. */
  undoAskedBy: text(100).optional(),
  verification: Verification.optional(),
  approval: text(100).optional(),
  /** Head of the executor's journal at the newest step. */
  journal: text(64).optional(),
  startedAt: instant.optional(),
  finishedAt: instant.optional(),
  /** Instants (ms) of the phases it went through, oldest first. */
  history: z.array(z.object({ phase: Phase, at: z.int(), reason: text(64) })).max(64),
});
export type DecisionStatus = z.infer<typeof DecisionStatus>;

export const ApprovalRequestSpec = z.object({
  decision: text(100),
  /** A Decision of the same name made later is another one, and this approval is not for it. */
  decisionUid: text(64),
  blueprint: z.object({ name: text(253), version: text(64), hash: text(64) }),
  target: TargetRef,
  operation: text(64),
  arguments: z.object(Arguments),
  before: text(100),
  after: text(100),
  why: text(4000),
  requester: z.object({ kind: z.enum(['agent', 'person']), name: text(200) }),
  approvers: z.array(text(200)).max(32),
  quorum: z.int().min(1).max(10),
  decideBy: instant,
});
export type ApprovalRequestSpec = z.infer<typeof ApprovalRequestSpec>;

export const ApprovalRequestStatus = z.object({
  phase: z.enum(['Pending', 'Approved', 'Rejected', 'Expired', 'Superseded', 'Consumed']),
  message: text(500),
});
export type ApprovalRequestStatus = z.infer<typeof ApprovalRequestStatus>;

/** Lifts the freeze that names the same change, and no other: no clock decides, and an old stamp lifts nothing new. */
export const Resumed = z.object({ change: text(120), by: text(200), at: instant });
export type Resumed = z.infer<typeof Resumed>;

/** People's half of a CircuitBreaker; `fleet` in our own namespace carries the holds of namespaces and the cluster. */
export const CircuitBreakerSpec = z.object({ holds: z.array(Hold).max(64), resumed: Resumed.optional() });
export type CircuitBreakerSpec = z.infer<typeof CircuitBreakerSpec>;
/** `fleet`: on the CircuitBreaker of that name alone, what all services share. */
export const CircuitBreakerStatus = Counters.extend({ fleet: FleetCounters.optional() });
export const FLEET = 'fleet';
/** What the CRD answers to a `resumed` that no freeze asked for. */
export const RESUMED_IN_ADVANCE = 'resumed.change names the freeze in status.frozen: nothing is resumed in advance';
