// `npx tsx scripts/chatTranscript.ts [--out docs/reports/chat-transcript.md]`: a dialogue of an operator with a real model, named by
// FAIRLEAD_MODEL_URL and FAIRLEAD_MODEL (or --model-url, --model), written down as it went. Everything else is real as well:
// an embedded cluster, the executor and the gateway as processes of their own, and two people with logins at it.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { OpenAiModel } from '../src/adapters/openai/openaiModel.ts';
import { systemClock } from '../src/adapters/system/systemClock.ts';
import { CHAT_LIMITS, Chat } from '../src/agents/chat/chat.ts';
import type { ChatReply } from '../src/agents/chat/chatEvents.ts';
import { loadChatPrompt } from '../src/agents/chat/chatPrompt.ts';
import { loadConfig } from '../src/config.ts';
import { courseLines } from '../src/faces/cli/chat/chatScreen.ts';
import { gatewayFetch } from '../src/faces/cli/people/gatewayFetch.ts';
import { openDesk } from '../src/faces/mcp/clientDesk.ts';
import { gatewayTransport } from '../src/faces/mcp/gatewayTransport.ts';
import { type Line, transcriptPage } from './chatTranscript/page.ts';
import { openStand, type Stand } from './chatTranscript/stand.ts';

const root = path.join(import.meta.dirname, '..');
const SERVICE = 'shop/frontend';
const WANTED = 6;
const NEVER = new AbortController().signal;

/** What the operator says, before and after people have decided. Said again in plainer words where the model did not get it. */
const QUESTIONS = [
  {
    id: 'wrong',
    words: `What is wrong with ${SERVICE}?`,
    tool: 'fairlead_service',
    again: `Look at ${SERVICE} with fairlead_service and tell me.`,
  },
  {
    id: 'scale',
    words: `Scale ${SERVICE} to ${WANTED} replicas, the evening sale has begun.`,
    tool: 'fairlead_propose',
    again: `Use fairlead_propose: service ${SERVICE}, operation scale, replicas ${WANTED}, reason "evening sale".`,
  },
] as const;

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: path.join(root, 'docs', 'reports', 'chat-transcript.md') },
    'model-url': { type: 'string' },
    model: { type: 'string' },
  },
});
const config = loadConfig({
  ...(values['model-url'] && { modelUrl: values['model-url'] }),
  ...(values.model && { model: values.model }),
});
if (!config.ok) throw new Error(config.error);
const settings = config.value.model;
if (settings === undefined) throw new Error('FAIRLEAD_MODEL_URL names no model: a dialogue with none is no dialogue');
// A small model on a busy machine takes minutes to read what a person at a prompt would not wait for.
const PATIENCE_MS = 540_000;
const { url: baseUrl, name, key: apiKey } = settings;
const model = new OpenAiModel({ baseUrl, model: name, apiKey, clock: systemClock, timeoutMs: PATIENCE_MS });
const LIMITS = { ...CHAT_LIMITS, ms: 2 * PATIENCE_MS };

const stand = await openStand(root, SERVICE);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stand.close().then(() => process.exit(130)));
}
try {
  await dialogue(stand);
} finally {
  await stand.close();
}

async function dialogue({ url, token, busy, approve, journal, state }: Stand): Promise<void> {
  const { fetch, close } = gatewayFetch({ url });
  const opened = await openDesk(
    gatewayTransport({ url, token, fetch }),
    { name: 'fairlead-ask', version: '0.1.0' },
    NEVER,
  );
  if (!opened.ok) throw new Error(opened.error);
  const prompt = loadChatPrompt(path.join(root, 'prompts'));
  const chat = new Chat({
    model,
    limits: LIMITS,
    prompt,
    clock: systemClock,
    // An operator says yes to what they asked for themselves, and to nothing else.
    confirm: async ({ name: tool, args }) => {
      const isAsked =
        /^fairlead_(?:propose|request_approval)$/.test(tool) &&
        args['service'] === SERVICE &&
        args['operation'] === 'scale';
      const said = wanted !== undefined && isAsked && (args['replicas'] ?? wanted) === wanted ? 'yes' : 'no';
      process.stderr.write(`      (ada says ${said})\n`);
      return said;
    },
    tell: (event) => {
      for (const line of courseLines(event)) process.stderr.write(`${line}\n`);
    },
  });
  const lines: Line[] = [];
  let wanted: number | undefined;
  const say = async (words: string): Promise<ChatReply> => {
    process.stderr.write(`\nada: ${words}\n`);
    const reply = await chat.say(words, opened.value.desk, NEVER);
    process.stderr.write(`model: ${reply.words || reply.gaveUp?.message}\n`);
    lines.push({ by: 'ada', words, reply });
    return reply;
  };
  try {
    // What every exchange begins with is read once before, while the load rises.
    const start = { messages: [{ role: 'system', content: prompt.system }] as const, maxTokens: 1 };
    const tools = opened.value.desk.tools.map(({ name: tool, description, parameters }) => ({
      name: tool,
      description,
      parameters,
    }));
    await Promise.all([
      busy(),
      model.complete({ ...start, messages: [...start.messages, { role: 'user', content: 'Hello.' }], tools }, NEVER),
    ]);
    let approval: string | undefined;
    for (const { id, words, tool, again } of QUESTIONS) {
      wanted = id === 'scale' ? WANTED : undefined;
      const replies = [await say(words)];
      if (!replies[0]?.calls.some(({ name }) => name === tool)) replies.push(await say(again));
      approval =
        (replies
          .flatMap(({ calls }) => calls)
          .map(({ data }) => data?.['approval'])
          .findLast((name) => typeof name === 'string') as string | undefined) ?? approval;
    }
    if (approval === undefined)
      throw new Error('the model asked for no scale that people have to approve; nothing is written down');
    lines.push({
      by: 'omar',
      command: `fairlead approve ${approval} --once --reason "for the evening" -w`,
      printed: await approve(approval),
    });
    const decision = approval;
    wanted = undefined;
    const told = await say(`What became of it?`);
    const saw = told.calls.some(({ outcome, text }) => outcome === 'answered' && text.includes(decision));
    if (!saw) await say(`Look it up with fairlead_why: decision ${decision}.`);
    const page = transcriptPage({
      model: model.label,
      prompt: `${prompt.ref}, SHA-256 ${prompt.hash.slice(0, 12)}`,
      day: new Date(systemClock.now()).toISOString().slice(0, 10),
      service: SERVICE,
      lines,
      end: await state(),
      journal: await journal(),
    });
    writeFileSync(values.out, page);
    process.stderr.write(`\n${values.out}\n`);
  } finally {
    await opened.value.close();
    close();
  }
}
