import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { checkFolder } from '../../src/faces/cli/audit/journalFolder.ts';
import { openShop, SHOP } from '../../src/faces/cli/clusterShop.ts';
import { KINDS } from '../../src/schema/kube.ts';
import { serveWorld } from '../../src/world/http/worldServer.ts';
import { World } from '../../src/world/world.ts';

const BIN = path.join(import.meta.dirname, '..', '..', 'bin', 'fairlead');
const OWN = 'agent-system';
const GRACE_MS = 30_000;

/** Stands before the API server and can fall silent: what comes is taken and never answered. */
class Silencer {
  silent = false;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  constructor(to: number) {
    this.#server = net.createServer((socket) => {
      const upstream = net.connect(to, '127.0.0.1');
      for (const [one, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        this.#sockets.add(one);
        one.on('data', (chunk) => {
          if (!this.silent) other.write(chunk);
        });
        one.on('close', () => other.destroy());
        one.on('error', () => other.destroy());
      }
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as net.AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

/** `fairlead` in a process of its own. */
class Role {
  readonly data: string;
  said = '';
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly at: number }>;
  readonly #child: ChildProcess;

  constructor(dir: string, kubeconfig: string, name: string, ...args: readonly string[]) {
    this.data = path.join(dir, name);
    const all = [...args, '--kubeconfig', kubeconfig, '--data', this.data, '--interval', '1s'];
    this.#child = spawn(process.execPath, [BIN, ...all], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.said += chunk.toString();
      });
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal, at: performance.now() }));
    });
  }

  kill(signal: NodeJS.Signals): number {
    this.#child.kill(signal);
    return performance.now();
  }

  async sound(): Promise<boolean> {
    const { chains } = await checkFolder({ dir: this.data, source: '' }, () => false);
    return (
      chains.length > 0 && chains.every(({ ok }) => ok) && !readdirSync(this.data).some((f) => f.endsWith('.lock'))
    );
  }
}

async function until(what: string, role: Role, look: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!look()) {
    if (performance.now() > end) throw new Error(`never: ${what}\n${role.said}`);
    await systemClock.sleep(50);
  }
}

describe('a process that is told to end', () => {
  let dir: string;
  let world: World;
  let kubeconfig: string;
  let proxy: Silencer;
  const ends: (() => unknown)[] = [];
  const start = (name: string, ...args: readonly string[]): Role => {
    const role = new Role(dir, kubeconfig, name, ...args);
    ends.push(() => role.kill('SIGKILL'));
    return role;
  };
  const holder = (name: string): unknown =>
    (world.get(KINDS.Lease, OWN, name)?.spec as { holderIdentity?: unknown } | undefined)?.holderIdentity;

  const leases = ['fairlead-controller', 'fairlead-executor'];
  const renewed = (name: string): unknown =>
    (world.get(KINDS.Lease, OWN, name)?.spec as { renewTime?: unknown } | undefined)?.renewTime;

  beforeEach(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'fairlead-shutdown-'));
    world = new World({ clock: systemClock, seed: 1 });
    openShop(world);
    world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: OWN } });
    const server = await serveWorld(world);
    proxy = new Silencer(Number(new URL(server.url).port));
    kubeconfig = path.join(dir, 'kubeconfig');
    const url = server.url.replace(/:\d+/, `:${await proxy.listen()}`);
    writeFileSync(kubeconfig, server.kubeconfig(SHOP).replace(server.url, url));
    ends.push(() => server.close());
    ends.push(() => proxy.close());
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
    rmSync(dir, { recursive: true, force: true });
  });

  it('gives its lease up, so that the standby acts at its next look, and closes its journal', {
    timeout: 90_000,
  }, async () => {
    const first = start('first', 'executor', '--ops-port', '0');
    await until('the lease is taken', first, () => Boolean(holder('fairlead-executor')));
    const second = start('second', 'executor', '--ops-port', '0');
    await until('the second stands by', second, () => second.said.includes('standing by'));
    const told = first.kill('SIGTERM');
    const { code, at } = await first.ended;
    expect({ code, soon: at - told < 10_000 }).toEqual({ code: 0, soon: true });
    expect(await first.sound()).toBe(true);
    await until('the second takes over', second, () => second.said.includes('took over'));
    // A lease that ran out takes 15 s and the next look 5 more.
    expect(performance.now() - told).toBeLessThan(15_000);
  });

  it('ends within its grace while the API server hangs, says so, and closes its journal', {
    timeout: 90_000,
  }, async () => {
    const role = start('hung', 'up', '--no-serve');
    await until('both leases are taken', role, () => leases.every((name) => Boolean(holder(name))));
    // That it has heard so, too, only its next renewal shows.
    const taken = leases.map(renewed);
    await until('both are renewed', role, () => leases.every((name, at) => renewed(name) !== taken[at]));
    proxy.silent = true;
    await systemClock.sleep(2_000);
    const told = role.kill('SIGTERM');
    const { at } = await role.ended;
    expect(at - told).toBeLessThan(GRACE_MS - 2_000);
    // Whether a turn or only the giving up hangs is a matter of the moment.
    expect(role.said).toMatch(/(did not end|not done within 4 s)[^\n]*; the leases run out by themselves/);
    expect(await role.sound()).toBe(true);
    expect(holder('fairlead-executor')).toBeTruthy();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends at once at a second %s', { timeout: 90_000 }, async (signal) => {
    const role = start('hung', 'executor', '--ops-port', '0');
    await until('the lease is taken', role, () => Boolean(holder('fairlead-executor')));
    proxy.silent = true;
    await systemClock.sleep(6_000);
    role.kill(signal);
    await systemClock.sleep(1_500);
    const again = role.kill(signal);
    const end = await role.ended;
    expect(end).toMatchObject({ code: null, signal });
    expect(end.at - again).toBeLessThan(1_000);
  });

  it('ends a gateway under an open connection', { timeout: 90_000 }, async () => {
    const role = start('gateway', 'serve', '--port', '0', '--ops-port', '0');
    await until('it listens', role, () => /approvals at http/.test(role.said));
    const { port } = new URL(/approvals at (\S+)/.exec(role.said)?.[1] ?? '');
    const socket = net.connect(Number(port), '127.0.0.1');
    ends.push(() => socket.destroy());
    socket.on('error', () => undefined).resume();
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write('POST /api/login HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\n{');
    const told = role.kill('SIGTERM');
    const { code, at } = await role.ended;
    await closed;
    expect({ code, soon: at - told < 15_000 }).toEqual({ code: 0, soon: true });
    expect(await role.sound()).toBe(true);
  });
});
