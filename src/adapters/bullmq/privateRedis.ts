import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { err, ok, type Result } from '../../kernel/result.ts';

/** A Redis of this process alone. */
export interface PrivateRedis {
  /** Unix socket that only this user can open. */
  readonly socket: string;
  /** Process of the server. */
  readonly pid: number;
  /** Ends the server; its folder goes too, unless it was given. */
  close(): Promise<void>;
}

export interface PrivateRedisOptions {
  /** Where its append-only file is; a temporary folder unless told. */
  readonly dir?: string;
  readonly program?: string;
}

const READY_MS = 15_000;
const CLOSE_MS = 5_000;
/** sockaddr_un holds 108 bytes, 104 on some systems. */
const LONGEST_SOCKET = 100;

/**
 * Runs the server, says its process first, and ends it when the keeper's own input ends: with the process that holds the
 * other end, whatever killed that. Its first argument is a folder that goes then too, or nothing. A plain shell is all that
 * this needs.
 */
const KEEPER = [
  'folder=$1; shift',
  'exec 3<&0',
  '"$@" </dev/null 3<&- & server=$!',
  'echo "pid $server"',
  '{ cat <&3; kill "$server"; } >/dev/null 2>&1 & watcher=$!',
  'exec 3<&-',
  'wait "$server"',
  'kill "$watcher" 2>/dev/null',
  '[ -z "$folder" ] || rm -rf -- "$folder"',
].join('\n');

/** Starts a server on a unix socket, with nothing but an append-only file to remember by. The error says what to do. */
export async function privateRedis(options: PrivateRedisOptions = {}): Promise<Result<PrivateRedis, string>> {
  const dir = options.dir ?? (await mkdtemp(path.join(shortTemp(), 'fl-')));
  const socket = path.join(dir, 'r.sock');
  const clean = async (): Promise<void> => {
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
  };
  if (Buffer.byteLength(socket) >= LONGEST_SOCKET) {
    await clean();
    return err(`${dir} is too long for a socket; a folder with a shorter name will do`);
  }
  // A group of its own: Ctrl-C ends us first, and then it. Its error output is nobody's: an orphan would keep ours open.
  const server = [options.program ?? 'redis-server', ...settings(dir, socket)];
  const child = spawn('/bin/sh', ['-c', KEEPER, 'sh', options.dir === undefined ? dir : '', ...server], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const exited = once(child, 'exit').catch(() => undefined);
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const close = async (): Promise<void> => {
    child.ref();
    child.stdin.end();
    await Promise.race([exited, delay(CLOSE_MS, undefined, { ref: false })]);
    if (child.exitCode === null && child.pid !== undefined) killGroup(child.pid);
    await clean();
  };
  const pid = await Promise.race([
    started(child.stdout),
    exited.then(() => undefined),
    delay(READY_MS, undefined, { ref: false }),
  ]);
  if (pid === undefined) {
    await close();
    return err(
      'redis-server does not start: install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis)',
    );
  }
  // It goes on writing; nobody reads, and nothing of it keeps this process alive.
  child.stdout.resume();
  child.unref();
  for (const stream of [child.stdin, child.stdout]) (stream as Socket).unref();
  return ok({ socket, pid, close });
}

const settings = (dir: string, socket: string): string[] =>
  Object.entries({
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir,
    save: '',
    appendonly: 'yes',
    'maxmemory-policy': 'noeviction',
    loglevel: 'notice',
  }).flatMap(([name, value]) => [`--${name}`, value]);

/** The server's process, once it takes connections. Redis 7.0 says "server is now ready", later ones "Ready to". */
function started(output: Readable): Promise<number | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const read = (chunk: Buffer): void => {
      text = `${text}${chunk.toString()}`.slice(0, 100_000);
      if (!/ready to accept connections/i.test(text)) return;
      output.off('data', read);
      const pid = /^pid (\d+)$/m.exec(text)?.[1];
      resolve(pid === undefined ? undefined : Number(pid));
    };
    output.on('data', read);
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It went by itself.
  }
}

/** The folder for temporary files, unless its own name leaves no room for a socket. */
const shortTemp = (): string => (Buffer.byteLength(os.tmpdir()) < 60 ? os.tmpdir() : '/tmp');
