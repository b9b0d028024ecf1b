import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolResultSchema, McpError, type Tool } from '@modelcontextprotocol/sdk/types.js';
import type { ChatDesk, DeskAnswer, DeskTool } from '../../agents/chat/chatDesk.ts';
import { err, ok, type Result } from '../../kernel/result.ts';

export interface OpenDesk {
  readonly desk: ChatDesk;
  close(): Promise<void>;
}

/** Of one call: a wait for a decision's end takes the better part of it. */
const CALL_MS = 90_000;
const CONNECT_MS = 20_000;
/** A list that goes on longer is no list of tools. */
const MOST_PAGES = 10;

/**
 * The tools of an MCP server as a chat uses them. Errors are sentences: why there is no connection, or no answer. What a
 * server does not call read-only may change something.
 */
export async function openDesk(
  transport: Transport,
  name: { readonly name: string; readonly version: string },
  signal: AbortSignal,
): Promise<Result<OpenDesk, string>> {
  const client = new Client(name, { capabilities: {} });
  try {
    await client.connect(transport, { signal, timeout: CONNECT_MS });
    const tools: Tool[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const listed = await client.listTools(cursor === undefined ? {} : { cursor }, { signal, timeout: CONNECT_MS });
      tools.push(...listed.tools);
      cursor = listed.nextCursor;
      if (cursor === undefined) break;
    }
    return ok({
      desk: { tools: tools.map(deskTool), call: (...asked) => call(client, ...asked) },
      close: () => client.close(),
    });
  } catch (error) {
    await client.close().catch(() => undefined);
    return err(wordsOf(error));
  }
}

const deskTool = ({ name, description = '', inputSchema, annotations }: Tool): DeskTool => ({
  name,
  description,
  parameters: inputSchema,
  effect: annotations?.readOnlyHint !== true,
});

async function call(
  client: Client,
  name: string,
  args: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Result<DeskAnswer, string>> {
  try {
    const options = { signal, timeout: CALL_MS };
    const request = { method: 'tools/call' as const, params: { name, arguments: { ...args } } };
    const { content, isError, structuredContent } = await client.request(request, CallToolResultSchema, options);
    const text = content.map((part) => (part.type === 'text' ? part.text : `(${part.type})`)).join('\n');
    return ok({ text, refused: isError === true, ...(structuredContent && { data: structuredContent }) });
  } catch (error) {
    return err(wordsOf(error));
  }
}

const wordsOf = (error: unknown): string =>
  error instanceof McpError
    ? error.message.replace(/^MCP error -?\d+: /, '')
    : error instanceof Error
      ? error.message
      : 'unknown';
