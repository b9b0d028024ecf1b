import type { z } from 'zod';
import { objectFromText } from './objectText.ts';
import type { Tool, ToolArguments } from './tool.ts';

export type ParsedCall<T extends Callable> =
  | { readonly ok: true; readonly tool: T; readonly args: ToolArguments }
  | { readonly ok: false; readonly unknown: boolean; readonly message: string };

type Callable = Pick<Tool, 'name' | 'input'>;

/**
 * Reads one call as it was written: a tool that was offered, with arguments that its schema accepts as they stand.
 * `unknown` says that no offered tool has this name: such a call is still judged (and refused) by name, and recorded.
 * The message tells the model what was wrong and what to send instead.
 */
export function parseCall<T extends Callable>(
  name: string,
  argumentsText: string,
  offered: readonly T[],
): ParsedCall<T> {
  const tool = offered.find((candidate) => candidate.name === name);
  if (tool === undefined) {
    const known = offered.map((candidate) => candidate.name).join(', ');
    return { ok: false, unknown: true, message: `There is no tool ${shown(name)}. The tools are: ${known}.` };
  }
  const read = objectFromText(argumentsText);
  if (!read.ok) return malformed(tool, read.error);
  const checked = tool.input.safeParse(read.value);
  if (checked.success) return { ok: true, tool, args: checked.data };
  const meant = withoutNullWords(read.value, checked.error.issues);
  const again = meant === undefined ? checked : tool.input.safeParse(meant);
  if (again.success) return { ok: true, tool, args: again.data };
  return malformed(tool, again.error.issues.map(inWords).join('; '));
}

/**
 * Small models write the word "null" where nothing is meant. Only where the word itself is no value of the field; whether
 * null is one, the schema says.
 */
function withoutNullWords(
  value: Readonly<Record<string, unknown>>,
  issues: readonly z.core.$ZodIssue[],
): Record<string, unknown> | undefined {
  const words = issues.map(({ path }) => String(path[0])).filter((field) => value[field] === 'null');
  return words.length === 0 ? undefined : { ...value, ...Object.fromEntries(words.map((field) => [field, null])) };
}

const malformed = (tool: Callable, fault: string): { ok: false; unknown: false; message: string } => ({
  ok: false,
  unknown: false,
  message: `${tool.name} was not understood: ${fault}. Send ${tool.name} with exactly these fields: ${fieldsOf(tool)}.`,
});

const fieldsOf = (tool: Callable): string => Object.keys(tool.input.shape).join(', ') || 'none';

/** What is wrong with one field, in words that a model can act on. */
export function inWords(issue: z.core.$ZodIssue): string {
  const at = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') return `unknown field ${issue.keys.slice(0, 5).map(shown).join(', ')}`;
  return `${at}: ${issue.message}`;
}

/** A name or key as sent is untrusted: letters only, and short. */
const shown = (text: string): string => JSON.stringify(text.replace(/[^\w.\-/]/g, '?').slice(0, 60));
