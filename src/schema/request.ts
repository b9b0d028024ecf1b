import type { Change, Wanted } from './change.ts';

/** Who asks. A person's name counts only where the gateway signed for it; anything else is judged as an agent's. */
export interface Requester {
  readonly kind: 'agent' | 'person';
  /** `decision-engine`, `rules`, or a person's name. */
  readonly name: string;
}

/**
 * One tool call, as the gate judges it. It carries no authority: confidence, urgency, rationale and "already approved"
 * are not in it, so that no word of a model can loosen a verdict (P3).
 */
export interface Request {
  readonly id: string;
  readonly tool: string;
  /** `read` changes nothing; `change` is a wish for an effect; `unknown` names nothing that exists and is refused. */
  readonly effect: 'read' | 'change' | 'unknown';
  /** Validated arguments, or for `unknown` what was sent (capped). */
  readonly args: Readonly<Record<string, unknown>>;
  readonly wanted?: Wanted;
  readonly target: { readonly namespace: string; readonly name: string };
  readonly requester: Requester;
  /** What the requester saw when it asked: a plan on other ground goes back (G18). */
  readonly seen?: { readonly uid: string; readonly replicas: number; readonly at: number };
  /** The undo of our own failed or inconclusive change: bound by G1, G14, G17, G18, G20's stop and G22 only. */
  readonly undo?: UndoFacts;
  /** What somebody asked of this request's next step: it can make a step smaller or later, and nothing else. */
  readonly pace?: Pacing;
}

export interface Pacing {
  /** The Decision that asked for it. */
  readonly by: string;
  /** The step stops here at the latest. */
  readonly replicas?: number;
  /** Not before this instant (ms). */
  readonly notBefore?: number;
}

export interface UndoFacts {
  readonly changeId: string;
  /** What the failed change wrote and what stood there before, as in the change's annotation. */
  readonly wrote: string;
  readonly before: string;
  /** Of resources and rollback: the failed change itself, whose texts do not say it whole. */
  readonly change?: Change;
  readonly direction: 'up' | 'down' | 'none';
  /** Load when the change was made and now (ready pods x cpu utilisation); a scale-up is not undone at the same load. */
  readonly loadThen?: number;
  readonly loadNow?: number;
  /** The state before was itself missing an objective. */
  readonly beforeWasBreached: boolean;
  readonly alreadyUndone: boolean;
  /** Of an undo that was asked for; absent: the automatic one of a change that failed. */
  readonly asked?: AskedUndo;
}

export interface AskedUndo {
  /** Its checks could not be judged, and that was not long ago. */
  readonly inconclusive: boolean;
  /** People approved the change. */
  readonly approved: boolean;
}
