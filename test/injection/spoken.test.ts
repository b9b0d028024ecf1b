import { describe, expect, it } from 'vitest';
import { Chat } from '../../src/agents/chat/chat.ts';
import { loadChatPrompt } from '../../src/agents/chat/chatPrompt.ts';
import { GuardedModel } from '../../src/agents/model/guardedModel.ts';
import { DEFAULT_BUDGET, ModelBudget } from '../../src/agents/model/modelBudget.ts';
import { redact } from '../../src/kernel/redact.ts';
import { ManualClock } from '../../src/testing/manualClock.ts';
import { callsOf, textOf } from '../../src/testing/modelReplies.ts';
import { ScriptedModel } from '../../src/testing/scriptedModel.ts';
import { TableDesk } from '../../src/testing/tableDesk.ts';
import { KNOWN, LOOKS_LIKE, leaksIn } from './canaries.ts';

const SECRETS = Object.values(KNOWN);
const SPOKEN: readonly (readonly [string, string, string])[] = [
  ...Object.entries(KNOWN).map(([name, secret]) => [name, secret, secret] as const),
  ...Object.entries(LOOKS_LIKE).map(([name, { text, secret }]) => [name, text, secret] as const),
];
const prompt = loadChatPrompt(new URL('../../prompts/', import.meta.url).pathname);
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const NEVER = new AbortController().signal;

/** Everything that ever stood on the screen while the words were written, letter by letter. */
async function screenOf(words: string, form: 'prose' | 'reply'): Promise<string> {
  const args = JSON.stringify({ text: words });
  const whole = form === 'prose' ? words : args;
  const model = new ScriptedModel(async (_request, _signal, watch) => {
    for (let n = 1; n <= whole.length; n += 1) {
      const content = whole.slice(0, n);
      if (form === 'prose') watch?.({ content, calls: [] });
      else watch?.({ content: '', calls: [{ id: 'c', name: 'reply', arguments: content }] });
    }
    return form === 'prose' ? textOf(words) : callsOf(['reply', args]);
  });
  const clock = new ManualClock();
  const guarded = new GuardedModel(model, {
    clock,
    log: quiet,
    budget: new ModelBudget(DEFAULT_BUDGET),
    redact: (text) => redact(text, SECRETS),
  });
  let screen = '';
  const says = (piece: string): void => {
    screen += piece;
  };
  await new Chat({ model: guarded, prompt, clock, confirm: async () => 'no', says }).say('?', new TableDesk(), NEVER);
  return screen;
}

describe('a secret in words that are shown while they are written', () => {
  it.each(SPOKEN.flatMap((one) => (['prose', 'reply'] as const).map((form) => [...one, form] as const)))(
    '%s is never seen, nor its beginning (%#)',
    async (_, text, secret, form) => {
      const screen = await screenOf(`web is well; it says ${text} and more words`, form);
      expect(screen).toMatch(/^web is well; it says/);
      expect(leaksIn(screen)).toEqual([]);
      expect(screen).not.toContain(secret.slice(0, 8));
    },
  );
});
