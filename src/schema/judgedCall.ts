import type { Request } from './request.ts';
import type { Verdict } from './verdict.ts';

/** A tool call as the run hands it to the judge: a request without the names that only the caller knows. */
export type AskedCall = Pick<Request, 'tool' | 'effect' | 'args' | 'wanted' | 'target'>;

/**
 * What became of a call. The judge decides and records every call, reads too, before it answers.
 *
 * - `answered`: an allowed read, with what was read (plain JSON; the run fences it).
 * - `accepted`: a change that the gate allows, restricts or lets wait. Nothing has been requested yet: it becomes a
 *   Decision only when the run returns it, since a run makes at most one.
 * - `refused`: forbidden. `alternatives` are lines of code-made words, each already judged.
 * - `failed`: an allowed read that could not be had; the message is the source's words (untrusted).
 * - `unavailable`: the call could not be recorded. The run makes no further call (P4).
 */
export type JudgedCall =
  | { readonly kind: 'answered'; readonly verdict: Verdict; readonly data: unknown }
  | { readonly kind: 'accepted'; readonly verdict: Verdict }
  | { readonly kind: 'refused'; readonly verdict: Verdict; readonly alternatives?: readonly string[] }
  | { readonly kind: 'failed'; readonly verdict: Verdict; readonly message: string }
  | { readonly kind: 'unavailable'; readonly message: string };

export type Judge = (call: AskedCall) => Promise<JudgedCall>;
