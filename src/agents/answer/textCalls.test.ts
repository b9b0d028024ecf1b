import { describe, expect, it } from 'vitest';
import { callInText } from './textCalls.ts';

const CALL = '{"name": "scale", "arguments": {"service": "shop/web", "replicas": 3, "reason": "hot"}}';
const READ = { name: 'scale', arguments: '{"service":"shop/web","replicas":3,"reason":"hot"}' };

describe('a call written as text', () => {
  it.each([
    ['bare', CALL],
    ['in a json fence', `\`\`\`json\n${CALL}\n\`\`\``],
    ['in a fence without a language', `\`\`\`\n${CALL}\n\`\`\``],
    ['in <tools>', `<tools>\n${CALL}\n</tools>`],
    ['in <tool_call>', `<tool_call>\n${CALL}\n</tool_call>`],
    ['after a thought', `<think>\nI could hold instead.\n</think>\n\n<tool_call>${CALL}</tool_call>`],
    ['wrapped as a function', `<tools>{"type":"function","function":${CALL}}</tools>`],
    ['with its arguments encoded as text', JSON.stringify({ name: 'scale', arguments: READ.arguments })],
    ['with its arguments called parameters', CALL.replace('arguments', 'parameters')],
    ['after plain words', `CPU is at 85%, above 80%.\n\`\`\`json\n${CALL}\n\`\`\``],
  ])('is read when it stands %s', (_, text) => {
    expect(callInText(text)).toEqual(READ);
  });

  it.each([
    ['two calls', `<tool_call>${CALL}</tool_call><tool_call>${CALL}</tool_call>`],
    ['two calls in one block', `<tool_call>${CALL}\n${CALL}</tool_call>`],
    ['a list of one call', `<tool_call>[${CALL}]</tool_call>`],
    ['a call that it declines', `I would not do this:\n\`\`\`json\n${CALL}\n\`\`\``],
    ['a call as an example', `For example:\n\`\`\`json\n${CALL}\n\`\`\``],
    ['words after the call', `\`\`\`json\n${CALL}\n\`\`\`\nOn second thought, hold.`],
    ['a call inside a thought', `<think>${CALL}</think>`],
    ['a block that never ends', `<tool_call>${CALL}`],
    ['a tag closed by another', `<tool_call>${CALL}</tools>`],
    ['a call that was cut', '<tool_call>{"name": "scale", "arguments": {"service": "sh</tool_call>'],
    [
      'the definition of a tool',
      '<tools>{"type":"function","function":{"name":"scale","description":"Propose","parameters":{}}}</tools>',
    ],
    ['a name without arguments', '{"name":"scale"}'],
    ['a name that is no text', '{"name":["scale"],"arguments":{}}'],
    ['arguments given twice', '{"name":"scale","arguments":{},"arguments":{"replicas":50}}'],
    ['two objects side by side', `${CALL}\n${CALL}`],
    ['plain words', 'Scale shop/web to 3.'],
    ['nothing', ''],
  ])('is not read out of %s', (_, text) => {
    expect(callInText(text)).toBeUndefined();
  });
});
