import { describe, expect, it } from 'vitest';
import { answerFrom } from './completion.ts';
import { completionFromEvents, looksLikeEvents } from './eventStream.ts';

const events = (...chunks: (object | string)[]): string =>
  chunks.map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`).join('');
const calls = (...pieces: object[]) => ({
  id: 'c1',
  model: 'm',
  choices: [{ index: 0, delta: { tool_calls: pieces } }],
});
const finish = (reason: string) => ({ id: 'c1', choices: [{ index: 0, delta: {}, finish_reason: reason }] });
const read = (body: string) => {
  const answer = answerFrom(completionFromEvents(body), 'm');
  return answer.ok ? answer.value : answer.error.code;
};

const FILTER_FIRST = { id: '', choices: [], prompt_filter_results: [{ prompt_index: 0 }] };
const FILTER_LATER = {
  id: '',
  choices: [
    { index: 0, finish_reason: null, content_filter_offsets: { check_offset: 44 }, content_filter_results: {} },
  ],
};
const START = { id: 'c1', choices: [{ index: 0, delta: { role: 'assistant', content: null } }] };
const OPEN = calls({ index: 0, id: 'call_1', type: 'function', function: { name: 'scale', arguments: '' } });
const REST = calls({ index: 0, function: { arguments: '{"service":"storefront","replicas":5}' } });
const ONE = [{ id: 'call_1', name: 'scale', arguments: '{"service":"storefront","replicas":5}' }];

describe('a stream that nobody asked for', () => {
  it.each([
    [
      'with filter results before and between',
      events(FILTER_FIRST, START, OPEN, REST, FILTER_LATER, finish('tool_calls'), '[DONE]'),
    ],
    ['without them', events(START, OPEN, REST, finish('tool_calls'), '[DONE]')],
    ['with CRLF and comments', `: ping\r\n${events(START, OPEN, REST, finish('tool_calls')).replaceAll('\n', '\r\n')}`],
    [
      'that repeats id and name',
      events(
        OPEN,
        calls({ index: 0, id: 'call_1', function: { name: 'scale', arguments: ONE[0]?.arguments } }),
        finish('tool_calls'),
      ),
    ],
  ])('is one call, %s', (_, body) => {
    expect(read(body)).toMatchObject({ finish: 'calls', calls: ONE });
  });

  it('keeps two calls apart that both have index 0', () => {
    const a = {
      index: 0,
      id: 'call_a',
      function: { name: 'scale', arguments: '{"service":"storefront","replicas":5}' },
    };
    const b = { index: 0, id: 'call_b', function: { name: 'scale', arguments: '{"service":"checkout",' } };
    const rest = { index: 0, function: { arguments: '"replicas":2}' } };
    expect(read(events(calls(a), calls(b), calls(rest), finish('tool_calls')))).toMatchObject({
      calls: [
        { id: 'call_a', arguments: '{"service":"storefront","replicas":5}' },
        { id: 'call_b', arguments: '{"service":"checkout","replicas":2}' },
      ],
    });
  });

  it('keeps interleaved calls apart by index', () => {
    const open = (index: number, id: string) => ({ index, id, function: { name: 'scale', arguments: `{"n":` } });
    const more = (index: number) => ({ index, function: { arguments: `${index}}` } });
    const body = events(calls(open(0, 'a'), open(1, 'b')), calls(more(1)), calls(more(0)), finish('tool_calls'));
    expect(read(body)).toMatchObject({ calls: [{ arguments: '{"n":0}' }, { arguments: '{"n":1}' }] });
  });

  it.each([
    ['no end', events(START, OPEN, REST), { finish: 'other' }],
    ['a cut end', events(START, OPEN, finish('length')), { finish: 'length' }],
    [
      'text and usage',
      events({ choices: [{ delta: { content: 'he' } }] }, { choices: [{ delta: { content: 'y' } }] }, finish('stop'), {
        choices: [],
        usage: { prompt_tokens: 7, completion_tokens: 2 },
      }),
      { content: 'hey', promptTokens: 7, completionTokens: 2 },
    ],
    ['a piece of a call that never began', events(REST, finish('tool_calls')), 'malformed'],
    [
      'a call whose name changes',
      events(OPEN, calls({ index: 0, function: { name: 'delete_deployment', arguments: '{}' } }), finish('tool_calls')),
      'malformed',
    ],
    ['a line that is no JSON', events(START, '{"choices":[', finish('stop')), 'malformed'],
  ])('with %s is read for what it is', (_, body, wanted) => {
    const answer = read(body);
    if (typeof wanted === 'string') expect(answer).toBe(wanted);
    else expect(answer).toMatchObject(wanted);
  });

  it('is told from other text', () => {
    expect(looksLikeEvents('data: {}')).toBe(true);
    expect(looksLikeEvents('<html>data: {}')).toBe(false);
    expect(looksLikeEvents({ data: 1 })).toBe(false);
  });
});
