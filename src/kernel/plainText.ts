/**
 * What text may carry besides what a reader sees. Shared by everything that shows words of others: to a model, in a
 * terminal, in an Event, in a line of a log.
 */

const [BEL, ESC, CSI, ST, OSC] = [0x07, 0x1b, 0x9b, 0x9c, 0x9d].map((code) => String.fromCharCode(code));

/** CSI and OSC sequences (terminal colours, titles, links), also with 8-bit introducers; other two-letter escapes. */
export const ANSI = new RegExp(
  `(?:${ESC}\\[|${CSI})[0-?]*[ -/]*[@-~]|(?:${ESC}\\]|${OSC})[^${BEL}${ESC}${ST}]*(?:${BEL}|${ESC}\\\\|${ST})?|${ESC}[@-_]`,
  'g',
);

/** White space of any kind, line and paragraph separators included. */
export const SPACE = /[\s\u0085]+/gu;

/** Wherever some reader of text sees a new line begin. */
export const LINE_BREAKS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/u;

/** Controls, formats (zero-width, bidi, tags), surrogates, private use, unassigned, fillers and variation selectors. */
export const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Words of others for people to read: one line that draws nothing on a terminal and carries nothing unseen, of at most
 * `max` characters (UTF-16). It cannot pass for a line of its own.
 */
export function plainLine(text: string, max: number): string {
  const line = text
    .slice(0, max * 8)
    .replace(ANSI, '')
    .replace(SPACE, ' ')
    .replace(INVISIBLE, '')
    .trim();
  return line.length > max ? `${line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…` : line;
}

/** The same for text of several lines that are ours to break: each is made harmless, none is added or lost. */
export const plainLines = (text: string): string =>
  text
    .replace(ANSI, '')
    .replace(/[^\S \n]/gu, ' ')
    .replace(/[^\P{C}\n]|(?!\n)\p{Default_Ignorable_Code_Point}/gu, '');

/** JSON text in which whatever is unseen, or draws, is written as an escape: the value read from it is the same. */
export const visibleJson = (json: string): string =>
  json.replace(/[^\P{C}\n]|[\u2028\u2029]|(?!\n)\p{Default_Ignorable_Code_Point}/gu, (letter) =>
    [...Array(letter.length).keys()].map((at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
