import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { gatewayViews } from '../../src/faces/http/gatewayViews.ts';
import { gatewayDesk } from '../../src/faces/mcp/gatewayDesk.ts';
import { loadMcpPrompts } from '../../src/faces/mcp/prompts.ts';
import { mcpServer } from '../../src/faces/mcp/server.ts';
import { ChangeFeed } from '../../src/gateway/changes.ts';
import type { Identity } from '../../src/gateway/people/identity.ts';
import type { Scope } from '../../src/schema/api/people.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { type AskedOptions, openViewStage } from '../stages/viewStage.ts';

export const PROMPTS = loadMcpPrompts(new URL('../../prompts/mcp/', import.meta.url).pathname);

/** Somebody in a chat, by a token with these scopes. */
export const chatting = (
  name: string,
  scopes: readonly Scope[] = ['read', 'propose'],
  rest: Partial<Identity> = {},
): Identity => ({
  name,
  role: 'operator',
  groups: [],
  by: { kind: 'token', id: name, scopes },
  ...rest,
});

/** A service whose scale-up beyond its limit waits for people, a gateway, and MCP servers over it without a socket. */
export async function openMcpStage(options: AskedOptions = {}) {
  const view = await openViewStage(options);
  const { deps } = view;
  const { journal } = deps;
  if (!(journal instanceof MemoryJournal)) throw new Error('the journal is no longer in memory');
  const feed = new ChangeFeed('test');
  const desk = gatewayDesk(deps, { views: gatewayViews(deps), feed, url: () => 'https://fairlead.example' });
  const closers: (() => Promise<void>)[] = [];
  const connect = async (who: Identity = chatting('olga'), over = desk) => {
    const server = mcpServer({ desk: over, version: '0.0.0', prompts: PROMPTS, face: 'mcp-http', who });
    const client = new Client({ name: 'test-client', version: '1.2.3' });
    const [here, there] = InMemoryTransport.createLinkedPair();
    await server.connect(there);
    await client.connect(here);
    closers.push(() => client.close());
    return client;
  };
  return {
    ...view,
    desk,
    journal,
    feed,
    connect,
    async close(): Promise<void> {
      await Promise.all(closers.map((close) => close()));
      view.stage.close();
    },
  };
}

export type McpStage = Awaited<ReturnType<typeof openMcpStage>>;

/** A tool's answer with its one text. */
export async function ask(client: Client, name: string, args: Record<string, unknown> = {}) {
  const result = (await client.callTool({ name, arguments: args })) as CallToolResult;
  const [first] = result.content;
  const text = first?.type === 'text' ? first.text : '';
  return { text, refused: result.isError === true, data: result.structuredContent ?? {} };
}
