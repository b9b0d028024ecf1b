import type { Result } from '../kernel/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { ChatAnswer, ChatModel, ChatTool, ModelError } from '../ports/model.ts';
import type { Judge } from '../schema/judgedCall.ts';
import type { Target } from '../tools/service.ts';
import { toModelTool } from '../tools/toModelTool.ts';
import type { Tool } from '../tools/tool.ts';
import type { AnswerTool } from './answer/answerTool.ts';
import { type Taken, takeAnswer } from './answer/takeAnswer.ts';
import { Conversation } from './conversation.ts';
import type { Exchange, GaveUp, RunCost, RunEnd } from './runEnd.ts';
import type { RunLimits } from './runLimits.ts';
import { counted, RunMeter } from './runMeter.ts';
import { wellFormed } from './untrusted.ts';
import { within } from './within.ts';

export interface RunTask {
  readonly model: ChatModel;
  /** The part that never changes, then the part that always does. */
  readonly system: string;
  readonly user: string;
  readonly tools: readonly Tool[];
  /** How a run may end besides a proposal. */
  readonly answers: readonly AnswerTool[];
  /** What is offered once the run has to end, likeliest first; by default every change and every answer. */
  readonly ends?: readonly string[];
  /** The service the run is about; it can propose for no other. */
  readonly own: Target;
  readonly judge: Judge;
  /** Puts an exchange on record; false when it could not, which ends the run. */
  readonly record: (exchange: Exchange) => Promise<boolean>;
  readonly limits: RunLimits;
  readonly clock: Clock;
  /** Whose run it is and its id, for budgets and traces. */
  readonly role?: string;
  readonly runId?: string;
}

export interface RunResult {
  readonly end: RunEnd;
  readonly cost: RunCost;
}

/**
 * One agent run: asks the model, has every call judged, hands back the typed answers, until it proposes one change,
 * answers, or a limit ends it. Never rejects and never outlasts its time, whatever the model does. It changes nothing: the
 * proposal it ends with is a wish.
 */
export async function run(task: RunTask, signal: AbortSignal): Promise<RunResult> {
  const started = task.clock.now();
  const state = new RunState(task);
  const ended = await within(task.clock, task.limits.ms, signal, (inner) => state.go(inner));
  const seconds = (task.clock.now() - started) / 1000;
  if (ended.kind === 'aborted') await state.cutOff();
  const end =
    ended.kind === 'done'
      ? ended.value
      : ended.kind === 'time'
        ? gaveUp('time', `no proposal within ${task.limits.ms / 1000} s`)
        : gaveUp('aborted', 'the run was stopped');
  return { end, cost: { ...state.cost(), seconds } };
}

const gaveUp = (why: GaveUp, message: string): RunEnd => ({ kind: 'gave-up', why, message });

class RunState {
  readonly #task: RunTask;
  readonly #talk: Conversation;
  readonly #tools: readonly ChatTool[];
  readonly #overhead: number;
  readonly #meter = new RunMeter();
  #corrections = 0;
  /** Tokens of an exchange that was sent and is not answered. */
  #asked: number | undefined;

  constructor(task: RunTask) {
    this.#task = task;
    this.#talk = new Conversation(task.system, task.user);
    this.#tools = offered(task).map(toModelTool);
    this.#overhead = Math.ceil(JSON.stringify(this.#tools).length / 4);
  }

  cost(): Omit<RunCost, 'seconds'> {
    return this.#meter.cost();
  }

  /** What was sent and is cut off before its answer is on record too: it was read, and is paid for. */
  async cutOff(): Promise<void> {
    if (this.#asked === undefined) return;
    await this.#record({ outcome: 'failed', error: 'aborted: cut off before its answer', promptTokens: this.#asked });
  }

  async go(signal: AbortSignal): Promise<RunEnd> {
    const { limits } = this.#task;
    while (this.#meter.steps < limits.steps) {
      const next = this.#size() + limits.answerTokens;
      if (this.#meter.tokens + next > limits.tokens) {
        return gaveUp('tokens', `the next step would pass ${limits.tokens} tokens`);
      }
      this.#meter.step();
      const end = await this.#step(signal);
      // A run that was left behind must judge and record nothing more.
      if (signal.aborted) return gaveUp('aborted', 'the run was stopped');
      if (end !== undefined) return end;
    }
    return gaveUp('steps', `no proposal after ${limits.steps} steps`);
  }

  async #step(signal: AbortSignal): Promise<RunEnd | undefined> {
    const answer = await this.#ask(signal);
    if (signal.aborted) return undefined;
    if (!answer.ok) {
      if (!(await this.#record({ outcome: 'failed', error: `${answer.error.code}: ${answer.error.message}` }))) {
        return UNRECORDED;
      }
      const less = answer.error.code === 'contextTooLong' && this.#talk.forget();
      return less ? undefined : gaveUp(`model:${answer.error.code}`, answer.error.message);
    }
    this.#meter.account(answer.value, this.#size());
    if (!(await this.#record({ outcome: 'answered', answer: answer.value }))) return UNRECORDED;
    if (signal.aborted) return undefined;
    return this.#take(answer.value, signal);
  }

  async #ask(
    signal: AbortSignal,
  ): Promise<Result<ChatAnswer, { code: ModelError['code'] | 'threw'; message: string }>> {
    const { own, role = '', runId = '', limits } = this.#task;
    const request = {
      messages: this.#talk.messages(),
      tools: this.#tools,
      ...(this.#isClosing(0) && { only: endsOf(this.#task) }),
      maxTokens: limits.answerTokens,
      about: { role, service: `${own.namespace}/${own.name}`, run: runId },
    };
    this.#asked = this.#size();
    try {
      return await this.#task.model.complete(request, signal);
    } catch (cause) {
      return { ok: false, error: { code: 'threw', message: cause instanceof Error ? cause.name : 'unknown' } };
    } finally {
      if (!signal.aborted) this.#asked = undefined;
    }
  }

  async #take(answer: ChatAnswer, signal: AbortSignal): Promise<RunEnd | undefined> {
    const { tools, answers, own, judge, limits } = this.#task;
    const taken = await takeAnswer(answer, {
      tools,
      answers,
      own,
      judge,
      limits,
      signal,
      onCall: (name) => this.#meter.called(name),
    });
    switch (taken.kind) {
      case 'end':
        return taken.end;
      case 'again':
        this.#talk.answered(answer, this.#withLastWord(taken.replies));
        return taken.fault === undefined ? undefined : this.#correct(taken.fault);
      case 'unusable':
        this.#talk.corrected(taken.kept, taken.message);
        return this.#correct(taken.fault);
    }
  }

  #correct(fault: 'malformed' | 'cut'): RunEnd | undefined {
    this.#corrections += 1;
    const { corrections } = this.#task.limits;
    return this.#corrections > corrections
      ? gaveUp(fault, `more than ${corrections} answers could not be used`)
      : undefined;
  }

  /** Whether the exchange so many after this one may only end the run. */
  #isClosing(after: number): boolean {
    const { steps, looks } = this.#task.limits;
    return this.#meter.steps + after >= Math.min(steps, looks + 1);
  }

  /** Says so when the next answer is the last one, or has to end the run. */
  #withLastWord(replies: Extract<Taken, { kind: 'again' }>['replies']): typeof replies {
    const last = replies.at(-1);
    if (last === undefined || !this.#isClosing(1)) return replies;
    const isLast = this.#meter.steps === this.#task.limits.steps - 1;
    const said = isLast ? 'Your next answer is the last' : 'Enough was read. Answer now';
    return [...replies.slice(0, -1), { ...last, text: `${last.text}\n${said}: ${endsOf(this.#task).join(', or ')}.` }];
  }

  #size(): number {
    return this.#talk.size() + this.#overhead;
  }

  async #record(
    what:
      | { outcome: 'answered'; answer: ChatAnswer }
      | { outcome: 'failed'; error: string /** Estimated. */; promptTokens?: number },
  ): Promise<boolean> {
    const answer = what.outcome === 'answered' ? what.answer : undefined;
    const exchange: Exchange = {
      step: this.#meter.steps,
      outcome: what.outcome,
      content: wellFormed(answer?.content ?? '', 2_000),
      calls: (answer?.calls ?? []).slice(0, 16).map((call) => ({
        name: wellFormed(call.name, 100),
        arguments: wellFormed(call.arguments, 2_000),
      })),
      promptTokens: counted(answer?.promptTokens) ?? (what.outcome === 'failed' ? (what.promptTokens ?? 0) : 0),
      completionTokens: counted(answer?.completionTokens) ?? 0,
      ...(answer === undefined ? {} : { finish: answer.finish }),
      ...(what.outcome === 'failed' ? { error: wellFormed(what.error, 500) } : {}),
    };
    try {
      return await this.#task.record(exchange);
    } catch {
      return false;
    }
  }
}

/** What ends a run stands first: small models take what they read first, and read on and on where reads stand there. */
const offered = ({ tools, answers }: RunTask): readonly Pick<Tool, 'name' | 'summary' | 'input'>[] => [
  ...tools.filter((tool) => tool.effect === 'change'),
  ...answers,
  ...tools.filter((tool) => tool.effect === 'read'),
];

/** What is left to do with a last answer. */
const endsOf = ({ tools, answers, ends }: RunTask): readonly string[] =>
  ends ?? [...tools.filter((tool) => tool.effect === 'change'), ...answers].map((tool) => tool.name);

const UNRECORDED = gaveUp('unrecorded', 'the exchange could not be recorded');
