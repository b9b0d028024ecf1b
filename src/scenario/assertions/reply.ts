import type { Params } from '../expectation.ts';
import type { Seen } from '../seen.ts';

/** What the operator read in reply to a message. */
export function reply(
  { message, matches_any: any, matches_none: none, non_empty }: Params<'reply'>,
  seen: Pick<Seen, 'replies'>,
): string[] {
  const found = seen.replies[message - 1];
  if (found === undefined) return [`there was no reply to message ${message}`];
  const { text } = found;
  const matching = (pattern: string): boolean => new RegExp(pattern, 'isu').test(text);
  const said = `the reply was: ${text.replace(/\s+/g, ' ').slice(0, 300)}`;
  return [
    ...(any !== undefined && !any.some(matching) ? [`it matches none of ${any.join(' or ')}; ${said}`] : []),
    ...(none ?? []).filter(matching).map((pattern) => `it matches ${pattern}; ${said}`),
    ...(non_empty === true && text.trim() === '' ? ['it is empty'] : []),
  ];
}
