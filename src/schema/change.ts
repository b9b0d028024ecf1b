import { z } from 'zod';
import type { Amounts, ContainerResources } from './resources.ts';

/**
 * What a request wants to be true of its target at the end. `restart` sets the pod template's annotation
 * `kubectl.kubernetes.io/restartedAt`, as `kubectl rollout restart` does. `resources` names only what shall change.
 * `rollback` to revision null: the newest earlier one that was healthy.
 */
export type Wanted =
  | { readonly kind: 'scale'; readonly replicas: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'resources'; readonly amounts: Amounts }
  | { readonly kind: 'rollback'; readonly revision: number | null };

/** One pod template of a Deployment, by the ReplicaSet that keeps it. The hash names the template, whatever its number. */
export interface RevisionRef {
  readonly revision: number;
  readonly hash: string;
  readonly replicaSet: string;
  readonly uid: string;
}

/** One write, as data: what the field was and what it shall be. Everything (dry run, diff, undo, card) comes from it. */
export type Change =
  | { readonly kind: 'scale'; readonly from: number; readonly to: number }
  /** `from` is null when the template had no such annotation. Instants are RFC 3339 text; an undo puts `from` back. */
  | { readonly kind: 'restart'; readonly from: string | null; readonly to: string | null }
  /** The whole `resources` of one container as written, so that an undo restores the same bytes; null: there is none. */
  | {
      readonly kind: 'resources';
      readonly container: string;
      readonly index: number;
      readonly from: ContainerResources | null;
      readonly to: ContainerResources | null;
    }
  /** The template that is written is that of the ReplicaSet `to`, read by the writer itself. */
  | { readonly kind: 'rollback'; readonly from: RevisionRef; readonly to: RevisionRef };

export function inverse(change: Change): Change {
  switch (change.kind) {
    case 'scale':
      return { kind: 'scale', from: change.to, to: change.from };
    case 'restart':
      return { kind: 'restart', from: change.to, to: change.from };
    case 'resources':
      return { ...change, from: change.to, to: change.from };
    case 'rollback':
      return { kind: 'rollback', from: change.to, to: change.from };
  }
}

export const CHANGE_KINDS = ['scale', 'restart', 'resources', 'rollback'] as const;

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
  /** Absent: a scale where the values are numbers, else a restart. */
  kind: z.enum(CHANGE_KINDS).optional(),
  /** The value before, as text (see changeText.ts): replicas, restartedAt ('' when there was none), resources, revision. */
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
