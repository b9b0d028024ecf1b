import { channel } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { openShop, SHOP } from '../../src/faces/cli/clusterShop.ts';
import { runCli } from '../../src/faces/cli/program.ts';
import { serveWorld } from '../../src/world/http/worldServer.ts';
import { World } from '../../src/world/world.ts';

/**
 * Runs `fairlead up` on an embedded cluster over HTTP until it has read metrics, and says where its sockets went. The
 * metrics APIs are the API server's.
 */
export async function socketsOfAPass(): Promise<{
  readonly opened: readonly string[];
  readonly expected: readonly string[];
}> {
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-sockets-'));
  const world = new World({ clock: systemClock, seed: 1 });
  openShop(world);
  const server = await serveWorld(world);
  const kubeconfig = path.join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, server.kubeconfig(SHOP));
  const stop = new AbortController();
  const opened = new Set<string>();
  const connecting = channel('net.client.socket');
  const onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    socket.once('connect', () => opened.add(`${socket.remoteAddress}:${socket.remotePort}`));
    socket.once('error', () => opened.add('a connection that failed'));
  };
  connecting.subscribe(onSocket);
  // The pass is over the metrics when it comes to read them.
  const read = world.scrapes.read.bind(world.scrapes);
  let said = '';
  try {
    world.scrapes.read = (targets) => {
      queueMicrotask(() => stop.abort());
      return read(targets);
    };
    const io = {
      out: () => undefined,
      err: (text: string) => {
        said += text;
      },
      signal: stop.signal,
      interactive: false,
    };
    const code = await runCli(
      ['up', 'blueprints/frontend', '--kubeconfig', kubeconfig, '--data', dir, '--interval', '1s'],
      io,
    );
    if (code !== 0) throw new Error(`fairlead up ended with ${code}: ${said}`);
    return { opened: [...opened], expected: [new URL(server.url).host] };
  } finally {
    connecting.unsubscribe(onSocket);
    stop.abort();
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
