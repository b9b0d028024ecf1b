import { describe, expect, it } from 'vitest';
import { wordsSoFar } from './wordsSoFar.ts';

const call = (name: string, args: string) => ({ content: '', calls: [{ id: '', name, arguments: args }] });
const text = (content: string) => ({ content, calls: [] });
const REPLY = JSON.stringify({ text: 'web is "well" 🚀\nso far' });

describe('the words in an answer that is being written', () => {
  it.each([
    ['prose', text('web is w'), 'web is w'],
    ['a reply', call('reply', '{"text": "web is w'), 'web is w'],
    ['a reply with an escape that is not whole', call('reply', '{"text":"caf\\u00e'), 'caf'],
    ['a reply with half a letter', call('reply', '{"text":"go \\ud83d'), 'go '],
    ['a reply before its text', call('reply', '{"te'), ''],
    ['a reply of another form', call('reply', '{"words":"web'), ''],
    ['a call of a tool', call('fairlead_propose', '{"text":"web'), ''],
    [
      'a reply beside another call',
      { content: '', calls: [...call('reply', REPLY).calls, ...call('x', '{}').calls] },
      '',
    ],
    ['words before a call', { ...call('look', '{'), content: 'I look first.' }, 'I look first.'],
    ['a reply in the text', text('{"tool":"reply","arguments":{"text":"web is w'), 'web is w'],
    ['a reply in a fence', text('```json\n{"name": "reply", "arguments": {"text": "web is w'), 'web is w'],
    ['another call in the text', text('{"name":"scale","arguments":{"text":"web'), ''],
    ['a call behind prose', text('I look.\n```json\n{"name":"scale"'), 'I look.\n'],
    ['a thought', text('<think>the operator wants'), ''],
    ['words behind a thought', text('<think>hm</think>\nweb is w'), 'web is w'],
    ['nothing', text(''), ''],
  ])('%s', (_, soFar, words) => {
    expect(wordsSoFar(soFar)).toBe(words);
  });

  it('only ever grow while a reply is written', () => {
    let before = '';
    for (let n = 0; n <= REPLY.length; n += 1) {
      const words = wordsSoFar(call('reply', REPLY.slice(0, n)));
      expect(words.startsWith(before)).toBe(true);
      before = words;
    }
    expect(before).toBe('web is "well" 🚀\nso far');
  });
});
