import { createInterface } from 'node:readline/promises';
import type { ChatEvent, ChatReply } from '../../../agents/chat/chatEvents.ts';
import { callWords, lastWords, toldLines } from '../../../agents/chat/chatText.ts';
import { plainLine } from '../../../kernel/plainText.ts';
import type { Io } from '../io.ts';

/** The course of a chat as it happens, on stderr: what is called, what came of it, what was sent back to the model. */
export function courseLines(event: ChatEvent): readonly string[] {
  switch (event.kind) {
    case 'thinks':
      return [];
    case 'calls':
      return [`${event.effect ? 'asks ' : 'looks'} ${callWords(event)}`];
    case 'answered':
      return toldLines(event.call).map((line) => `      ${line}`);
    case 'corrected':
      return [`      (the model is told: ${plainLine(event.why, 200)})`];
  }
}

/** The model's words on a person's screen while they are written; what they come to is printed only where it is not there. */
export class SpokenWords {
  readonly #io: Pick<Io, 'out'>;
  #shown = '';

  constructor(io: Pick<Io, 'out'>) {
    this.#io = io;
  }

  says(piece: string): void {
    this.#shown += piece;
    this.#io.out(piece);
  }

  /** Something else comes next: on a line of its own. */
  over(): void {
    if (this.#shown !== '') this.#io.out('\n');
    this.#shown = '';
  }

  /** Of `text` what does not stand on the screen yet. */
  rest(text: string): string {
    const shown = this.#shown;
    this.#shown = '';
    if (text.startsWith(shown)) return text.slice(shown.length);
    return `\n\n${text}`;
  }
}

/** What stands on stdout in the end: the model's words, and of all that may have changed something what came of it. */
export function replyText(reply: ChatReply): string {
  const effects = reply.calls.filter(({ effect }) => effect);
  const done = effects.flatMap((call) => {
    const [first = '', ...rest] = toldLines(call);
    return [`- ${callWords(call)}`, ...[first, ...rest].map((line) => `  ${line}`)];
  });
  return [
    lastWords(reply),
    ...(done.length > 0 ? ['', 'What was asked for, and what came of it:', ...done] : []),
    '',
  ].join('\n');
}

/** Everything that was asked for was taken: the answer is no failure. */
export function isTaken({ calls, gaveUp }: ChatReply): boolean {
  const refused = calls.some(
    ({ effect, outcome, data }) => effect && (outcome !== 'answered' || data?.['verdict'] === 'forbidden'),
  );
  return gaveUp === undefined && !refused;
}

/** One line from the terminal; undefined at its end (Ctrl-D) and when the process is told to stop. */
export async function lineFrom(io: Io, question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  const closed = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  try {
    return await Promise.race([lines.question(question, { signal: io.signal }), closed]);
  } catch {
    return undefined;
  } finally {
    lines.close();
  }
}
