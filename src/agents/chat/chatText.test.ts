import { describe, expect, it } from 'vitest';
import type { ChatReply, ToldCall } from './chatEvents.ts';
import { callWords, lastWords, toldLines } from './chatText.ts';

const call = (rest: Partial<ToldCall>): ToldCall => ({
  name: 'act',
  args: {},
  effect: true,
  outcome: 'answered',
  text: 'first\n\nsecond',
  ...rest,
});
const COST = { steps: 1, promptTokens: 0, completionTokens: 0, cachedTokens: 0, seconds: 0, read: [], model: '' };
const reply = (rest: Partial<ChatReply>): ChatReply => ({ words: '', calls: [], cost: COST, ...rest });

describe('a chat in words', () => {
  it('names a call with its arguments on one line that draws nothing', () => {
    const args = { service: 'shop/web', replicas: 6, reason: 'a \u001b[2Jsale\nnow\u202e', deep: { a: [1] } };
    expect(callWords({ name: 'act', args })).toBe(
      'act service=shop/web replicas=6 reason="a \\u001b[2Jsale\\nnow" deep={"a":[1]}',
    );
    expect(callWords({ name: 'x'.repeat(2_000), args: {} }).length).toBeLessThanOrEqual(600);
  });

  it('shows all that says what is asked for, however long the reason before it is', () => {
    const args = { reason: 'x '.repeat(499), service: 'shop/web', operation: 'scale_to_zero', note: 'y\u2800z' };
    expect(callWords({ name: 'act', args })).toMatch(
      /^act service=shop\/web operation=scale_to_zero note="y\u2800z" reason="x x .*…$/u,
    );
  });

  it('tells of a look its first line, of what may have changed something all of it, within bounds', () => {
    expect(toldLines(call({ effect: false }))).toEqual(['first']);
    expect(toldLines(call({}))).toEqual(['first', 'second']);
    expect(toldLines(call({ text: 'line\n'.repeat(40) }))).toHaveLength(15);
    expect(toldLines(call({ text: '' }))).toEqual(['(nothing)']);
    expect(toldLines(call({ outcome: 'failed', text: 'down' }))).toEqual(['no answer: down']);
  });

  it.each([
    [reply({ words: 'well\u202e\nso' }), 'well\nso'],
    [
      reply({ gaveUp: { why: 'steps', message: 'ten steps' } }),
      'No words from the model: ten steps. Nothing was asked for.',
    ],
    [
      reply({ gaveUp: { why: 'time', message: 'late' }, calls: [call({})] }),
      'No words from the model: late. What was asked for stands above.',
    ],
  ])('says the last words, or why there are none', (said, words) => {
    expect(lastWords(said)).toBe(words);
  });
});
