import { objectFromText } from '../../tools/objectText.ts';

/** A call that a model wrote into its text instead of calling. */
export interface TextCall {
  readonly name: string;
  readonly arguments: string;
}

const BLOCK =
  /```(?:json|tool_call|tool_code)?[ \t]*\n([\s\S]*?)```|<(tools?|tool_calls?|function_call)>([\s\S]*?)<\/\2>/g;
/** Words before a block that make it an example or a refusal: then it is not certain that the call was meant. */
const HEDGE = /\b(?:not|never|cannot|instead|example|would|could|should|if|don't|won't|can't)\b/i;

/** What some models think aloud first: no part of the answer. */
const THOUGHT = /^\s*<think>[\s\S]*?<\/think>/;

export const withoutThought = (content: string): string => content.replace(THOUGHT, '');

/** With any other key it is not a call but, say, the definition of a tool, repeated. */
const CALL_KEYS = new Set(['name', 'arguments', 'parameters', 'id', 'type']);

/**
 * The one call in an answer without calls, or undefined when there is none, more than one, or any doubt that it was
 * meant: two blocks, words after the block, or words before it that hedge. Nothing is completed or corrected; whether
 * the tool was offered and the arguments hold is `parseCall`'s matter.
 */
export function callInText(content: string): TextCall | undefined {
  const text = withoutThought(content).trim();
  if (text.startsWith('{') && text.endsWith('}')) return callFrom(text);
  const blocks = [...text.matchAll(BLOCK)];
  const [block] = blocks;
  if (block === undefined || blocks.length > 1) return undefined;
  const before = text.slice(0, block.index);
  const after = text.slice(block.index + block[0].length);
  if (after.trim() !== '' || HEDGE.test(before) || /[{}<>]/.test(before)) return undefined;
  return callFrom(block[1] ?? block[3] ?? '');
}

function callFrom(text: string): TextCall | undefined {
  const read = objectFromText(text);
  if (!read.ok) return undefined;
  const outer = read.value;
  const inner = outer['type'] === 'function' && isObject(outer['function']) ? outer['function'] : outer;
  const name = inner['name'];
  const given = inner['arguments'] ?? inner['parameters'];
  if (typeof name !== 'string' || Object.keys(inner).some((key) => !CALL_KEYS.has(key))) return undefined;
  if (typeof given === 'string') return { name, arguments: given };
  return isObject(given) ? { name, arguments: JSON.stringify(given) } : undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
