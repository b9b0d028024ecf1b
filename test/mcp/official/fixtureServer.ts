import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  type CallToolResult,
  CreateMessageResultSchema,
  ElicitResultSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

/**
 * What the official conformance suite calls by fixed names. It is no part of the product: it stands behind the product's
 * transport, sessions and guard, which is what the suite is to judge.
 */

/** One red pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
/** A WAV of no samples. */
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';

const SAID = { description: 'for the conformance suite' };

const text = (words: string): CallToolResult => ({ content: [{ type: 'text', text: words }] });
const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

export function fixtureServer(): Server {
  const mcp = new McpServer(
    { name: 'conformance-fixtures', version: '1.0.0' },
    { capabilities: { logging: {}, completions: {}, resources: { subscribe: true } } },
  );
  contents(mcp);
  whileRunning(mcp);
  asking(mcp);
  resources(mcp);
  prompts(mcp);
  return mcp.server;
}

function contents(mcp: McpServer): void {
  const resource = (uri: string, mimeType: string, words: string) =>
    ({ type: 'resource', resource: { uri, mimeType, text: words } }) as const;
  mcp.registerTool('test_simple_text', SAID, () => text('This is a simple text response for testing.'));
  mcp.registerTool('test_image_content', SAID, () => ({
    content: [{ type: 'image', data: PNG, mimeType: 'image/png' }],
  }));
  mcp.registerTool('test_audio_content', SAID, () => ({
    content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }],
  }));
  mcp.registerTool('test_embedded_resource', SAID, () => ({
    content: [resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  }));
  mcp.registerTool('test_multiple_content_types', SAID, () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: PNG, mimeType: 'image/png' },
      resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
  }));
  mcp.registerTool('test_error_handling', SAID, () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
}

function whileRunning(mcp: McpServer): void {
  mcp.registerTool('test_tool_with_logging', SAID, async ({ sendNotification }) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
      await moment();
    }
    return text('logged three times');
  });
  mcp.registerTool('test_tool_with_progress', SAID, async ({ _meta, sendNotification }) => {
    for (const progress of [0, 50, 100]) {
      const progressToken = _meta?.progressToken;
      if (progressToken !== undefined) {
        await sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
      }
      await moment();
    }
    return text('done');
  });
}

const property = (type: string, rest: object) => ({ type, ...rest });
const CHOICES = ['option1', 'option2', 'option3'];
const titled = (word: string) =>
  ['First', 'Second', 'Third'].map((title, i) => ({ const: `value${i + 1}`, title: `${title} ${word}` }));

const FORMS = {
  test_elicitation_sep1034_defaults: {
    name: property('string', { default: 'John Doe' }),
    age: property('integer', { default: 30 }),
    score: property('number', { default: 95.5 }),
    status: property('string', { enum: ['active', 'inactive', 'pending'], default: 'active' }),
    verified: property('boolean', { default: true }),
  },
  test_elicitation_sep1330_enums: {
    untitledSingle: property('string', { enum: CHOICES }),
    titledSingle: property('string', { oneOf: titled('Option') }),
    legacyEnum: property('string', {
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    }),
    untitledMulti: property('array', { items: { type: 'string', enum: CHOICES } }),
    titledMulti: property('array', { items: { anyOf: titled('Choice') } }),
  },
} as const;

function asking(mcp: McpServer): void {
  mcp.registerTool(
    'test_sampling',
    { ...SAID, inputSchema: { prompt: z.string() } },
    async ({ prompt }, { sendRequest }) => {
      const messages = [{ role: 'user', content: { type: 'text', text: prompt } }] as const;
      const params = { messages: [...messages], maxTokens: 100 };
      const { content } = await sendRequest({ method: 'sampling/createMessage', params }, CreateMessageResultSchema);
      return text(`LLM response: ${content.type === 'text' ? content.text : content.type}`);
    },
  );
  mcp.registerTool(
    'test_elicitation',
    { ...SAID, inputSchema: { message: z.string() } },
    async ({ message }, { sendRequest }) => {
      const described = (description: string) => ({ type: 'string' as const, description });
      const properties = { username: described("User's response"), email: described("User's email address") };
      const requestedSchema = { type: 'object' as const, properties, required: ['username', 'email'] };
      const params = { message, requestedSchema };
      const answer = await sendRequest({ method: 'elicitation/create', params }, ElicitResultSchema);
      return text(`User response: action: ${answer.action}, content: ${JSON.stringify(answer.content)}`);
    },
  );
  for (const [name, properties] of Object.entries(FORMS)) {
    mcp.registerTool(name, SAID, async ({ sendRequest }) => {
      const params = { message: 'Please fill in', requestedSchema: { type: 'object', properties } };
      const request = { method: 'elicitation/create', params } as Parameters<typeof sendRequest>[0];
      const answer = await sendRequest(request, ElicitResultSchema);
      return text(`Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content)}`);
    });
  }
}

function resources(mcp: McpServer): void {
  const [plain, png] = [{ mimeType: 'text/plain' }, { mimeType: 'image/png' }];
  mcp.registerResource('static text', 'test://static-text', { ...SAID, ...plain }, ({ href: uri }) => ({
    contents: [{ uri, ...plain, text: 'This is the content of the static text resource.' }],
  }));
  mcp.registerResource('static binary', 'test://static-binary', { ...SAID, ...png }, ({ href: uri }) => ({
    contents: [{ uri, ...png, blob: PNG }],
  }));
  mcp.registerResource('watched', 'test://watched-resource', { ...SAID, ...plain }, ({ href: uri }) => ({
    contents: [{ uri, ...plain, text: 'watched' }],
  }));
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  mcp.registerResource('template', template, SAID, ({ href: uri }, { id }) => ({
    contents: [
      {
        uri,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
      },
    ],
  }));
  mcp.server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  mcp.server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
}

function prompts(mcp: McpServer): void {
  type Content =
    | { type: 'text'; text: string }
    | { type: 'image'; data: string; mimeType: string }
    | { type: 'resource'; resource: { uri: string; mimeType: string; text: string } };
  const says = (...content: Content[]) => ({
    messages: content.map((one) => ({ role: 'user' as const, content: one })),
  });
  mcp.registerPrompt('test_simple_prompt', SAID, () =>
    says({ type: 'text', text: 'This is a simple prompt for testing.' }),
  );
  const word = completable(z.string(), (begun) => ['paris', 'park', 'party'].filter((one) => one.startsWith(begun)));
  mcp.registerPrompt(
    'test_prompt_with_arguments',
    { ...SAID, argsSchema: { arg1: word, arg2: z.string() } },
    ({ arg1, arg2 }) => says({ type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }),
  );
  mcp.registerPrompt(
    'test_prompt_with_embedded_resource',
    { ...SAID, argsSchema: { resourceUri: z.string() } },
    ({ resourceUri }) =>
      says(
        {
          type: 'resource',
          resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        },
        { type: 'text', text: 'Please process the embedded resource above.' },
      ),
  );
  mcp.registerPrompt('test_prompt_with_image', SAID, () =>
    says(
      { type: 'image', data: PNG, mimeType: 'image/png' },
      { type: 'text', text: 'Please analyze the image above.' },
    ),
  );
}
