import { z } from 'zod';

/** Consecutive-failure breaker. Half-open is `open` whose time has come: nothing is stored for it but the trial in flight. */
export const BreakerState = z.object({
  state: z.enum(['closed', 'open']),
  /** Consecutive failures while closed. */
  failures: z.int().min(0).max(1000),
  /** When open: blocked until then, then one smallest step may try. Milliseconds. */
  until: z.int().optional(),
  /** How often it opened in a row: the k of 60 s x 2^k. */
  opens: z.int().min(0).max(30),
});
export type BreakerState = z.infer<typeof BreakerState>;
export const CLOSED: BreakerState = { state: 'closed', failures: 0, opens: 0 };

/** One write that took a slot. Kept for two hours. */
export const OperationRecord = z.object({
  at: z.int(),
  decision: z.string().max(100),
  changeId: z.string().max(120),
  direction: z.enum(['up', 'down', 'none']),
  /** Restart, resource change, or a scale-up beyond the floor: takes from the optional share. */
  optional: z.boolean(),
  undo: z.boolean(),
  by: z.enum(['agent', 'person']),
});
export type OperationRecord = z.infer<typeof OperationRecord>;

const OneInFlight = z.object({
  decision: z.string().max(100),
  changeId: z.string().max(120),
  phase: z.enum(['executing', 'verifying']),
  direction: z.enum(['up', 'down', 'none']),
  optional: z.boolean(),
  since: z.int(),
});
export const InFlight = OneInFlight.extend({
  /** Whose place it takes (G23). That one is in flight again when nothing is written after all. */
  over: OneInFlight.optional(),
  /** The change before it was put back by somebody else: counted once this one is written (G1). */
  afterRevert: z.boolean().optional(),
});
export type InFlight = z.infer<typeof InFlight>;

/** An undo that failed: what stands there is known to be wrong, and what would mend it is not. */
export const Frozen = z.object({
  at: z.int(),
  decision: z.string().max(100),
  /** The undo's change id. A person lifts the freeze by naming it. */
  change: z.string().max(120),
});
export type Frozen = z.infer<typeof Frozen>;

/** `CircuitBreaker.status` of one service: everything that must survive a restart and be taken in one compare-and-swap. Instants in ms. */
export const Counters = z.object({
  targetUid: z.string().max(64).optional(),
  /** For the floor's and people's changes, and for optional ones (G19: those cannot lock the floor out). */
  breaker: BreakerState,
  optionalBreaker: BreakerState,
  operations: z.array(OperationRecord).max(64),
  inFlight: InFlight.optional(),
  /** Nothing but an undo happens here until a person names its change in `spec.resumed` (G20). */
  frozen: Frozen.optional(),
  /** Id of the newest change we know we wrote: the annotation counts only if it names the same. */
  lastChangeId: z.string().max(120).optional(),
  /** Last undone scale-down and the load then (G10: no agent's down for 6 h at 80% of it). */
  undoneDown: z.object({ at: z.int(), load: z.number() }).optional(),
  /** Resources that could not be had (no room, killed, refused), as text: not asked for again for a day (G16). */
  infeasible: z
    .array(z.object({ at: z.int(), what: z.string().max(100) }))
    .max(8)
    .optional(),
  /** The record was lost and made again from the annotation: the hourly budget counts as spent until then. */
  spentUntil: z.int().optional(),
  /** Repairs of ours that somebody else reverted, in a row (G1). */
  reverts: z.int().min(0).max(100),
  /** Digest of what binds the next change, by the executor: see counterSeal.ts. */
  seal: z.string().max(80).optional(),
});
export type Counters = z.infer<typeof Counters>;

export const NEW_COUNTERS: Counters = { breaker: CLOSED, optionalBreaker: CLOSED, operations: [], reverts: 0 };

/** What people set: on a service's CircuitBreaker for that service, in the list of `fleet`'s for namespaces and the cluster. */
export const Hold = z.object({
  /** stop: nothing at all. pause: no new changes (all, downs or ups), undo still works. breaker: held open by a person. */
  kind: z.enum(['pause', 'stop', 'breaker']),
  what: z.enum(['all', 'downs', 'ups']),
  by: z.string().max(200),
  reason: z.string().max(500),
  at: z.string().max(40),
  /** `fleet` only: the namespace it binds; absent means the whole cluster. */
  namespace: z.string().max(63).optional(),
});
export type Hold = z.infer<typeof Hold>;
