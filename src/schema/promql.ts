import { err, ok, type Result } from '../kernel/result.ts';
import { parseDuration } from './units.ts';

/** What a PromQL expression reads. */
export interface PromqlParts {
  /** Its vector selectors as written, without ranges and offsets, each once. */
  readonly selectors: readonly string[];
  /** The longest range, in ms; 0 when it reads only newest values. */
  readonly rangeMs: number;
}

/** Followed by a list of labels in parentheses, which are no selectors. */
const LABEL_LISTS: ReadonlySet<string> = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const WORDS: ReadonlySet<string> = new Set(
  'and or unless atan2 bool offset inf nan start end sum min max avg group stddev stdvar count count_values bottomk topk quantile'.split(
    ' ',
  ),
);
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * Reads which series an expression is made of, so that their own times can be asked for: Prometheus stamps an answer with
 * the time of the question. No parser: what it cannot follow is an error, in words.
 */
export function promqlParts(text: string): Result<PromqlParts, string> {
  const scan: Scan = { text, selectors: new Set(), open: 0, rangeMs: 0 };
  for (let at = 0; at < text.length; ) {
    const next = step(scan, at);
    if (typeof next === 'string') return err(next);
    at = next;
  }
  if (scan.open > 0) return err('a ( has no )');
  if (scan.selectors.size === 0) return err('it reads no series: it would give the same value for ever');
  return ok({ selectors: [...scan.selectors], rangeMs: scan.rangeMs });
}

interface Scan {
  readonly text: string;
  readonly selectors: Set<string>;
  open: number;
  rangeMs: number;
}

/** The place after the token that begins at `from`, or what is wrong with it. */
function step(scan: Scan, from: number): number | string {
  const { text } = scan;
  const char = text[from] ?? '';
  if (/[A-Za-z_:]/.test(char)) return word(scan, from);
  if (/[0-9.]/.test(char)) return after(text, from, /[0-9A-Za-z._]/);
  if (/\s/.test(char) || '+-*/%^=!<>~,'.includes(char)) return from + 1;
  if (isQuote(char)) return afterQuoted(text, from) ?? 'a quoted text does not end';
  if (char === '{') return selector(scan, from, from);
  if (char === '[') return range(scan, from);
  if (char === '(') scan.open += 1;
  else if (char === ')') scan.open -= 1;
  else return FORBIDDEN[char] ?? `${JSON.stringify(char)} does not belong there`;
  return scan.open < 0 ? 'a ) was never opened' : from + 1;
}

const FORBIDDEN: Readonly<Record<string, string>> = {
  '#': 'a comment hides what follows it; leave it out',
  '@': '@ asks for one moment for ever; leave it out',
};

/** A function, an operator, a list of labels, or the name of a metric. */
function word(scan: Scan, from: number): number | string {
  const { text } = scan;
  const end = after(text, from, /[A-Za-z0-9_:]/);
  const name = text.slice(from, end);
  const next = after(text, end, /\s/);
  const isList = LABEL_LISTS.has(name.toLowerCase());
  if (isList && text[next] === '(') return afterBlock(text, next) ?? 'a ( has no )';
  if (isList || WORDS.has(name.toLowerCase()) || text[next] === '(') return next;
  if (text[next] === '{') return selector(scan, from, next);
  scan.selectors.add(name);
  return next;
}

function selector(scan: Scan, from: number, brace: number): number | string {
  const end = afterBlock(scan.text, brace);
  if (end === undefined) return 'a { has no }';
  scan.selectors.add(scan.text.slice(from, end));
  return end;
}

function range(scan: Scan, from: number): number | string {
  const end = afterBlock(scan.text, from);
  if (end === undefined) return 'a [ has no ]';
  const inside = scan.text.slice(from + 1, end - 1);
  const ms = parseDuration(inside.split(':')[0]?.trim() ?? '');
  if (ms === undefined) return `[${inside.slice(0, 40)}] is no range such as [2m]`;
  scan.rangeMs = Math.max(scan.rangeMs, ms);
  return end;
}

function after(text: string, from: number, what: RegExp): number {
  let at = from;
  while (at < text.length && what.test(text[at] ?? '')) at += 1;
  return at;
}

const isQuote = (char: string): boolean => char === '"' || char === "'" || char === '`';

/** The place after the quoted text that begins at `from`. */
function afterQuoted(text: string, from: number): number | undefined {
  const quote = text[from];
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\' && quote !== '`') at += 1;
    else if (text[at] === quote) return at + 1;
  }
  return undefined;
}

/** The place after the bracket that closes the one at `from`; quoted text in between is passed over. */
function afterBlock(text: string, from: number): number | undefined {
  const [opening = '', closing = ''] = [text[from], CLOSING[text[from] ?? '']];
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (isQuote(char)) {
      const end = afterQuoted(text, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (char === opening) depth += 1;
    else if (char === closing && --depth === 0) return at + 1;
  }
  return undefined;
}
