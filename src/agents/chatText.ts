import { plainLine, plainLines } from '../kernel/plainText.ts';
import type { ChatReply, ToldCall } from './chatEvents.ts';

/** A chat for people to read. Texts of a model, of a server and of the cluster draw nothing and hide nothing on a terminal. */

const MOST_LINES = 14;
const WIDEST = 300;

/** `fairlead_propose service=shop/web operation=scale replicas=6`. */
export const callWords = ({ name, args }: Pick<ToldCall, 'name' | 'args'>): string =>
  plainLine([name, ...Object.entries(args).map(([key, value]) => `${key}=${shown(value)}`)].join(' '), WIDEST * 2);

const shown = (value: unknown): string =>
  typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value);

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
