import { systemClock } from '../../../adapters/system/systemClock.ts';
import type { ChatEvent } from '../../../agents/chat/chatEvents.ts';
import { loadChatPrompt } from '../../../agents/chat/chatPrompt.ts';
import { callWords } from '../../../agents/chat/chatText.ts';
import type { Clock } from '../../../ports/clock.ts';
import { Chats } from '../../../scenario/chat/chats.ts';
import { PlainWords } from '../../../scenario/chat/plainWords.ts';
import type { VirtualRun } from '../../../virtualRun.ts';
import { loadMcpPrompts } from '../../mcp/prompts.ts';
import { mcpPromptsDir, promptsDir } from '../installation.ts';
import type { Line } from '../roles/narrate.ts';

/** What is still under way after so long waits for the shop's time, which moves only when told; journals are on a real disk. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 2;

/**
 * A played operator: simple words, which rules read in place of a model, as they do in scenarios. All behind them is real: an
 * MCP client, the gateway's server, the gate and the records.
 */
export class PlayedOperator {
  readonly #chats: Chats;
  #broke: string | undefined;

  constructor(clock: Clock, tell: (line: Line) => void) {
    this.#chats = new Chats({
      model: new PlainWords(),
      prompt: loadChatPrompt(promptsDir),
      prompts: loadMcpPrompts(mcpPromptsDir),
      clock,
      broke: (why) => {
        this.#broke = why;
      },
      tell: (event) => {
        for (const line of linesOf(event)) tell(line);
      },
    });
  }

  /** What the operator reads in reply. */
  async ask(run: VirtualRun, operator: string, text: string): Promise<string> {
    this.#chats.say(run.gateway, { session: operator, operator: { id: operator, groups: [] }, text });
    for (let next = systemClock.now() + PATIENCE_MS; this.#chats.busy; ) {
      await systemClock.sleep(LOOK_EVERY_MS);
      if (systemClock.now() < next) continue;
      next += PATIENCE_MS;
      await run.tick();
    }
    if (this.#broke !== undefined) throw new Error(this.#broke);
    return this.#chats.replies.at(-1)?.words ?? '';
  }

  close(): void {
    this.#chats.end();
  }
}

const linesOf = (event: ChatEvent): readonly Line[] =>
  event.kind === 'calls' ? [[event.effect ? 'asks' : 'looks', callWords(event)]] : [];
