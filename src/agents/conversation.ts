import type { ChatAnswer, ChatCall, ChatMessage } from '../ports/model.ts';
import { objectFromText } from '../tools/objectText.ts';

/** A call of the newest answer and what is said to it. */
export interface Reply {
  readonly call: { readonly name: string; readonly arguments: string };
  readonly text: string;
}

const ECHO_LIMIT = 1_000;

/**
 * What was said in one run. The beginning (system prompt, observation) never changes, so that an endpoint can keep it
 * cached; each turn adds one message of the model and the replies to it.
 */
export class Conversation {
  readonly #start: readonly ChatMessage[];
  #turns: ChatMessage[] = [];
  #question: ChatMessage | undefined;
  #ids = 0;

  /** Without `user` it begins with what a person says: see `asked`. */
  constructor(system: string, user?: string) {
    this.#start = [
      { role: 'system', content: system },
      ...(user === undefined ? [] : [{ role: 'user' as const, content: user }]),
    ];
  }

  /** A person says something. */
  asked(words: string): void {
    this.#question = { role: 'user', content: words };
    this.#turns.push(this.#question);
  }

  /** The model's last words on it. */
  concluded(words: string): void {
    this.#turns.push({ role: 'assistant', content: words || '(nothing)', calls: [] });
  }

  messages(): readonly ChatMessage[] {
    return [...this.#start, ...this.#turns];
  }

  /**
   * An answer with calls, and what is said to each. Some servers cannot carry calls whose arguments are no JSON object:
   * then, and when the calls stood in the text, the whole turn is told as text.
   */
  answered(answer: ChatAnswer, replies: readonly Reply[]): void {
    const native = answer.calls.length > 0 && answer.calls.every((call) => objectFromText(call.arguments).ok);
    if (!native) {
      this.corrected(said(answer), replies.map((reply) => reply.text).join('\n\n'));
      return;
    }
    const calls: ChatCall[] = answer.calls.map((call) => ({
      // Ids only tie replies to calls; some servers send empty or equal ones.
      id: `call_${++this.#ids}`,
      name: call.name,
      arguments: call.arguments.trim() === '' ? '{}' : call.arguments,
    }));
    this.#turns.push({ role: 'assistant', content: answer.content.slice(0, ECHO_LIMIT), calls });
    calls.forEach((call, n) => {
      this.#turns.push({ role: 'tool', callId: call.id, content: replies[n]?.text ?? '' });
    });
  }

  /** An answer that could not be used, and why. */
  corrected(answer: string, why: string): void {
    this.#turns.push({ role: 'assistant', content: answer.slice(0, ECHO_LIMIT) || '(nothing)', calls: [] });
    this.#turns.push({ role: 'user', content: why });
  }

  /**
   * Forgets every turn but what a person asked last, for an endpoint whose context is full; false when there was none to
   * forget.
   */
  forget(): boolean {
    const kept = this.#question === undefined ? [] : [this.#question];
    const some = this.#turns.length > kept.length;
    this.#turns = kept;
    return some;
  }

  /** Rough size in tokens: characters / 4. */
  size(): number {
    const characters = this.messages().reduce((sum, message) => sum + lengthOf(message), 0);
    return Math.ceil(characters / 4);
  }
}

const said = (answer: ChatAnswer): string =>
  answer.calls.length === 0
    ? answer.content
    : answer.calls.map((call) => `${call.name} ${call.arguments.slice(0, 300)}`).join('\n');

const lengthOf = (message: ChatMessage): number =>
  message.content.length +
  (message.role === 'assistant'
    ? message.calls.reduce((sum, call) => sum + call.name.length + call.arguments.length, 0)
    : 0);
