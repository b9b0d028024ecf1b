import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectFromText } from './objectText.ts';

describe('arguments as text', () => {
  it.each([
    ['a plain object', '{"replicas":3}', { replicas: 3 }],
    ['an object over several lines', '{\n  "replicas": 3\n}', { replicas: 3 }],
    ['an object encoded once more as a string', JSON.stringify('{"replicas":3}'), { replicas: 3 }],
    ['a fenced object', '```json\n{"replicas":3}\n```', { replicas: 3 }],
    ['a fenced object inside a string', JSON.stringify('```json\n{"replicas":3}\n```'), { replicas: 3 }],
    ['nothing at all, for a tool without fields', '', {}],
    [
      'equal keys in different objects',
      '{"a":{"x":1},"b":{"x":2},"x":[{"x":3},{"x":4}]}',
      { a: { x: 1 }, b: { x: 2 }, x: [{ x: 3 }, { x: 4 }] },
    ],
    [
      'braces, colons and quotes inside strings',
      '{"reason":"{\\"a\\":1} \\"a\\": {","a":1}',
      { reason: '{"a":1} "a": {', a: 1 },
    ],
  ])('reads %s', (_, text, value) => {
    expect(objectFromText(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['two objects glued together', '{"replicas":5}{"replicas":2}', 'more than one JSON object'],
    ['two objects on two lines', '{"replicas":5}\n{"replicas":2}', 'more than one JSON object'],
    ['an object that was cut', '{"service": "', 'not valid JSON'],
    ['a key given twice', '{"replicas":3,"replicas":30}', '"replicas" is given twice'],
    ['a key given twice, once escaped', '{"replicas":3,"\\u0072eplicas":30}', '"replicas" is given twice'],
    ['a key given twice in a nested object', '{"a":{"x":1,"x":2}}', '"x" is given twice'],
    ['a key given twice in a string-encoded object', JSON.stringify('{"a":1,"a":2}'), '"a" is given twice'],
    ['an object encoded twice', JSON.stringify(JSON.stringify('{"replicas":3}')), 'text, not a JSON object'],
    ['plain words in quotes', '"scale to three"', 'piece of text'],
    ['plain words', 'scale to three', 'not valid JSON'],
    ['a list', '[{"replicas":3}]', 'a list, not a JSON object'],
    ['a number', '3', 'a number, not a JSON object'],
    ['null', 'null', 'null, not a JSON object'],
    ['two fences', '```json\n{"a":1}\n```\n```json\n{"a":2}\n```', 'not valid JSON'],
    ['words around a fence', 'here: ```json\n{"a":1}\n```', 'not valid JSON'],
    ['more text than is read', `{"a":"${'x'.repeat(20_000)}"}`, 'at most 20000'],
  ])('refuses %s', (_, text, words) => {
    const read = objectFromText(text);
    expect(read.ok ? 'accepted' : read.error).toContain(words);
  });

  it('reads every JSON object as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const text = JSON.stringify(object);
        expect(objectFromText(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });
});
