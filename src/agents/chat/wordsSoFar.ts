import type { AnswerSoFar } from '../../ports/model.ts';
import { withoutThought } from '../answer/textCalls.ts';

/** `{"text":"`, as the arguments of a reply begin. */
const TEXT = /^\s*\{\s*"text"\s*:\s*"/;
/** A reply that is written into the text: `{"name":"reply","arguments":{"text":"`, in a fence or without one. */
const WRITTEN = /^(?:```(?:json)?\s*)?\{\s*"(?:tool|name)"\s*:\s*"reply"\s*,\s*"(?:arguments|parameters)"\s*:\s*(?=\{)/;
/** Where words end and a call in the text may begin. */
const CALL = /```|<(?:tools?|tool_calls?|function_call|think)>/;

/** Of an answer that is being written, the words to a person that stand in it by now; nothing of its calls and thoughts. */
export function wordsSoFar({ content, calls }: AnswerSoFar): string {
  const text = withoutThought(content).trimStart();
  const [only] = calls;
  if (text === '' && only?.name === 'reply' && calls.length === 1) return textIn(only.arguments);
  const written = WRITTEN.exec(text)?.[0];
  if (written !== undefined) return textIn(text.slice(written.length));
  return /^[{[<`]/.test(text) ? '' : (text.split(CALL, 1)[0] ?? '');
}

/** The text in JSON arguments whose end is not there yet; nothing when they begin with anything else. */
function textIn(args: string): string {
  const begin = TEXT.exec(args)?.[0];
  if (begin === undefined) return '';
  const [inside = ''] = /^(?:[^"\\]|\\(?:u[0-9a-fA-F]{4}|[^u]))*/.exec(args.slice(begin.length)) ?? [];
  try {
    const text: unknown = JSON.parse(`"${inside}"`);
    return typeof text === 'string' ? text.replace(/[\ud800-\udbff]$/, '') : '';
  } catch {
    return '';
  }
}
