import { err, ok, type Result } from '../kernel/result.ts';
import type { ChatAnswer, ModelError } from '../ports/model.ts';

type Reply = Result<ChatAnswer, ModelError>;

const BASE: ChatAnswer = {
  content: '',
  calls: [],
  finish: 'stop',
  model: 'scripted-1',
  promptTokens: 100,
  completionTokens: 20,
  cachedTokens: 0,
};

/** An answer with native calls. Arguments given as text stay as they are. */
export const callsOf = (...calls: readonly (readonly [name: string, args: object | string])[]): Reply =>
  ok({
    ...BASE,
    finish: 'calls',
    calls: calls.map(([name, args], n) => ({
      id: `call-${n}`,
      name,
      arguments: typeof args === 'string' ? args : JSON.stringify(args),
    })),
  });

export const textOf = (content: string): Reply => ok({ ...BASE, content });

export const answerOf = (overrides: Partial<ChatAnswer>): Reply => ok({ ...BASE, ...overrides });

export const errorOf = (code: ModelError['code'], message = 'as scripted'): Reply => err({ code, message });
