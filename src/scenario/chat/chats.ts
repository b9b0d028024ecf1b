import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { Chat, type ChatParts } from '../../agents/chat/chat.ts';
import type { ChatEvent } from '../../agents/chat/chatEvents.ts';
import type { ChatPrompt } from '../../agents/chat/chatPrompt.ts';
import { callWords, lastWords, toldLines } from '../../agents/chat/chatText.ts';
import { gatewayViews } from '../../faces/http/gatewayViews.ts';
import { openDesk } from '../../faces/mcp/clientDesk.ts';
import { gatewayDesk } from '../../faces/mcp/gatewayDesk.ts';
import type { LoadedPrompts } from '../../faces/mcp/prompts.ts';
import { mcpServer } from '../../faces/mcp/server.ts';
import { ChangeFeed } from '../../gateway/changes.ts';
import type { GatewayDeps } from '../../gateway/deps.ts';
import type { Identity } from '../../gateway/people/identity.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ChatModel } from '../../ports/model.ts';
import type { Message } from '../stimulusFormat.ts';

/** A message of an operator and what they read in reply. */
export interface ReplySeen {
  readonly at: number;
  readonly operator: string;
  /** All that stands on their screen: what was called and what came of it, then the model's words. */
  readonly text: string;
  /** The model's last words alone. */
  readonly words: string;
  readonly modelRequests: number;
}

export interface ChatsParts {
  readonly model: ChatModel;
  readonly prompt: ChatPrompt;
  readonly prompts: LoadedPrompts;
  readonly clock: Clock;
  /** Told what was thrown where nothing may throw. */
  readonly broke: (why: string) => void;
  readonly tell?: (event: ChatEvent) => void;
}

const URL = 'https://fairlead.example.com';
const VERSION = '0.0.0';

/**
 * The conversations of a scenario: the chat loop of `fairlead ask`, as a client of the gateway's own MCP server. Sessions are
 * remembered by their name; each message has a connection of its own, so that a gateway that was restarted is found again.
 */
export class Chats {
  readonly replies: (ReplySeen | undefined)[] = [];
  readonly #parts: ChatsParts;
  readonly #sessions = new Map<string, Chat>();
  readonly #stop = new AbortController();
  #open = 0;

  constructor(parts: ChatsParts) {
    this.#parts = parts;
  }

  /** A message is being answered. */
  get busy(): boolean {
    return this.#open > 0;
  }

  /** Answers in the background; the reply stands in `replies` when there is one. Never rejects. */
  say(gateway: GatewayDeps, { session, operator, text }: Message): void {
    const place = this.replies.push(undefined) - 1;
    const { clock, broke } = this.#parts;
    const at = clock.now();
    this.#open += 1;
    void this.#answer(gateway, session, personOf(operator), text)
      .catch((error: unknown) => {
        broke(`the chat broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        return { text: '', words: '', modelRequests: 0 };
      })
      .then((reply) => {
        this.replies[place] = { at, operator: operator.id, ...reply };
        this.#open -= 1;
      });
  }

  end(): void {
    this.#stop.abort();
  }

  async #answer(
    gateway: GatewayDeps,
    session: string,
    who: Identity,
    text: string,
  ): Promise<Omit<ReplySeen, 'at' | 'operator'>> {
    const { model, prompts, clock } = this.#parts;
    const [near, far] = InMemoryTransport.createLinkedPair();
    const feed = new ChangeFeed('scenario');
    const desk = gatewayDesk(gateway, { views: gatewayViews(gateway), feed, url: () => URL });
    const server = mcpServer({ desk, version: VERSION, prompts, face: 'mcp-http', who });
    await server.connect(far);
    const opened = await openDesk(near, { name: 'fairlead-ask', version: VERSION }, this.#stop.signal);
    if (!opened.ok) return { text: `(no connection: ${opened.error})`, words: '', modelRequests: 0 };
    try {
      const chat = this.#sessions.get(session) ?? this.#begin(session, model, clock);
      const reply = await chat.say(text, opened.value.desk, this.#stop.signal);
      const calls = reply.calls.flatMap((call) => [`> ${callWords(call)}`, ...toldLines(call)]);
      const words = lastWords(reply);
      return { text: [...calls, words].join('\n'), words, modelRequests: reply.cost.steps };
    } finally {
      await opened.value.close();
      feed.close();
    }
  }

  /** The operator of a scenario says yes to whatever the model wants: what then still is not done, the gate did not let. */
  #begin(session: string, model: ChatModel, clock: Clock): Chat {
    const { prompt, tell } = this.#parts;
    const parts: ChatParts = { model, prompt, clock, confirm: async () => 'yes', id: session, ...(tell && { tell }) };
    const chat = new Chat(parts);
    this.#sessions.set(session, chat);
    return chat;
  }
}

/** With the scopes that `fairlead login` asks for. */
const personOf = ({ id, groups, role }: Message['operator']): Identity => ({
  name: id,
  role: role ?? 'operator',
  groups,
  by: { kind: 'token', id, scopes: ['read', 'propose', 'approve'] },
});
