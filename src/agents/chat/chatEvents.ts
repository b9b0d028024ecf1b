import type { GaveUp, RunCost } from '../runEnd.ts';

/**
 * What became of a call.
 *
 * - `answered`: the server took it; what it decided stands in its text. `refused`: the server says that it did not take it.
 * - `declined`: the person said no. `unasked`: nobody was there to say yes. `failed`: there was no answer: it may have been
 *   taken or not.
 */
export type CallOutcome = 'answered' | 'refused' | 'declined' | 'unasked' | 'failed';

export interface ToldCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly effect: boolean;
  readonly outcome: CallOutcome;
  /** The server's words, plain and capped; they may carry words from the cluster. */
  readonly text: string;
  /** The same for programs, where the server gave it: its own, unchecked. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The course of a chat, as it happens. Texts of a model are its own, plain and capped. */
export type ChatEvent =
  | { readonly kind: 'thinks' }
  | { readonly kind: 'calls'; readonly name: string; readonly args: ToldCall['args']; readonly effect: boolean }
  | { readonly kind: 'answered'; readonly call: ToldCall }
  /** What the model said was sent back to it. */
  | { readonly kind: 'corrected'; readonly why: string };

export interface ChatReply {
  /** The model's last words; empty when it came to none. They prove nothing: what was done stands in `calls`. */
  readonly words: string;
  readonly calls: readonly ToldCall[];
  /** Why there are no last words. */
  readonly gaveUp?: { readonly why: GaveUp; readonly message: string };
  readonly cost: RunCost;
}
