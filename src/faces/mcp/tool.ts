import { z } from 'zod';
import type { Role, Scope } from '../../schema/api/people.ts';
import type { Caller, McpDesk } from './desk.ts';

/** Hints of the protocol: a client that trusts them must never be misled. The two in the middle mean nothing for a read. */
export interface Annotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  /** Nothing beyond the cluster is reached. */
  readonly openWorldHint: false;
}

export const READS: Annotations = { readOnlyHint: true, openWorldHint: false };

/** One call of a tool while it runs. */
export interface Call {
  readonly desk: McpDesk;
  readonly caller: Caller;
  /** The client takes the call back, or is gone. */
  readonly signal: AbortSignal;
  /** Where the client asked to hear how it goes. */
  progress(done: number, total: number, message: string): Promise<void>;
}

/**
 * `refused`: the call did not get what it asked for; the text says why, what would be allowed and what to do next. `unjudged`:
 * the same before anything was judged, so that nothing of it is on record yet.
 */
export type Answer =
  | { readonly kind: 'told'; readonly text: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused' | 'unjudged'; readonly text: string };

export const refused = (text: string): Answer => ({ kind: 'refused', text });

export const unjudged = (text: string): Answer => ({ kind: 'unjudged', text });

export const told = (text: string, data: Readonly<Record<string, unknown>>): Answer => ({ kind: 'told', text, data });

export interface McpTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  readonly annotations: Annotations;
  /** What a token must have been given, and the least role of its owner. */
  readonly scope: Extract<Scope, 'read' | 'propose'>;
  readonly role: Role;
  /** Throws on arguments that `input` refuses. */
  run(args: unknown, call: Call): Promise<Answer>;
}

interface ToolSpec<I extends z.ZodObject> extends Omit<McpTool, 'input' | 'run'> {
  readonly input: I;
  run(args: z.output<I>, call: Call): Promise<Answer>;
}

export function defineMcpTool<I extends z.ZodObject>(spec: ToolSpec<I>): McpTool {
  return { ...spec, run: (args, call) => spec.run(spec.input.parse(args), call) };
}

/** How much is told. */
export const Detail = z.enum(['concise', 'full']).default('concise');
export const Cursor = z.string().max(400).optional().describe('from `next`');
