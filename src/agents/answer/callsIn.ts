import type { ChatAnswer } from '../../ports/model.ts';
import type { Reply } from '../conversation.ts';
import { callInText } from './textCalls.ts';

/** What stands in one answer of a model. */
export type ReadAnswer =
  | { readonly kind: 'calls'; readonly calls: readonly Reply['call'][] }
  /** A proper end, and no call of an offered tool in it. */
  | { readonly kind: 'words'; readonly text: string }
  /** Nothing of it may be used; `message` says to the model why. */
  | { readonly kind: 'unusable'; readonly fault: 'malformed' | 'cut'; readonly kept: string; readonly message: string }
  | { readonly kind: 'filtered' };

export const ONE_CALL = 'Answer with exactly one tool call: one of the tools you were given.';

/**
 * The calls of an answer, also the one that a model wrote into its text. `offered` are the names of its tools, `most` the
 * calls that one answer may hold. An answer that was cut or broken off holds nothing.
 */
export function callsIn(answer: ChatAnswer, offered: readonly string[], most: number): ReadAnswer {
  switch (answer.finish) {
    case 'length':
      return unusable(
        'cut',
        '(an answer that was cut off)',
        `Your answer was cut off and is not used. Be brief. ${ONE_CALL}`,
      );
    case 'filtered':
      return { kind: 'filtered' };
    case 'other':
      return unusable('malformed', '(an answer that ended early)', `Your answer did not end properly. ${ONE_CALL}`);
    case 'stop':
    case 'calls':
      break;
  }
  if (answer.calls.length > most) {
    return unusable('malformed', '(too many calls)', `At most ${most} calls at once. ${ONE_CALL}`);
  }
  if (answer.calls.length > 0) return { kind: 'calls', calls: answer.calls };
  const written = callInText(answer.content);
  return written !== undefined && offered.includes(written.name)
    ? { kind: 'calls', calls: [written] }
    : { kind: 'words', text: answer.content };
}

const unusable = (fault: 'malformed' | 'cut', kept: string, message: string): ReadAnswer => ({
  kind: 'unusable',
  fault,
  kept,
  message,
});
