import type { z } from 'zod';
import type { Result } from '../../kernel/result.ts';
import type { ModelRole } from '../../schema/modelRole.ts';
import type { Tool, ToolArguments } from '../../tools/tool.ts';
import type { AnswerTool } from '../answer/answerTool.ts';
import { loadPrompt, type Prompt } from '../prompt.ts';
import type { RunLimits } from '../runLimits.ts';

/** What is offered to a model in one role, whatever is done with its answers. */
export interface RoleHead {
  /** As prompts, records and settings name it: `governance-enforcer`. */
  readonly id: ModelRole;
  /** Of its prompt, `prompts/<id>.v<version>.md`. */
  readonly version: number;
  readonly variables: z.ZodObject;
  /** Its few tools. Each call of one is judged by the gate. */
  readonly tools: readonly Tool[];
  /** How a run of it ends, besides a proposal. */
  readonly answers: readonly AnswerTool[];
  readonly limits: RunLimits;
}

/** An answer as its schema accepted it. Texts are the model's, uncleaned. */
export interface RoleAnswer {
  readonly name: string;
  readonly args: ToolArguments;
}

/**
 * A role that answers a question: from typed facts to a typed conclusion. Everything in it is pure; `byRules` is the whole
 * answer when no model has a part in it, so it must be one that can be lived with.
 */
export interface Role<V extends z.ZodObject, Facts, Conclusion> extends RoleHead {
  readonly variables: V;
  /** Less than the whole of the role, where only some of it can answer: what is not offered is not answered wrongly. */
  offer?(facts: Facts): Partial<Pick<RoleHead, 'tools' | 'answers' | 'limits'>>;
  fill(facts: Facts): z.input<V>;
  /** What a model's answer comes to: cleaned, capped, and only what the facts bear out. An error is why nothing of it is used. */
  take(answer: RoleAnswer, facts: Facts): Result<Conclusion, string>;
  byRules(facts: Facts): Conclusion;
}

/** Throws, at start-up, when the file and what the role fills in disagree. */
export const loadRolePrompt = <V extends z.ZodObject>(
  { id, version, variables }: RoleHead & { readonly variables: V },
  folder: string,
): Prompt<V> => loadPrompt(folder, `${id}.v${version}.md`, variables);
