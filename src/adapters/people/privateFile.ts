import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../../kernel/result.ts';

/** Far more than any of ours holds. */
const LARGEST = 16 * 1024 * 1024;

/** A file of this user alone, whole; undefined when there is none. One that others may read is refused: it is no secret any more. */
export async function readPrivate(file: string): Promise<Result<string | undefined, string>> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? ok(undefined) : err(`${file} cannot be read: ${words(error)}`);
  }
  try {
    const { mode, size, uid } = await handle.stat();
    const me = process.getuid?.();
    if (me !== undefined && uid !== me && uid !== 0) return err(`${file} belongs to another user; give it to this one`);
    if ((mode & 0o077) !== 0) {
      return err(`${file} can be read by others (mode ${(mode & 0o777).toString(8)}); chmod 600 ${file}`);
    }
    if (size > LARGEST) return err(`${file} has ${size} bytes, more than the ${LARGEST} that are read`);
    return ok(await handle.readFile('utf8'));
  } catch (error) {
    return err(`${file} cannot be read: ${words(error)}`);
  } finally {
    await handle.close();
  }
}

/**
 * Puts the whole text in place in one step, with mode 0600, durably: a crash leaves the old file or the new one. `mayStill`
 * is asked last, when all is ready; the error is what stands in the way.
 */
export async function writePrivate(
  file: string,
  text: string,
  mayStill: () => Promise<Result<void, string>> = () => Promise.resolve(ok(undefined)),
): Promise<Result<void, string>> {
  const dir = path.dirname(file);
  const next = path.join(dir, `.${path.basename(file)}.${randomUUID()}`);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const handle = await open(next, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const may = await mayStill();
    if (!may.ok) {
      await rm(next, { force: true });
      return may;
    }
    await rename(next, file);
    const folder = await open(dir, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    return ok(undefined);
  } catch (error) {
    await rm(next, { force: true });
    return err(`${file} cannot be written: ${words(error)}`);
  }
}

export const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
