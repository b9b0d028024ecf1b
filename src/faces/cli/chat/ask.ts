import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { createLog } from '../../../adapters/pino/log.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { Chat } from '../../../agents/chat/chat.ts';
import type { ChatReply } from '../../../agents/chat/chatEvents.ts';
import { loadChatPrompt } from '../../../agents/chat/chatPrompt.ts';
import { callWords } from '../../../agents/chat/chatText.ts';
import { type ConfigFlags, loadConfig } from '../../../config.ts';
import { err, type Result } from '../../../kernel/result.ts';
import type { ChatModel } from '../../../ports/model.ts';
import { type OpenDesk, openDesk } from '../../mcp/clientDesk.ts';
import { faultOf } from '../../mcp/fault.ts';
import { gatewayTransport } from '../../mcp/gatewayTransport.ts';
import { loadMcpPrompts } from '../../mcp/prompts.ts';
import { mcpServer } from '../../mcp/server.ts';
import { mcpPromptsDir, promptsDir } from '../installation.ts';
import { EXIT, type Format, type Io, print } from '../io.ts';
import { openModelTrace } from '../roles/modelTrace.ts';
import { VERSION } from '../version.ts';
import { chatModel } from './chatModel.ts';
import { courseLines, isTaken, lineFrom, replyText, SpokenWords } from './chatScreen.ts';
import { type Door, type DoorFlags, openDoor } from './door.ts';

export interface AskFlags extends DoorFlags, ConfigFlags {
  readonly output: Format;
  /** Says yes to everything that would be asked. */
  readonly yes?: boolean;
  readonly traceModel?: string;
}

const NO_MODEL = `a chat needs a model, and none is configured: rules do not understand words
  fix: set FAIRLEAD_MODEL_URL, or --model-url, such as http://127.0.0.1:11434/v1
  without a model the same is told by
    fairlead status [SERVICE]                   what is wrong, and what is going on
    fairlead decisions [SERVICE]; fairlead why  what was decided, and why
    fairlead what-if OPERATION SERVICE          what the rules would say
    fairlead request OPERATION SERVICE          ask for a change in your own name
    fairlead approvals                          what waits for people
`;

/**
 * A chat in the terminal: an MCP client of the gateway's own server, and the configured model. What the model wants to have
 * done is shown and asked about first. 0: answered, and all that was asked for was taken; 1: not; 2: the call was wrong.
 */
export async function ask(io: Io, words: readonly string[], flags: AskFlags): Promise<number> {
  const question = words.join(' ').trim();
  if (question === '' && (!io.interactive || flags.output !== 'table')) {
    return refused(io, 'say what you want to know, such as: fairlead ask "what is wrong with shop/web?"\n');
  }
  const config = loadConfig(flags);
  if (!config.ok) return refused(io, `${config.error}\n`);
  const trace = await openModelTrace(io, flags.traceModel, config.value);
  if (!trace.ok) return refused(io, `${trace.error}\n`);
  const log = createLog({ to: 'stderr', level: 'error', secrets: config.value.secrets });
  const model = chatModel(config.value, { clock: systemClock, log, trace: trace.value });
  try {
    return model === undefined ? refused(io, NO_MODEL) : await conversation(io, question, model, flags);
  } finally {
    await trace.value?.close();
  }
}

function refused(io: Io, words: string): number {
  io.err(`fairlead: ${words}`);
  return EXIT.usage;
}

async function conversation(io: Io, question: string, model: ChatModel, flags: AskFlags): Promise<number> {
  const opened = await openDoor(io, flags);
  if (opened?.ok === false) io.err(`fairlead: ${opened.error}\n`);
  if (opened === undefined || !opened.ok) return EXIT.failed;
  const door = opened.value;
  try {
    const desk = await connect(door, io.signal);
    if (!desk.ok) {
      io.err(`fairlead: ${desk.error}\n`);
      return EXIT.failed;
    }
    io.err(`${whereWords(door)}; ${model.label} answers\n`);
    try {
      return await talk(io, question, { model, desk: desk.value, flags });
    } finally {
      await desk.value.close();
    }
  } finally {
    door.close();
  }
}

const whereWords = (door: Door): string =>
  door.kind === 'gateway'
    ? `at ${door.door.url} as ${door.name}`
    : `reading ${door.server} with your kubeconfig: nothing can be asked for without fairlead login`;

async function connect(door: Door, signal: AbortSignal): Promise<Result<OpenDesk, string>> {
  const name = { name: 'fairlead-ask', version: VERSION };
  if (door.kind === 'gateway') {
    const transport = gatewayTransport(door.door);
    let cause: unknown;
    transport.onerror = (error) => {
      cause ??= error;
    };
    const opened = await openDesk(transport, name, signal);
    if (opened.ok) return opened;
    const { message, fix } = faultOf(cause ?? new Error(opened.error), door.door.url);
    return err(`${message}\n  fix: ${fix}`);
  }
  const [near, far] = InMemoryTransport.createLinkedPair();
  const prompts = loadMcpPrompts(mcpPromptsDir);
  const { desk, who } = door;
  await mcpServer({ desk, version: VERSION, prompts, face: 'cli', who }).connect(far);
  return openDesk(near, name, signal);
}

interface Talk {
  readonly model: ChatModel;
  readonly desk: OpenDesk;
  readonly flags: AskFlags;
}

async function talk(io: Io, question: string, { model, desk, flags }: Talk): Promise<number> {
  const spoken = new SpokenWords(io);
  const chat = new Chat({
    model,
    prompt: loadChatPrompt(promptsDir),
    clock: systemClock,
    confirm: async (call) => {
      if (flags.yes === true) return 'yes';
      if (!io.interactive) return 'nobody';
      const said = await lineFrom(io, `${callWords(call)}\nDo it in your name? [y/N] `);
      return /^y(?:es)?$/i.test(said?.trim() ?? '') ? 'yes' : 'no';
    },
    tell: (event) => {
      spoken.over();
      for (const line of courseLines(event)) io.err(`${line}\n`);
    },
    // A pipe and a program get the words once, whole, when they are the last.
    ...(io.interactive && flags.output === 'table' && { says: (piece: string) => spoken.says(piece) }),
  });
  const say = (words: string): Promise<ChatReply> => chat.say(words, desk.desk, io.signal);
  if (question !== '') {
    const reply = await say(question);
    print(io, flags.output, { question, model: model.label, ...reply }, () => spoken.rest(replyText(reply)));
    return isTaken(reply) ? EXIT.ok : EXIT.failed;
  }
  io.err('Ask, or Ctrl-D to end.\n');
  for (;;) {
    const words = await lineFrom(io, '> ');
    if (words === undefined || io.signal.aborted) return EXIT.ok;
    if (words.trim() === '') continue;
    const reply = await say(words.trim());
    print(io, 'table', reply, () => `${spoken.rest(replyText(reply))}\n`);
  }
}
