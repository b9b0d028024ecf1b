import type { ChatDesk, DeskAnswer, DeskTool } from '../agents/chat/chatDesk.ts';
import { err, ok, type Result } from '../kernel/result.ts';

type Answer = string | Result<DeskAnswer, string> | ((signal: AbortSignal) => Promise<Result<DeskAnswer, string>>);

const tool = (name: string, effect: boolean): DeskTool => ({ name, description: name, parameters: {}, effect });

/** A desk with one tool that reads (`look`) and one that may change something (`act`); it keeps what it was asked. */
export class TableDesk implements ChatDesk {
  readonly tools = [tool('look', false), tool('act', true)];
  readonly asked: { readonly name: string; readonly args: Readonly<Record<string, unknown>> }[] = [];
  readonly #answers: Readonly<Record<string, Answer>>;

  constructor(answers: Readonly<Record<string, Answer>> = {}) {
    this.#answers = answers;
  }

  async call(name: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal): ReturnType<ChatDesk['call']> {
    this.asked.push({ name, args });
    const answer = this.#answers[name];
    if (answer === undefined) return err(`no answer for ${name}`);
    if (typeof answer === 'string') return ok({ text: answer, refused: false });
    return typeof answer === 'function' ? answer(signal) : answer;
  }
}
