import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AnswerSoFar, ChatAnswer, ChatModel, ChatTool } from '../../ports/model.ts';
import { toModelTool } from '../../tools/toModelTool.ts';
import { callsIn } from '../answer/callsIn.ts';
import { withoutThought } from '../answer/textCalls.ts';
import { Conversation } from '../conversation.ts';
import type { GaveUp } from '../runEnd.ts';
import type { RunLimits } from '../runLimits.ts';
import { RunMeter } from '../runMeter.ts';
import { within } from '../within.ts';
import { withNumbersAsked } from './askedNumbers.ts';
import { type CallsTaken, takeCalls } from './chatCalls.ts';
import type { ChatDesk } from './chatDesk.ts';
import type { ChatEvent, ChatReply, ToldCall } from './chatEvents.ts';
import type { ChatPrompt } from './chatPrompt.ts';
import { GrowingText } from './growingText.ts';
import { wordsSoFar } from './wordsSoFar.ts';

export interface ChatLimits extends Omit<RunLimits, 'looks'> {
  /** Calls that may change something, for one message of a person. */
  readonly effects: number;
  /** Characters of one tool's answer that the model is shown. */
  readonly answerCharacters: number;
}

/** For each message. The time does not count a person who thinks about a yes. */
export const CHAT_LIMITS: ChatLimits = {
  steps: 10,
  tokens: 80_000,
  ms: 600_000,
  corrections: 2,
  answerTokens: 700,
  callsPerAnswer: 8,
  effects: 4,
  answerCharacters: 6_000,
};

export interface ChatParts {
  readonly model: ChatModel;
  readonly prompt: ChatPrompt;
  readonly clock: Clock;
  readonly limits?: ChatLimits;
  /** Asked before each call that may change something. `nobody`: there is no person to ask. */
  readonly confirm: (call: Pick<ToldCall, 'name' | 'args'>) => Promise<'yes' | 'no' | 'nobody'>;
  readonly tell?: (event: ChatEvent) => void;
  /**
   * Shown the words of each answer as they are written, plain, piece by piece, and before the `tell` of what comes of them.
   * They need not be the last words, nor come to an end.
   */
  readonly says?: (piece: string) => void;
  /** Of the conversation, for traces. */
  readonly id?: string;
}

const Reply = z.strictObject({ text: z.string().trim().min(1).max(6_000) });
/** Last words are a call as well: small models speak one language better than two. Prose is taken all the same. */
const REPLY: ChatTool = toModelTool({
  name: 'reply',
  summary: 'Your last words on the matter, to the operator. Use it once, at the end.',
  input: Reply,
});

/**
 * A conversation of a person with a model that has somebody else's tools. The model's calls go to the desk, where they are
 * judged, in the name of the person; before one that may change something the person is asked. It never rejects and
 * outlasts its time by nothing but the person's own thinking. It has no authority of its own and keeps none for later.
 */
export class Chat {
  readonly #parts: ChatParts;
  readonly #limits: ChatLimits;
  readonly #talk: Conversation;

  constructor(parts: ChatParts) {
    this.#parts = parts;
    this.#limits = parts.limits ?? CHAT_LIMITS;
    this.#talk = new Conversation(parts.prompt.system);
  }

  /** One message of the person, and what comes of it. One at a time. */
  async say(words: string, desk: ChatDesk, signal: AbortSignal): Promise<ChatReply> {
    const { clock, prompt } = this.#parts;
    const started = clock.now();
    this.#talk.asked(prompt.render({ words }));
    const turn = new ChatTurn({ ...this.#parts, limits: this.#limits, talk: this.#talk, desk }, signal);
    const ended = await turn.go();
    this.#talk.concluded(ended.ok ? ended.value : `(no answer: ${ended.error.message})`);
    return {
      words: ended.ok ? ended.value : '',
      calls: turn.calls,
      ...(ended.ok ? {} : { gaveUp: ended.error }),
      cost: { ...turn.cost(), seconds: (clock.now() - started) / 1000 },
    };
  }
}

interface Turn extends ChatParts {
  readonly limits: ChatLimits;
  readonly talk: Conversation;
  readonly desk: ChatDesk;
}

type End = Result<string, { readonly why: GaveUp; readonly message: string }>;
/** Words whose end may be shown: those of an answer that came to its own end. */
const endOf = (answer: ChatAnswer): string | undefined =>
  answer.finish === 'stop' || answer.finish === 'calls' ? wordsSoFar(answer) : undefined;
const gaveUp = (why: GaveUp, message: string): End => err({ why, message });

class ChatTurn {
  readonly calls: ToldCall[] = [];
  readonly #turn: Turn;
  readonly #signal: AbortSignal;
  readonly #meter = new RunMeter();
  readonly #tools: readonly ChatTool[];
  readonly #overhead: number;
  #until: number;
  #corrections = 0;
  /** The same call brought the same answer twice, or a change is asked for again that is not made. */
  #goesRound = false;

  constructor(turn: Turn, signal: AbortSignal) {
    this.#turn = turn;
    this.#signal = signal;
    this.#tools = [...turn.desk.tools.map(withNumbersAsked), REPLY];
    this.#overhead = Math.ceil(JSON.stringify(this.#tools).length / 4);
    this.#until = turn.clock.now() + turn.limits.ms;
  }

  cost(): ReturnType<RunMeter['cost']> {
    return this.#meter.cost();
  }

  async go(): Promise<End> {
    const { limits } = this.#turn;
    while (this.#meter.steps < limits.steps) {
      const next = this.#size() + limits.answerTokens;
      if (this.#meter.tokens + next > limits.tokens) {
        return gaveUp('tokens', `the next step would pass ${limits.tokens} tokens`);
      }
      this.#meter.step();
      const end = await this.#step();
      if (end !== undefined) return end;
    }
    return gaveUp('steps', `no last words after ${limits.steps} steps`);
  }

  async #step(): Promise<End | undefined> {
    const { talk, limits } = this.#turn;
    this.#tell({ kind: 'thinks' });
    const words = new GrowingText((piece) => this.#turn.says?.(piece));
    const asked = await this.#timed((signal) => this.#ask(signal, words));
    words.ended(asked.ok && asked.value.ok ? endOf(asked.value.value) : undefined);
    if (!asked.ok) return asked;
    const answer = asked.value;
    if (!answer.ok) {
      const less = answer.error.code === 'contextTooLong' && talk.forget();
      return less ? undefined : gaveUp(`model:${answer.error.code}`, answer.error.message);
    }
    this.#meter.account(answer.value, this.#size());
    const read = callsIn(
      answer.value,
      this.#tools.map(({ name }) => name),
      limits.callsPerAnswer,
    );
    switch (read.kind) {
      case 'filtered':
        return gaveUp('filtered', 'the endpoint filtered the answer');
      case 'unusable':
        talk.corrected(read.kept, read.message);
        return this.#correct(read.fault, read.message);
      case 'words':
        return this.#words(withoutThought(read.text));
      case 'calls':
        return this.#take(answer.value, read.calls);
    }
  }

  #words(text: string): End | undefined {
    if (text.trim() !== '') return ok(text.trim());
    const message = 'Your answer was empty. Call a tool, or reply.';
    this.#turn.talk.corrected('', message);
    return this.#correct('malformed', message);
  }

  async #take(answer: ChatAnswer, calls: Parameters<typeof takeCalls>[0]): Promise<End | undefined> {
    const { desk, limits, confirm, talk } = this.#turn;
    const taken = await takeCalls(calls, {
      desk,
      reply: (args) => Reply.safeParse(args).data?.text,
      effectsLeft: this.#effectsLeft(),
      answerCharacters: limits.answerCharacters,
      signal: this.#signal,
      timed: (work) => this.#timed(work),
      confirm: async (call) => {
        const began = this.#turn.clock.now();
        const said = await confirm(call);
        this.#until += this.#turn.clock.now() - began;
        return said;
      },
      tell: (event) => {
        if (event.kind === 'answered') {
          this.#goesRound ||= this.calls.some((earlier) => isDeepStrictEqual(earlier, event.call));
          this.calls.push(event.call);
          this.#meter.called(event.call.name);
        }
        this.#tell(event);
      },
    });
    return this.#follow(taken, answer, talk);
  }

  /** Who said no once is not asked again until they say something else. */
  #effectsLeft(): number {
    const effects = this.calls.filter(({ effect }) => effect);
    const isOver = effects.some(({ outcome }) => outcome === 'declined' || outcome === 'unasked');
    return isOver ? 0 : this.#turn.limits.effects - effects.length;
  }

  #follow(taken: CallsTaken, answer: ChatAnswer, talk: Conversation): End | undefined {
    switch (taken.kind) {
      case 'over':
        return this.#over();
      case 'reply':
        return ok(taken.text);
      case 'again': {
        this.#goesRound ||= taken.spent;
        const last = this.#isClosing(1) ? '\nYour next answer is the last: reply.' : '';
        talk.answered(
          answer,
          taken.replies.map((reply, n) =>
            n === taken.replies.length - 1 ? { ...reply, text: `${reply.text}${last}` } : reply,
          ),
        );
        return taken.fault === undefined ? undefined : this.#correct('malformed', taken.fault);
      }
    }
  }

  /** Whether nothing but words is wanted of the exchange so many after this one. */
  #isClosing(after: number): boolean {
    return this.#goesRound || this.#meter.steps + after >= this.#turn.limits.steps;
  }

  #correct(fault: 'malformed' | 'cut', why: string): End | undefined {
    this.#corrections += 1;
    this.#tell({ kind: 'corrected', why });
    const { corrections } = this.#turn.limits;
    return this.#corrections > corrections
      ? gaveUp(fault, `more than ${corrections} answers of the model could not be used`)
      : undefined;
  }

  async #ask(signal: AbortSignal, words: GrowingText): Promise<Awaited<ReturnType<ChatModel['complete']>>> {
    const { model, talk, limits, says, id = '' } = this.#turn;
    const watch = says && ((soFar: AnswerSoFar) => words.grown(wordsSoFar(soFar)));
    const about = { role: 'chat', service: '', run: id };
    const request = {
      messages: talk.messages(),
      tools: this.#tools,
      ...(this.#isClosing(0) && { only: [REPLY.name] }),
      maxTokens: limits.answerTokens,
      about,
    };
    try {
      return await model.complete(request, signal, watch);
    } catch (cause) {
      const name = cause instanceof Error ? cause.name : 'unknown';
      return err({ code: 'unavailable', message: `broken off: ${name}` });
    }
  }

  /** Work that ends with the time of the message, or with the person's patience. */
  async #timed<T>(work: (signal: AbortSignal) => Promise<T>): Promise<Result<T, { why: GaveUp; message: string }>> {
    const { clock } = this.#turn;
    const ended = await within(clock, Math.max(0, this.#until - clock.now()), this.#signal, work);
    return ended.kind === 'done' ? ok(ended.value) : this.#over();
  }

  #over(): Result<never, { why: GaveUp; message: string }> {
    return this.#signal.aborted
      ? err({ why: 'aborted', message: 'stopped' })
      : err({ why: 'time', message: `no last words within ${this.#turn.limits.ms / 1000} s` });
  }

  #size(): number {
    return this.#turn.talk.size() + this.#overhead;
  }

  #tell(event: ChatEvent): void {
    this.#turn.tell?.(event);
  }
}
