import type { z } from 'zod';
import type { Wanted } from '../schema/change.ts';
import type { Target } from './service.ts';

/** Arguments that a tool's schema accepted. */
export type ToolArguments = Readonly<Record<string, unknown>>;

/**
 * One tool, declared once: what a model, an MCP client and the gate know of it comes from here. It is a description and
 * nothing else; no tool holds a client or code that could have an effect.
 */
export interface Tool {
  readonly name: string;
  /** What it does, in words for the model. */
  readonly summary: string;
  readonly effect: 'read' | 'change';
  readonly input: z.ZodObject;
  /** What shall be true of the target at the end; undefined for a read. Throws on arguments the schema refuses. */
  wanted(args: ToolArguments): Wanted | undefined;
  /** Whom it concerns; undefined for the fleet as a whole (it is then judged under the service it was asked for). */
  target(args: ToolArguments): Target | undefined;
}

interface ToolSpec<I extends z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  readonly effect: 'read' | 'change';
  readonly input: I;
  readonly wanted?: (args: z.output<I>) => Wanted;
  readonly target: (args: z.output<I>) => Target | undefined;
}

/** Arguments are parsed again wherever a tool turns them into a wish, so that no unchecked value ever becomes a target. */
export function defineTool<I extends z.ZodObject>(spec: ToolSpec<I>): Tool {
  const { name, summary, effect, input } = spec;
  return {
    name,
    summary,
    effect,
    input,
    wanted: (args) => spec.wanted?.(input.parse(args)),
    target: (args) => spec.target(input.parse(args)),
  };
}
