/** What one run may cost. */
export interface RunLimits {
  /** Exchanges with the model. */
  readonly steps: number;
  /** Exchanges in which evidence may be read; then only what ends the run is offered. The last exchange is never one. */
  readonly looks: number;
  /** Prompt and completion tokens together, over all exchanges. */
  readonly tokens: number;
  /** Wall time in ms, over all exchanges and reads. */
  readonly ms: number;
  /** Answers that could not be used and were sent back with the reason. */
  readonly corrections: number;
  /** Of one answer. */
  readonly answerTokens: number;
  /** Calls in one answer; more are an answer that cannot be used. */
  readonly callsPerAnswer: number;
}

export const RUN_LIMITS: RunLimits = {
  steps: 6,
  looks: 3,
  tokens: 24_000,
  ms: 120_000,
  corrections: 2,
  answerTokens: 400,
  callsPerAnswer: 8,
};
