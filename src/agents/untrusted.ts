import { ANSI, INVISIBLE, LINE_BREAKS, SPACE } from '../kernel/plainText.ts';

/**
 * Text from the cluster (events, logs, annotations, names that others chose) on its way to a model. It stays data: what
 * cannot be seen is removed, what could be taken for a tag, a turn or a fence is made harmless, it becomes one line, and
 * it is capped and marked. This hides nothing from a reader and makes no claim to stop a model from believing it: that
 * no belief has an effect is the gate's work (P10).
 */

/** `[INST]`, `[/INST]`, `[TOOL_CALLS]`: control tokens of some chat templates. */
const BRACKET_TOKEN = /\[(\/?[A-Z_]{2,})\]/g;

/** Plain text of at most `max` characters on one line. */
export function clean(text: string, max: number): string {
  const plain = text
    .slice(0, max * 8)
    .replace(ANSI, '')
    .replace(SPACE, ' ')
    .replace(INVISIBLE, '')
    .normalize('NFKC')
    .replace(SPACE, ' ')
    .replace(/</g, '‹')
    .replace(/>/g, '›')
    .replace(/`/g, "'")
    .replace(/[«»]/g, '"')
    .replace(BRACKET_TOKEN, '($1)')
    .trim();
  const letters = [...plain];
  const cut = letters.length > max || text.length > max * 8;
  return cut ? `${letters.slice(0, Math.max(0, max - 1)).join('')}⋯` : plain;
}

/** Inside a sentence: marked by «», which the text itself cannot contain. */
export const quoted = (text: string, max: number): string => `«${clean(text, max)}»`;

/**
 * Data in which every text is clean, so that a text that became a quotation mark on the way (fullwidth, «») is still
 * escaped when it is written as JSON: no text can end itself and go on as a field beside it.
 */
export function cleanDeep(value: unknown, max: number): unknown {
  if (typeof value === 'string') return clean(value, max);
  if (Array.isArray(value)) return value.map((item) => cleanDeep(item, max));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [clean(key, 100), cleanDeep(item, max)]));
}

/** A code word or a short name says nothing by itself. */
const WORD = /^[A-Za-z0-9-]{0,40}$/;
/** So much of a text betrays it, wherever a line was cut. */
const BEGINNING = 20;

/** A line of our own making that may carry words of `others`: where it does, the whole of it is quoted. */
export function marked(line: string, others: readonly string[], max: number): string {
  const plain = clean(line, max);
  const carries = others.some((other) => {
    const start = [...clean(other, 200)].slice(0, BEGINNING).join('').trimEnd();
    return !WORD.test(other) && start !== '' && plain.includes(start.replace(/⋯$/, ''));
  });
  return carries ? `«${plain}»` : plain;
}

/** A block of its own. `source` is ours: where the text comes from, in one word. */
export const fenced = (source: string, text: string, max: number): string =>
  `<data from="${source.replace(/[^a-z_]/g, '_')}">\n${clean(text, max)}\n</data>`;

/** What could open or close a fence or a turn; a comparison such as `< 200ms` stays what it is. */
const TAG = /[<＜﹤](?=\s?[<＜/／|｜!?A-Za-z])|[|｜][>＞]/g;
/** The beginning of a line that plays a turn of a conversation. */
const TURN = /^(?=\s*(?:#{2,}\s|(?:human|assistant|system|user|developer)\s*[:：]))/i;
/** Here only what is known as a token: a list of one name in capitals stays what it is. */
const KNOWN_TOKEN = /\[(\/?(?:INST|SYS|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS|SYSTEM_PROMPT))\]/gi;

/**
 * A block whose lines and indentation matter (YAML, logs): the same care for what cannot be seen, line by line. It is cut at a
 * line, and says so.
 */
export function fencedLines(source: string, text: string, max: number): string {
  const lines: string[] = [];
  let size = 0;
  for (const line of text.slice(0, max * 4).split(LINE_BREAKS)) {
    const plain = line
      .replace(ANSI, '')
      .replace(/\t/g, '  ')
      .replace(INVISIBLE, '')
      .replace(TAG, (tag) => (tag.length > 1 ? '|›' : '‹'))
      .replace(KNOWN_TOKEN, '($1)')
      .replace(TURN, '› ')
      .trimEnd();
    size += plain.length + 1;
    if (size > max) return block(source, [...lines, '⋯ (cut)']);
    lines.push(plain);
  }
  return block(source, text.length > max * 4 ? [...lines, '⋯ (cut)'] : lines);
}

const block = (source: string, lines: readonly string[]): string =>
  `<data from="${source.replace(/[^a-z_]/g, '_')}">\n${lines.join('\n')}\n</data>`;

/** For records: as it came, capped, with lone surrogates (which no canonical JSON can carry) replaced. */
export const wellFormed = (text: string, max: number): string => text.slice(0, max).replace(/\p{Cs}/gu, '\ufffd');
