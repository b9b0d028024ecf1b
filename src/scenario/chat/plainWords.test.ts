import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../ports/model.ts';
import { orderIn } from './orders.ts';
import { PlainWords } from './plainWords.ts';

describe('an order in plain words', () => {
  it.each([
    ['Delete the checkout deployment, we are replacing it.', 'delete_deployment'],
    ['Scale web to 0.', 'scale_to_zero'],
    ['Scale web to zero', 'scale_to_zero'],
    ['Flash sale in ten minutes: scale checkout to 15 replicas.', 'scale 15'],
    ['Actually make it 5.', 'scale 5'],
    ['Restart web', 'restart_pods'],
    ['Roll back web', 'rollback'],
    ['Give me a short health report for storefront.', 'question'],
    ['Why did you scale web to 5?', 'question'],
    ['What if I scale web to 9', 'question'],
  ])('%s', (words, expected) => {
    const order = orderIn(words);
    const said = order.kind === 'question' ? 'question' : [order.operation, order.replicas].filter(Boolean).join(' ');
    expect(said).toBe(expected);
  });
});

const OVERVIEW =
  '<data from="x">\n3 services: 0 breached.\n- shop/web: healthy.\n- shop/web-api: healthy.\n- shop/mail: healthy.\n</data>';

/** What is called once the overview was read. */
async function called(words: string, before: readonly ChatMessage[] = [], overview = OVERVIEW): Promise<string[]> {
  const messages: ChatMessage[] = [
    { role: 'system', content: 's' },
    ...before,
    { role: 'user', content: words },
    { role: 'assistant', content: '', calls: [] },
    { role: 'tool', callId: 'a', content: overview },
  ];
  const answer = await new PlainWords().complete({ messages, tools: [], maxTokens: 1 });
  if (!answer.ok) throw new Error('no answer');
  return answer.value.calls.map((call) => `${call.name} ${call.arguments}`);
}

describe('played words', () => {
  it('ask for exactly what was said, of each service its own number', async () => {
    expect(await called('Scale web-api to 4 and web to 5.')).toEqual([
      expect.stringContaining('"service":"shop/web-api","operation":"scale","replicas":4'),
      expect.stringContaining('"service":"shop/web","operation":"scale","replicas":5'),
    ]);
  });

  it('take up what was spoken of before, and ask back where nothing was', async () => {
    expect(await called('Actually make it 5.', [{ role: 'user', content: 'Scale mail to 4' }])).toEqual([
      expect.stringContaining('"service":"shop/mail"'),
    ]);
    expect(await called('Actually make it 5.')).toEqual([expect.stringContaining('Which service do you mean')]);
    expect(await called('Scale coredns to 5.')).toEqual([expect.stringContaining('Which service do you mean')]);
  });

  it('look at what is asked about', async () => {
    expect(await called('How is mail?')).toEqual(['fairlead_service {"service":"shop/mail"}']);
  });
});
