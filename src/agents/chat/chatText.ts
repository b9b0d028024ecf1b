import { plainLine, plainLines } from '../../kernel/plainText.ts';
import type { ChatReply, ToldCall } from './chatEvents.ts';

/** A chat for people to read. Texts of a model, of a server and of the cluster draw nothing and hide nothing on a terminal. */

const MOST_LINES = 14;
const WIDEST = 300;

/** An argument that is longer stands behind the others. */
const SHORT = 60;

/**
 * `fairlead_propose service=shop/web operation=scale replicas=6`. A person says yes to this line, and a model chose the order
 * of the arguments: what has to be cut is the longest, which is the reason.
 */
export const callWords = ({ name, args }: Pick<ToldCall, 'name' | 'args'>): string => {
  const words = Object.entries(args).map(([key, value]) => `${key}=${shown(value)}`);
  const weight = ({ length }: string): number => (length > SHORT ? length : 0);
  return plainLine([name, ...words.toSorted((a, b) => weight(a) - weight(b))].join(' '), WIDEST * 2);
};

/** Quoted unless it is one plain word: no value passes for a second argument. */
const shown = (value: unknown): string =>
  typeof value === 'string' && /^[\w./:%-]+$/.test(value) ? value : JSON.stringify(value);

/** What came of it: of a look its first line, of what may have changed something all of it. */
export function toldLines({ effect, outcome, text }: ToldCall): readonly string[] {
  const lines = plainLines(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => plainLine(line, WIDEST));
  const most = effect ? MOST_LINES : 1;
  const kept = lines.length > most ? [...lines.slice(0, most), ...(effect ? ['…'] : [])] : lines;
  const [first = '(nothing)', ...rest] = kept;
  return outcome === 'failed' ? [`no answer: ${first}`, ...rest] : [first, ...rest];
}

/** The model's last words, or why there are none. Said in any case: what was done stands in the calls, not here. */
export function lastWords({ words, gaveUp, calls }: ChatReply): string {
  if (gaveUp === undefined) return plainLines(words);
  const done = calls.some(({ effect }) => effect) ? 'What was asked for stands above.' : 'Nothing was asked for.';
  return `No words from the model: ${plainLine(gaveUp.message, WIDEST)}. ${done}`;
}
