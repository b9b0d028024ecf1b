import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ListToolsResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { serveProduct } from '../test/mcp/product.ts';

/** What somebody waits for who connected: the list of tools, and one call. */
interface Way {
  readonly list: () => Promise<unknown>;
  readonly call: () => Promise<unknown>;
}

export interface McpWays {
  readonly http: { readonly ours: Way; readonly hello: Way };
  readonly stdio: { readonly ours: Way; readonly hello: Way };
  close(): Promise<void>;
}

/** The product's MCP server and the SDK's own hello world, each over HTTP and as a program that the client starts. */
export async function openMcpWays(): Promise<McpWays> {
  const product = await serveProduct();
  const home = mkdtempSync(path.join(os.tmpdir(), 'fairlead-bench-'));
  process.env['XDG_CONFIG_HOME'] = home;
  const { keepLogin } = await import('../src/faces/cli/people/gatewayLogin.ts');
  await keepLogin({ url: product.url, name: 'olga', token: product.token });
  const main = path.join(import.meta.dirname, '..', 'dist', 'main.js');
  const hello = await helloOverHttp();
  const clients: Client[] = [];
  const way = async (transport: Transport, name: string, args: Record<string, unknown>): Promise<Way> => {
    const client = new Client({ name: 'bench', version: '1.0.0' });
    await client.connect(transport);
    clients.push(client);
    // Not by `listTools`, which also compiles every output schema: that is the client's own time.
    const list = () => client.request({ method: 'tools/list' }, ListToolsResultSchema);
    return { list, call: () => client.callTool({ name, arguments: args }) };
  };
  const started = (args: string[]): Transport =>
    new StdioClientTransport({
      command: process.execPath,
      args,
      env: { ...process.env, XDG_CONFIG_HOME: home },
      stderr: 'ignore',
    });
  const headers = { authorization: `Bearer ${product.token}` };
  const overHttp = new StreamableHTTPClientTransport(new URL(product.mcp), { requestInit: { headers } });
  const asked = ['fairlead_service', { service: 'shop/web' }] as const;
  const helloFile = path.join(import.meta.dirname, 'helloServer.mjs');
  return {
    http: {
      ours: await way(overHttp, ...asked),
      hello: await way(new StreamableHTTPClientTransport(new URL(hello.url)), 'hello', {}),
    },
    stdio: {
      ours: await way(started([main, 'mcp']), ...asked),
      hello: await way(started([helloFile]), 'hello', {}),
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      hello.close();
      await product.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** As the SDK's examples serve it: a session, no guard, nothing on record. */
async function helloOverHttp(): Promise<{ readonly url: string; close(): void }> {
  const server = new McpServer({ name: 'hello', version: '1.0.0' });
  server.registerTool('hello', { description: 'Says hello.' }, () => ({ content: [{ type: 'text', text: 'hello' }] }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'bench' });
  await server.connect(transport as Transport);
  const http = createServer((request, response) => void transport.handleRequest(request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/mcp`, close: () => closeAll(http) };
}

function closeAll(http: Server): void {
  http.closeAllConnections();
  http.close();
}
