import type { ModelError } from '../ports/model.ts';
import type { Target } from '../tools/service.ts';
import type { ToolArguments } from '../tools/tool.ts';

/**
 * Why a run ended without a proposal or an answer.
 *
 * - `steps`, `tokens`, `time`: a limit of the run. `aborted`: the caller wanted no more.
 * - `malformed`: more unusable answers than may be corrected. `cut`, `filtered`: the last of them was that.
 * - `unrecorded`: the journal could not be written; no further call was made.
 * - `model:<code>`: the endpoint failed; the code is that of ports/model.ts. `model:threw`: it broke its promise.
 */
export type GaveUp =
  | 'steps'
  | 'tokens'
  | 'time'
  | 'aborted'
  | 'malformed'
  | 'cut'
  | 'filtered'
  | 'unrecorded'
  | `model:${ModelError['code'] | 'threw'}`;

export type RunEnd =
  | {
      readonly kind: 'proposal';
      readonly tool: string;
      readonly args: ToolArguments;
      readonly target: Target;
      readonly reason: string;
    }
  /** One of the task's answers, with arguments as its schema accepted them. Texts are the model's, uncleaned. */
  | { readonly kind: 'answer'; readonly name: string; readonly args: ToolArguments }
  | { readonly kind: 'gave-up'; readonly why: GaveUp; readonly message: string };

/** What a run cost and read; tokens are estimated (characters / 4) where the endpoint reports none. */
export interface RunCost {
  readonly steps: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
  /** At the configured prices; absent without them. */
  readonly cost?: number;
  readonly seconds: number;
  /** Names of the tools it called, in order. */
  readonly read: readonly string[];
  /** As the endpoint named it; empty before the first answer. */
  readonly model: string;
}

/** One exchange, for the journal's `model` record. Texts are the model's, uncleaned and capped: untrusted. */
export interface Exchange {
  readonly step: number;
  readonly outcome: 'answered' | 'failed';
  readonly finish?: string;
  readonly content: string;
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly error?: string;
}
