import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import { readPrivate, words, writePrivate } from './privateFile.ts';
import { inTurn } from './turn.ts';

export interface KeyPair {
  /** PKCS #8 PEM. */
  readonly privatePem: string;
  /** SPKI PEM. */
  readonly publicPem: string;
}

/**
 * The gateway's signing key: `gateway.key` of the folder, mode 0600, made on the first start; `gateway.pub` beside it is for
 * the executor. Two processes that start at once get the same one.
 */
export function signingKeyFile(
  dir: string,
  clock: Clock,
  keys: { make(): string; publicOf(privatePem: string): string },
): Promise<Result<KeyPair, string>> {
  const file = path.join(dir, 'gateway.key');
  return inTurn(`${file}.lock`, clock, async () => {
    const found = await readPrivate(file);
    if (!found.ok) return found;
    const privatePem = found.value ?? keys.make();
    let publicPem: string;
    try {
      publicPem = keys.publicOf(privatePem);
    } catch (error) {
      return err(
        `${file} is no signing key (${words(error)}); put back a good copy, or take it away: votes of the old one stop counting`,
      );
    }
    if (found.value === undefined) {
      const written = await writePrivate(file, privatePem);
      if (!written.ok) return written;
    }
    try {
      await writeFile(path.join(dir, 'gateway.pub'), publicPem, { mode: 0o644 });
    } catch (error) {
      return err(`${path.join(dir, 'gateway.pub')} cannot be written: ${words(error)}`);
    }
    return ok({ privatePem, publicPem });
  });
}
