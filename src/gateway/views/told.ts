import { isoInstant } from '../../kernel/instant.ts';
import { plainLine, plainLines } from '../../kernel/plainText.ts';

/** The last instant that RFC 3339 text can say, in ms; records may hold any whole number. */
const LAST_MS = 253_402_300_799_999;

/** RFC 3339, UTC. A number that is no time any calendar knows becomes the nearest one. */
export const instant = (ms: number): string => isoInstant(Math.min(LAST_MS, Math.max(0, Number.isNaN(ms) ? 0 : ms)));

/** `14:03:10`, UTC: for sentences. */
export const clock = (ms: number): string => instant(ms).slice(11, 19);

/** Of text that should be an instant; 0 when it is none. */
export const instantMs = (text: string | undefined): number => {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? 0 : ms;
};

const NAME = 253;
const SENTENCE = 500;

/** A name that others chose. */
export const name = (text: string | undefined): string => plainLine(text ?? '', NAME);
/** A sentence that may quote others. */
export const sentence = (text: string | undefined): string => plainLine(text ?? '', SENTENCE);

/** Words of several lines: a comment, a rationale. */
export function paragraphs(text: string, max: number): string {
  const plain = plainLines(text.slice(0, max * 2)).trim();
  return plain.length > max ? `${plain.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…` : plain;
}

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** `a`, `a and b`, `a, b and c`. */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
