import type { ChatAnswer } from '../../ports/model.ts';
import type { AskedCall, Judge, JudgedCall } from '../../schema/judgedCall.ts';
import { TOOLS } from '../../tools/catalog.ts';
import { parseCall } from '../../tools/parseCall.ts';
import type { Target } from '../../tools/service.ts';
import type { Tool, ToolArguments } from '../../tools/tool.ts';
import type { Reply } from '../conversation.ts';
import type { RunEnd } from '../runEnd.ts';
import type { RunLimits } from '../runLimits.ts';
import { clean, wellFormed } from '../untrusted.ts';
import { answerText } from './answerText.ts';
import type { AnswerTool } from './answerTool.ts';
import { callsIn, ONE_CALL } from './callsIn.ts';

export interface TakeContext {
  readonly tools: readonly Tool[];
  readonly answers: readonly AnswerTool[];
  readonly own: Target;
  readonly judge: Judge;
  readonly limits: RunLimits;
  readonly signal: AbortSignal;
  /** Told of every call that reached the judge. */
  readonly onCall: (name: string) => void;
}

/**
 * What an answer comes to: the run's end, replies to go on with (`fault` when the answer has to be corrected), or an
 * answer of which nothing may be used.
 */
export type Taken =
  | { readonly kind: 'end'; readonly end: RunEnd }
  | { readonly kind: 'again'; readonly replies: readonly Reply[]; readonly fault?: 'malformed' }
  | { readonly kind: 'unusable'; readonly fault: 'malformed' | 'cut'; readonly kept: string; readonly message: string };

type Call = Reply['call'];

/** One call after it was looked at. */
type Seen =
  | { readonly kind: 'proposal'; readonly tool: string; readonly args: ToolArguments; readonly reason: string }
  | { readonly kind: 'answer'; readonly name: string; readonly args: ToolArguments }
  | { readonly kind: 'reply' | 'malformed'; readonly text: string }
  | { readonly kind: 'unrecorded'; readonly message: string };

/**
 * Judges every call of an answer in order. An answer counts only when it can mean one thing: one change (the same one
 * twice is one), or one of the run's own answers. Two different ones, or one beside a call that could not be read, are
 * sent back; the first one is never taken alone in silence.
 */
export async function takeAnswer(answer: ChatAnswer, context: TakeContext): Promise<Taken> {
  const calls = callsOf(answer, context);
  if ('kind' in calls) return calls;
  const seen: { call: Call; what: Seen }[] = [];
  for (const call of calls) {
    const what = await look(call, context);
    if (what.kind === 'unrecorded') {
      return { kind: 'end', end: { kind: 'gave-up', why: 'unrecorded', message: what.message } };
    }
    if (context.signal.aborted)
      return { kind: 'end', end: { kind: 'gave-up', why: 'aborted', message: 'the run was stopped' } };
    seen.push({ call, what });
  }
  return conclude(seen, context);
}

function conclude(seen: readonly { call: Call; what: Seen }[], { own }: TakeContext): Taken {
  const answers = new Map<string, Extract<Seen, { kind: 'proposal' | 'answer' }>>();
  for (const { what } of seen) {
    if (what.kind === 'proposal' || what.kind === 'answer') answers.set(meaningOf(what), what);
  }
  const malformed = seen.some(({ what }) => what.kind === 'malformed');
  const [only] = answers.values();
  if (only !== undefined && answers.size === 1 && !malformed) {
    return { kind: 'end', end: only.kind === 'answer' ? only : { ...only, target: own } };
  }
  const several = 'More than one answer at once: nothing of it is taken. Send only the one you mean.';
  const waits = 'Not taken: another call beside it could not be read. Send only the one you mean.';
  const replies = seen.map(({ call, what }) => ({
    call,
    text: what.kind === 'reply' || what.kind === 'malformed' ? what.text : answers.size > 1 ? several : waits,
  }));
  return malformed || answers.size > 1 ? { kind: 'again', replies, fault: 'malformed' } : { kind: 'again', replies };
}

/** Two calls that differ only in their reason want the same. */
function meaningOf(what: Extract<Seen, { kind: 'proposal' | 'answer' }>): string {
  const { reason: _, ...wanted } = what.args;
  return JSON.stringify([
    what.kind === 'answer' ? what.name : what.tool,
    ...Object.entries(wanted).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

/** An agent speaks in calls alone: words without one are sent back. */
function callsOf(answer: ChatAnswer, { tools, answers, limits }: TakeContext): readonly Call[] | Taken {
  const offered = [...tools, ...answers].map(({ name }) => name);
  const read = callsIn(answer, offered, limits.callsPerAnswer);
  switch (read.kind) {
    case 'calls':
      return read.calls;
    case 'unusable':
      return read;
    case 'words':
      return { kind: 'unusable', fault: 'malformed', kept: read.text, message: `No tool was called. ${ONE_CALL}` };
    case 'filtered': {
      const message = 'the endpoint filtered the answer';
      return { kind: 'end', end: { kind: 'gave-up', why: 'filtered', message } };
    }
  }
}

async function look(call: Call, context: TakeContext): Promise<Seen> {
  const parsed = parseCall<Pick<Tool, 'name' | 'input'>>(call.name, call.arguments, [
    ...context.tools,
    ...context.answers,
  ]);
  if (!parsed.ok && !parsed.unknown) return { kind: 'malformed', text: parsed.message };
  if (!parsed.ok) return judged(call.name, notOffered(call) ?? unknownCall(call, context.own), context, parsed.message);
  const tool = context.tools.find((offered) => offered.name === parsed.tool.name);
  if (tool === undefined) return { kind: 'answer', name: parsed.tool.name, args: parsed.args };
  return judged(tool.name, knownCall(tool, parsed.args, context.own), context);
}

async function judged(name: string, asked: AskedCall, context: TakeContext, note?: string): Promise<Seen> {
  let answer: JudgedCall;
  try {
    answer = await context.judge(asked);
  } catch (cause) {
    // A judge that fails has recorded nothing anyone can rely on.
    return {
      kind: 'unrecorded',
      message: `the call could not be judged: ${cause instanceof Error ? cause.message : 'unknown'}`,
    };
  }
  if (answer.kind === 'unavailable') return { kind: 'unrecorded', message: answer.message };
  context.onCall(clean(name, 64));
  if (answer.kind !== 'accepted') {
    const text = answerText(name, answer);
    return { kind: 'reply', text: note === undefined ? text : `${text}\n${note}` };
  }
  // What no tool stands behind is no proposal, even if a judge let it pass; nor is a change of some other service.
  if (asked.wanted === undefined || note !== undefined)
    return { kind: 'reply', text: `${clean(name, 60)} cannot be proposed. ${ONE_CALL}` };
  const { namespace, name: service } = context.own;
  if (asked.target.namespace !== namespace || asked.target.name !== service) {
    return {
      kind: 'malformed',
      text: `Not taken: service must be "${namespace}/${service}", the only one you were asked about. Propose for it or for nothing.`,
    };
  }
  return { kind: 'proposal', tool: asked.tool, args: asked.args, reason: String(asked.args['reason'] ?? '') };
}

function knownCall(tool: Tool, args: ToolArguments, own: Target): AskedCall {
  const wanted = tool.wanted(args);
  return {
    tool: tool.name,
    effect: tool.effect,
    args,
    target: tool.target(args) ?? own,
    ...(wanted === undefined ? {} : { wanted }),
  };
}

/** A change that this role cannot propose is judged as what it is: the rules say the same to it as to whoever may ask for it. */
function notOffered(call: Call): AskedCall | undefined {
  const parsed = parseCall(call.name, call.arguments, CHANGES);
  const target = parsed.ok ? parsed.tool.target(parsed.args) : undefined;
  return parsed.ok && target !== undefined ? knownCall(parsed.tool, parsed.args, target) : undefined;
}

const CHANGES = TOOLS.filter(({ effect }) => effect === 'change');

const unknownCall = (call: Call, own: Target): AskedCall => ({
  tool: clean(call.name, 64) || '(no name)',
  effect: 'unknown',
  args: { sent: wellFormed(call.arguments, 2_000) },
  target: own,
});
