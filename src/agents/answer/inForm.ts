import type { ChatAnswer } from '../../ports/model.ts';
import { parseCall } from '../../tools/parseCall.ts';
import { callInText } from './textCalls.ts';

type Callable = Parameters<typeof parseCall>[2][number];

/** Whether every call of an answer, also one that stands in its text, is of an offered tool with arguments as its schema has them. */
export function inForm({ finish, calls, content }: ChatAnswer, offered: readonly Callable[]): boolean {
  if (finish !== 'stop' && finish !== 'calls') return false;
  const written = calls.length > 0 ? calls : [callInText(content)];
  return written.every((call) => call !== undefined && parseCall(call.name, call.arguments, offered).ok);
}
