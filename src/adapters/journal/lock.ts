import { readFileSync } from 'node:fs';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { err, ok, type Result } from '../../kernel/result.ts';

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Start time of that process in clock ticks since boot, where the system tells: a pid is used again (in a container it is always the same). */
  readonly started: string;
}

/** Locks that this very process holds: a second writer in one process is as wrong as one in another. */
const held = new Set<string>();

/**
 * Takes `path` for this process, or says who has it. The content appears together with the name (a hard link), so nobody
 * reads an empty lock. A lock whose process is gone is taken over; of two that try, one wins: what was moved aside is
 * compared with what was judged, and put back when it was somebody's fresh lock. Throws the system's error.
 */
export async function takeLock(path: string): Promise<Result<() => Promise<void>, string>> {
  if (held.has(path)) return err(`this process already writes it (${path})`);
  held.add(path);
  const mine = `${path}.${process.pid}`;
  let taken = false;
  try {
    await writeWhole(mine, JSON.stringify({ pid: process.pid, host: hostname(), started: startOf('self') }));
    for (let attempt = 0; attempt < 5 && !taken; attempt++) {
      taken = await linked(mine, path);
      if (taken) break;
      const owner = await readOwner(path);
      if (owner !== undefined && isAlive(owner.parsed)) return err(refusal(path, owner.parsed));
      if (owner !== undefined) await moveAside(path, owner.text);
    }
    if (!taken) return err(`the lock ${path} changed hands five times while it was asked for`);
    return ok(async () => {
      held.delete(path);
      await rm(path, { force: true });
    });
  } finally {
    if (!taken) held.delete(path);
    await rm(mine, { force: true });
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<{ text: string; parsed: Owner | undefined } | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    return { text, parsed: parseOwner(text) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, host, started } = value as Record<string, unknown>;
    return typeof pid === 'number' && typeof host === 'string' && typeof started === 'string'
      ? { pid, host, started }
      : undefined;
  } catch {
    return undefined;
  }
}

/** On another host nothing can be said of a pid: it counts as alive, and the message says what to do. */
function isAlive(owner: Owner | undefined): boolean {
  if (owner === undefined) return false;
  if (owner.host !== hostname()) return true;
  if (owner.pid === process.pid) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  return owner.started === '' || owner.started === startOf(String(owner.pid));
}

function startOf(pid: string): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may hold spaces; the 22nd is the start time.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

async function moveAside(path: string, judged: string): Promise<void> {
  const aside = `${path}.stale.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== judged) await linked(aside, path);
  await rm(aside, { force: true });
}

function refusal(path: string, owner: Owner | undefined): string {
  return owner?.host === hostname()
    ? `process ${owner.pid} writes it; stop that one, or give this one another data folder`
    : `a process on ${owner?.host ?? 'another host'} writes it; if that host no longer runs one, delete ${path}`;
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
