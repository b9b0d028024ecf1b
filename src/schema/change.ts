import { z } from 'zod';

/**
 * What a request wants to be true of its target at the end. `restart` sets the pod template's annotation
 * `kubectl.kubernetes.io/restartedAt`, as `kubectl rollout restart` does.
 */
export type Wanted = { readonly kind: 'scale'; readonly replicas: number } | { readonly kind: 'restart' };

/** One write, as data: what the field was and what it shall be. Everything (dry run, diff, undo, card) comes from it. */
export type Change =
  | { readonly kind: 'scale'; readonly from: number; readonly to: number }
  /** `from` is null when the template had no such annotation. Instants are RFC 3339 text; an undo puts `from` back. */
  | { readonly kind: 'restart'; readonly from: string | null; readonly to: string | null };

export const inverse = (change: Change): Change =>
  change.kind === 'scale'
    ? { kind: 'scale', from: change.to, to: change.from }
    : { kind: 'restart', from: change.to, to: change.from };

/**
 * The annotation `fairlead.dev/last-change`, written in the same patch as the change it describes: the proof that a
 * write happened, found again after a crash. It counts only if the service's CircuitBreaker names the same `id`, or
 * that record is lost.
 */
export const LastChange = z.strictObject({
  /** Change id: `<decision name>.<n>`, n counting the writes of one Decision; an undo's ends in `.undo`. */
  id: z.string().max(120),
  decision: z.string().max(100),
  /** What was done, in words: `scale 2 to 3`. */
  did: z.string().max(200),
  /** The value before, as text: replicas, or restartedAt ('' when there was none). */
  before: z.string().max(100),
  after: z.string().max(100),
  /** RFC 3339. */
  at: z.string().max(40),
  /** Head of the executor's journal when the intent was recorded: 64 hex characters, or `unlogged`. */
  log: z.string().max(64),
  undo: z.boolean(),
  /** Name of the approval that allowed a value outside the blueprint's range: such a number is nobody's to correct. */
  approval: z.string().max(100).optional(),
});
export type LastChange = z.infer<typeof LastChange>;
