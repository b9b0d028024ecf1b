import { mkdir, open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { err, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import { codeOf, words } from './privateFile.ts';

const TRY_AGAIN_MS = 20;
const PATIENCE_MS = 5_000;
/** A change takes milliseconds: who holds the turn for so long is dead. */
const STALE_MS = 30_000;

/**
 * Runs `work` while no other process that asks for the same turn does. The turn is a file that can be made once; one whose
 * owner died is taken away after half a minute by the file system's own clock.
 */
export async function inTurn<T>(
  file: string,
  clock: Clock,
  work: () => Promise<Result<T, string>>,
): Promise<Result<T, string>> {
  const until = clock.now() + PATIENCE_MS;
  for (;;) {
    const taken = await take(file);
    if (taken === true) break;
    if (typeof taken === 'string') return err(taken);
    if (clock.now() >= until) return err(`${file} is held by another process; if none runs, delete it`);
    await clock.sleep(TRY_AGAIN_MS);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** True: taken. False: somebody has it. Text: it cannot be had. */
async function take(file: string): Promise<boolean | string> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, 'wx', 0o600);
    await handle.close();
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') return `${file}: ${words(error)}`;
  }
  await clear(file);
  return false;
}

async function clear(file: string): Promise<void> {
  const probe = `${file}.${process.pid}`;
  try {
    const { mtimeMs } = await stat(file);
    const handle = await open(probe, 'w', 0o600);
    await handle.close();
    const now = (await stat(probe)).mtimeMs;
    if (now - mtimeMs > STALE_MS) await rm(file, { force: true });
  } catch {
    // It was given back meanwhile.
  } finally {
    await rm(probe, { force: true });
  }
}
