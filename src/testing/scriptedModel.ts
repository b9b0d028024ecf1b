import type { Result } from '../kernel/result.ts';
import type { ChatAnswer, ChatModel, ChatRequest, ModelError } from '../ports/model.ts';

export type ScriptedReply = Result<ChatAnswer, ModelError> | ChatModel['complete'];

/** Plays the given replies in order, keeps what it was asked, and complains about a call nobody wrote a reply for. */
export class ScriptedModel implements ChatModel {
  readonly label = 'scripted at nowhere';
  readonly asked: ChatRequest[] = [];
  readonly #replies: ScriptedReply[];

  constructor(...replies: ScriptedReply[]) {
    this.#replies = replies;
  }

  async complete(...[request, signal, watch]: Parameters<ChatModel['complete']>): ReturnType<ChatModel['complete']> {
    this.asked.push(structuredClone(request));
    const reply = this.#replies.shift();
    if (reply === undefined) throw new Error(`unexpected model call #${this.asked.length}`);
    return typeof reply === 'function' ? reply(request, signal, watch) : reply;
  }

  assertSpent(): void {
    if (this.#replies.length > 0) throw new Error(`${this.#replies.length} scripted replies were never used`);
  }
}
