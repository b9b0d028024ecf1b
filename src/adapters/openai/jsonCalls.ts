import type OpenAI from 'openai';
import { repeatedKey } from '../../kernel/repeatedKey.ts';
import type { ChatAnswer, ChatMessage, ChatTool } from '../../ports/model.ts';
import type { AnswerForm } from './answerForm.ts';

type Param = OpenAI.ChatCompletionMessageParam;
type Format = NonNullable<OpenAI.ChatCompletionCreateParams['response_format']>;

/** For an endpoint without tools: the same conversation with calls and their results as text. */
export function jsonMessages(messages: readonly ChatMessage[], tools: readonly ChatTool[]): Param[] {
  const names = new Map<string, string>();
  const out: { role: 'system' | 'user' | 'assistant'; content: string }[] = [];
  for (const message of messages) {
    switch (message.role) {
      case 'system':
        out.push({ role: 'system', content: `${message.content}\n\n${manual(tools)}` });
        break;
      case 'user':
        out.push({ role: 'user', content: message.content });
        break;
      case 'assistant': {
        for (const { id, name } of message.calls) names.set(id, name);
        const calls = message.calls.map(
          ({ name, arguments: args }) => `{"tool":${JSON.stringify(name)},"arguments":${args}}`,
        );
        out.push({ role: 'assistant', content: calls.length > 0 ? calls.join('\n') : message.content });
        break;
      }
      case 'tool': {
        const result = `Result of ${names.get(message.callId) ?? 'the call'}:\n${message.content}`;
        const last = out.at(-1);
        // Some chat templates refuse two turns of one side in a row.
        if (last?.role === 'user') last.content += `\n\n${result}`;
        else out.push({ role: 'user', content: result });
      }
    }
  }
  return out;
}

const manual = (tools: readonly ChatTool[]): string =>
  [
    'Tools are called in text. Every answer is one JSON object and nothing else, no fence and no other words:',
    '{"tool": "<name>", "arguments": {<every field of that tool>}}',
    'The tools, each with the JSON Schema of its arguments:',
    ...tools.map(({ name, description, parameters }) => `- ${name}: ${description} ${JSON.stringify(parameters)}`),
  ].join('\n');

/** Undefined: nothing is enforced. */
export function responseFormat(form: AnswerForm, tools: readonly ChatTool[]): Format | undefined {
  if (form === 'object') return { type: 'json_object' };
  if (form !== 'schema') return undefined;
  const anyOf = tools.map(({ name, parameters }) => ({
    type: 'object',
    properties: { tool: { type: 'string', enum: [name] }, arguments: { ...parameters } },
    required: ['tool', 'arguments'],
    additionalProperties: false,
  }));
  return { type: 'json_schema', json_schema: { name: 'call', strict: true, schema: { anyOf } } };
}

const THOUGHT = /^\s*<think>[\s\S]*?<\/think>/;
const FENCE = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/;

/**
 * The call that a JSON answer is, in place of its text. What is anything but one object with a tool's name and arguments,
 * written once, stays text: it is the run's matter to send it back.
 */
export function callFromJson(answer: ChatAnswer): ChatAnswer {
  const text = answer.content.replace(THOUGHT, '');
  const bare = FENCE.exec(text)?.[1] ?? text;
  const value = parsed(bare);
  if (!isObject(value) || Object.keys(value).some((key) => key !== 'tool' && key !== 'arguments')) return answer;
  const { tool, arguments: args } = value;
  if (typeof tool !== 'string' || repeatedKey(bare) !== undefined) return answer;
  if (typeof args !== 'string' && !isObject(args)) return answer;
  const call = { id: '', name: tool, arguments: typeof args === 'string' ? args : JSON.stringify(args) };
  return { ...answer, content: '', calls: [call], finish: answer.finish === 'stop' ? 'calls' : answer.finish };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
