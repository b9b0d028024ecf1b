import type { Result } from '../../kernel/result.ts';
import { objectFromText } from '../../tools/objectText.ts';
import type { Reply } from '../conversation.ts';
import { clean, fencedLines } from '../untrusted.ts';
import { withoutNulls } from './askedNumbers.ts';
import type { ChatDesk, DeskTool } from './chatDesk.ts';
import type { ChatEvent, ToldCall } from './chatEvents.ts';

export interface CallContext {
  readonly desk: ChatDesk;
  /** The words of a `reply`; undefined when its arguments hold none. */
  readonly reply: (args: Readonly<Record<string, unknown>>) => string | undefined;
  readonly effectsLeft: number;
  readonly answerCharacters: number;
  readonly signal: AbortSignal;
  /** An error: the time of the message is over. */
  readonly timed: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<Result<T, unknown>>;
  readonly confirm: (call: Pick<ToldCall, 'name' | 'args'>) => Promise<'yes' | 'no' | 'nobody'>;
  readonly tell: (event: ChatEvent) => void;
}

/** What the calls of one answer came to. `fault`: the answer has to be corrected, in these words. */
export type CallsTaken =
  | { readonly kind: 'reply'; readonly text: string }
  | {
      readonly kind: 'again';
      readonly replies: readonly Reply[];
      readonly fault?: string;
      /** A change was asked for when no more are made. */
      readonly spent: boolean;
    }
  | { readonly kind: 'over' };

type Call = Reply['call'];
type Seen =
  | { readonly kind: 'tool'; readonly call: Call; readonly tool: DeskTool; readonly args: ToldCall['args'] }
  | { readonly kind: 'reply'; readonly call: Call; readonly text: string }
  | { readonly kind: 'fault'; readonly call: Call; readonly text: string };

/** Of what a server says in one call, what is kept for people. */
const TOLD = 8_000;

/**
 * Makes the calls of one answer, in their order. When one of them cannot be read, those that may change something are not
 * made: they may have meant something together. Last words beside other calls come too early: nothing is known yet of what
 * those will bring.
 */
export async function takeCalls(calls: readonly Call[], context: CallContext): Promise<CallsTaken> {
  const seen = calls.map((call) => look(call, context));
  const [only] = seen;
  if (only?.kind === 'reply' && seen.length === 1) return { kind: 'reply', text: only.text };
  const fault = seen.find(({ kind }) => kind === 'fault');
  const replies: Reply[] = [];
  let left = context.effectsLeft;
  for (const one of seen) {
    if (context.signal.aborted) return { kind: 'over' };
    const not = notMade(one, { beside: fault !== undefined, left });
    if (one.kind !== 'tool' || not !== undefined) {
      replies.push({ call: one.call, text: not ?? '' });
      continue;
    }
    if (one.tool.effect) left -= 1;
    const told = await make(one, context);
    if (told === undefined) return { kind: 'over' };
    if (told.outcome === 'declined' || told.outcome === 'unasked') left = 0;
    replies.push({ call: one.call, text: wordsFor(told, context.answerCharacters) });
  }
  const spent = replies.some(({ text }) => text === TOO_MANY);
  return { kind: 'again', replies, spent, ...(fault?.kind === 'fault' && { fault: fault.text }) };
}

/** Why a call is not made, in words for the model. */
function notMade(one: Seen, { beside, left }: { beside: boolean; left: number }): string | undefined {
  if (one.kind === 'fault') return one.text;
  if (one.kind === 'reply') return EARLY;
  if (!one.tool.effect) return undefined;
  return beside ? BESIDE : left <= 0 ? TOO_MANY : undefined;
}

const EARLY = 'Not said yet: first see what the other calls bring, then reply.';
const BESIDE = 'Not done: another call beside it could not be read. Send only the one you mean.';
const TOO_MANY = 'Not done: no more changes for one message. Reply; the operator can ask again.';

function look(call: Call, { desk, reply }: CallContext): Seen {
  const args = objectFromText(call.arguments);
  if (!args.ok) return { kind: 'fault', call, text: `${clean(call.name, 60)} was not understood: ${args.error}.` };
  const tool = desk.tools.find(({ name }) => name === call.name);
  if (tool !== undefined) return { kind: 'tool', call, tool, args: withoutNulls(args.value, tool.parameters) };
  if (call.name !== 'reply') return { kind: 'tool', call, tool: unlisted(call.name), args: args.value };
  const text = reply(args.value);
  return text === undefined
    ? { kind: 'fault', call, text: 'reply was not understood: it takes text, your words to the operator.' }
    : { kind: 'reply', call, text };
}

/** The server hears of it all the same, so that it is refused and on record like any call; nobody knows what it would do. */
const unlisted = (name: string): DeskTool => ({ name: clean(name, 64), description: '', parameters: {}, effect: true });

/** One call, once the person let it; undefined when the time ended before. */
async function make(
  { tool, args }: Extract<Seen, { kind: 'tool' }>,
  context: CallContext,
): Promise<ToldCall | undefined> {
  const { desk, confirm, timed, tell } = context;
  const call = { name: tool.name, args, effect: tool.effect };
  tell({ kind: 'calls', ...call });
  const answered = (told: ToldCall): ToldCall => {
    tell({ kind: 'answered', call: told });
    return told;
  };
  if (tool.effect) {
    const said = await confirm({ name: tool.name, args });
    if (context.signal.aborted) return undefined;
    if (said === 'no') return answered({ ...call, outcome: 'declined', text: 'not done: the person said no' });
    if (said === 'nobody') {
      return answered({ ...call, outcome: 'unasked', text: 'not done: nobody is there to say yes to it' });
    }
  }
  const answer = await timed((signal) => desk.call(tool.name, args, signal));
  if (!answer.ok) {
    // Cut off while it was under way: what became of it nobody knows.
    answered({ ...call, outcome: 'failed', text: 'no answer came in time' });
    return undefined;
  }
  if (!answer.value.ok) return answered({ ...call, outcome: 'failed', text: answer.value.error.slice(0, TOLD) });
  const { text, refused, data } = answer.value.value;
  const outcome = refused ? 'refused' : 'answered';
  return answered({ ...call, outcome, text: text.slice(0, TOLD), ...(data && { data }) });
}

function wordsFor({ name, outcome, text }: ToldCall, most: number): string {
  switch (outcome) {
    case 'declined':
      return 'Not done: the operator said no. Do not ask for it again.';
    case 'unasked':
      return 'Not done: nobody is at a terminal to confirm it. Tell the operator what you would have done, and to call with --yes.';
    case 'failed':
      return `There was no usable answer:\n${fencedLines(name, text, most)}`;
    case 'refused':
    case 'answered':
      return fencedLines(name, text, most);
  }
}
