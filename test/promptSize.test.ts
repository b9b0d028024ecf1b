import { describe, expect, it } from 'vitest';
import type { ChatModel, ChatRequest } from '../src/ports/model.ts';
import { callsOf } from '../src/testing/modelReplies.ts';
import { ASKED, BESIDE, play, SITUATIONS } from './stages/hostileStage.ts';

/** Tokens as everywhere here: characters / 4. */
const tokens = (text: string): number => Math.ceil(text.length / 4);

/** Plays both situations with a model that reads everything it may and then holds, and keeps what it was sent. */
async function sent(): Promise<ChatRequest[]> {
  const requests: ChatRequest[] = [];
  for (const situation of SITUATIONS) {
    const model: ChatModel = {
      label: 'reader',
      complete: async (request) => {
        requests.push(structuredClone(request));
        const service = request.about?.service ?? '';
        return request.messages.length > 2
          ? callsOf(['hold', { reason: 'seen' }])
          : callsOf(['get_metrics', { service }], ['get_workload', { service }], ['get_events', { service }]);
      },
    };
    await play(situation, { model, run: { timeMoves: false } });
  }
  return requests;
}

describe('what a model is sent', () => {
  const asked = sent();

  it('begins with the same bytes for every service, at any time: an endpoint can keep them', async () => {
    const requests = await asked;
    expect(new Set(requests.map(({ about }) => about?.service))).toEqual(new Set([`shop/${ASKED}`, `shop/${BESIDE}`]));
    const prefixes = new Set(requests.map(({ messages, tools }) => JSON.stringify([tools, messages[0]])));
    expect(prefixes.size).toBe(1);
    // Nothing that changes stands in it: no name of a service, no time, no number of the day.
    const [prefix = ''] = prefixes;
    expect(prefix).not.toMatch(/storefront|checkout|20\d\d-\d\d-\d\d/);
  });

  it('says a service in under 1,500 tokens, behind a prefix of under 3,000', async () => {
    const requests = await asked;
    expect(requests.length).toBeGreaterThan(4);
    for (const { messages, tools } of requests) {
      expect(messages.map(({ role }) => role).slice(0, 2)).toEqual(['system', 'user']);
      expect(tokens(messages[1]?.content ?? '')).toBeLessThan(1_500);
      expect(tokens(JSON.stringify([tools, messages[0]]))).toBeLessThan(3_000);
    }
  });

  it('grows within a run at its end only, by no more than what was read', async () => {
    const requests = await asked;
    const starts = new Map<string, ChatRequest['messages']>();
    let later = 0;
    for (const { messages, about } of requests) {
      const run = about?.run ?? '';
      if (messages.length === 2) starts.set(run, messages);
      else {
        later += 1;
        expect(messages.slice(0, 2)).toEqual(starts.get(run));
        expect(tokens(JSON.stringify(messages.slice(2)))).toBeLessThan(3 * 700);
      }
    }
    expect(later).toBeGreaterThan(0);
  });
});
