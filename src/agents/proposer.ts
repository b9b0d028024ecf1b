import type { Assessment, Candidate } from '../schema/assessment.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import type { Judge } from '../schema/judgedCall.ts';
import type { Origin, Phase } from '../schema/records.ts';
import type { Verdict } from '../schema/verdict.ts';
import type { Workload } from '../schema/workload.ts';
import type { ToolArguments } from '../tools/tool.ts';
import type { Exchange, GaveUp } from './runEnd.ts';

/** A candidate of the analysis, with what the gate says to it now where that was asked. */
export interface JudgedCandidate {
  readonly candidate: Candidate;
  readonly verdict?: Verdict;
}

/** An earlier decision for the same service, short. `what` is in code's words: `scale 2 to 3`. */
export interface RecentDecision {
  readonly at: number;
  readonly what: string;
  readonly phase: Phase;
  readonly reason: string;
}

/** What a proposer starts from: one service, at one time. */
export interface ProposalContext {
  readonly now: number;
  readonly runId: string;
  /** `namespace/name` of the Deployment. */
  readonly service: string;
  readonly blueprint: Blueprint;
  readonly workload: Workload;
  readonly assessment: Assessment;
  readonly candidates: readonly JudgedCandidate[];
  /** Newest first. */
  readonly recentDecisions: readonly RecentDecision[];
  /** Decides and records a call; see judgedCall.ts. */
  readonly judge: Judge;
  /** Records an exchange with a model; false when it could not. */
  readonly record: (exchange: Exchange) => Promise<boolean>;
}

/**
 * At most one change, a hold, or nothing with the reason why. It is a wish: whoever takes it has it judged, whether or
 * not a run has had it judged before. Texts of a model in it are cleaned and capped, and stay its words.
 */
export type Proposal =
  | {
      readonly kind: 'change';
      readonly tool: string;
      readonly args: ToolArguments;
      readonly rationale: string;
      readonly confidence?: number;
      /** A model's words against it, when the floor is proposed anyway. */
      readonly objection?: string;
      readonly origin: Origin;
    }
  | { readonly kind: 'hold'; readonly reason: string; readonly origin: Origin }
  | { readonly kind: 'none'; readonly why: GaveUp; readonly message: string; readonly origin: Origin };

export interface Proposer {
  /** For pages and logs: which model, or that it is rules. */
  readonly label: string;
  /** `<prompt id>@<version>` of what a model is asked with; absent: rules. */
  readonly prompt?: string;
  /** Never rejects. */
  propose(context: ProposalContext, signal: AbortSignal): Promise<Proposal>;
}
