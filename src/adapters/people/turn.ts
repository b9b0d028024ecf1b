import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { err, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import { codeOf, words } from './privateFile.ts';

const TRY_AGAIN_MS = 20;
const PATIENCE_MS = 5_000;
/** A change takes milliseconds: who holds the turn for so long is dead. */
const STALE_MS = 30_000;

/** Said where the turn went to somebody else in mid-work: nothing was written. */
export const LOST_TURN = 'another process took its turn while this one stood still: nothing was changed, try again';

/**
 * Runs `work` while no other process that asks for the same turn does. The turn is a file that can be made once, with a
 * number in it that is nobody else's; one whose owner died is taken away after half a minute by the file system's own clock.
 * An owner that only stood still for so long has lost it: `isMine` says so, and is to be asked right before the effect.
 */
export async function inTurn<T>(
  file: string,
  clock: Clock,
  work: (isMine: () => Promise<boolean>) => Promise<Result<T, string>>,
): Promise<Result<T, string>> {
  const until = clock.now() + PATIENCE_MS;
  const own = randomUUID();
  for (;;) {
    const taken = await take(file, own);
    if (taken === true) break;
    if (typeof taken === 'string') return err(taken);
    if (clock.now() >= until) return err(`${file} is held by another process; if none runs, delete it`);
    await clock.sleep(TRY_AGAIN_MS);
  }
  const isMine = async (): Promise<boolean> => (await ownerOf(file)) === own;
  try {
    return await work(isMine);
  } finally {
    if (await isMine()) await rm(file, { force: true });
  }
}

/** True: taken. False: somebody has it. Text: it cannot be had. */
async function take(file: string, own: string): Promise<boolean | string> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(own);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') return `${file}: ${words(error)}`;
  }
  await clear(file);
  return false;
}

/** Takes away a turn that nobody can be in any more, and only that one: another may have begun since it was looked at. */
async function clear(file: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    const old = await stat(file);
    const owner = await ownerOf(file);
    await writeFile(aside, '', { mode: 0o600 });
    const now = (await stat(aside)).mtimeMs;
    if (now - old.mtimeMs <= STALE_MS) return;
    await rename(file, aside);
    // What was moved is looked at, since nothing else can touch it now. Where it is another's, it is put back.
    if ((await stat(aside)).ino !== old.ino || (await ownerOf(aside)) !== owner) await link(aside, file);
  } catch {
    // It was given back meanwhile, or somebody has the turn already.
  } finally {
    await rm(aside, { force: true });
  }
}

async function ownerOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
