import type { Result } from '../../kernel/result.ts';
import type { ChatTool } from '../../ports/model.ts';

/** A tool of somebody else's server, as a chat's model is shown it. */
export interface DeskTool extends ChatTool {
  /** It may change something. Whoever does not say that a tool only reads has one that may. */
  readonly effect: boolean;
}

/** What a server answered to one call. Its text carries words from the cluster: data. */
export interface DeskAnswer {
  readonly text: string;
  /** The server says that it did not do what was asked. */
  readonly refused: boolean;
  /** The same for programs. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The tools a chat works with, and who stands behind them: an MCP server, wherever it runs. */
export interface ChatDesk {
  readonly tools: readonly DeskTool[];
  /** The error is a sentence: why there is no answer. */
  call(name: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Result<DeskAnswer, string>>;
}
