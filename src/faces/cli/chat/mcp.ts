import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { plainLine } from '../../../kernel/plainText.ts';
import { gatewayTransport } from '../../mcp/gatewayTransport.ts';
import { McpPipe } from '../../mcp/pipe.ts';
import { loadMcpPrompts } from '../../mcp/prompts.ts';
import { mcpServer } from '../../mcp/server.ts';
import { mcpPromptsDir } from '../installation.ts';
import { EXIT, type Io } from '../io.ts';
import { VERSION } from '../version.ts';
import { type Door, type DoorFlags, openDoor } from './door.ts';

/** What the client speaks through. Nothing but the protocol is written to `output`. */
export interface Streams {
  readonly input: Readable;
  readonly output: Writable;
}

/** Answers that are under way when the client closes its end have so long. */
const LAST_ANSWERS_MS = 700;
const LOOK_EVERY_MS = 25;

/** The MCP server for a client that starts it: until its input ends, or SIGTERM. What a person should know goes to stderr. */
export async function mcp(
  io: Io,
  flags: DoorFlags,
  streams: Streams = { input: process.stdin, output: process.stdout },
): Promise<number> {
  // Before anything that takes time: what ends meanwhile has ended.
  const ended = endOf(streams.input);
  const opened = await openDoor(io, flags);
  if (opened?.ok === false) io.err(`fairlead: ${opened.error}\n`);
  if (opened === undefined || !opened.ok) return EXIT.failed;
  const door = opened.value;
  const near = new StdioServerTransport(streams.input, streams.output);
  try {
    const line = door.kind === 'gateway' ? await pipeTo(io, door, near) : await serveReads(io, door, near);
    await Promise.race([ended, aborted(io.signal)]);
    const until = systemClock.now() + LAST_ANSWERS_MS;
    while (!io.signal.aborted && line.waiting() > 0 && systemClock.now() < until) {
      await systemClock.sleep(LOOK_EVERY_MS, io.signal);
    }
    await line.close();
    return EXIT.ok;
  } finally {
    door.close();
    streams.input.destroy();
  }
}

interface Line {
  waiting(): number;
  close(): Promise<void>;
}

async function pipeTo(
  io: Io,
  { door, name }: Extract<Door, { kind: 'gateway' }>,
  near: StdioServerTransport,
): Promise<Line> {
  const tell = (line: string): void => io.err(`fairlead mcp: ${plainLine(line, 1_000)}\n`);
  const dial = (over: (body: string) => void) => gatewayTransport(door, over);
  const pipe = new McpPipe({ near, dial, url: door.url, clock: systemClock, tell });
  tell(`asks ${door.url} as ${name}; what is asked for here is in that name`);
  await pipe.start();
  return { waiting: () => pipe.waiting, close: () => pipe.close() };
}

async function serveReads(
  io: Io,
  { desk, who, server: cluster }: Extract<Door, { kind: 'kubeconfig' }>,
  near: StdioServerTransport,
): Promise<Line> {
  const prompts = loadMcpPrompts(mcpPromptsDir);
  const server = mcpServer({ desk, version: VERSION, prompts, face: 'mcp-stdio', who });
  io.err(
    `fairlead mcp: not logged in at a gateway: reads ${cluster} with your kubeconfig, and nothing can be asked for\n  fix: fairlead login URL\n`,
  );
  let open = 0;
  await server.connect(near);
  // What the SDK set up, with the requests counted that have no answer yet.
  const { onmessage } = near;
  near.onmessage = (message) => {
    if ('method' in message && 'id' in message) open += 1;
    onmessage?.(message);
  };
  const send = near.send.bind(near);
  near.send = async (message) => {
    await send(message);
    if (!('method' in message)) open -= 1;
  };
  return { waiting: () => open, close: () => server.close() };
}

const endOf = (input: Readable): Promise<void> =>
  new Promise((resolve) => {
    for (const event of ['end', 'close', 'error'] as const) input.once(event, () => resolve());
  });

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
