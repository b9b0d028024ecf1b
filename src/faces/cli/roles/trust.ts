import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { signingKeyFile } from '../../../adapters/people/signingKeyFile.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { newSigningKey, publicKeyOf } from '../../../approvals/keys.ts';
import type { Trust } from '../../../approvals/tally.ts';
import { trustIn } from '../../../composeGateway.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import type { ClusterReader } from '../../../ports/cluster.ts';

/** What an executor says that knows no gateway. */
export const NO_TRUST =
  "no gateway's public key is known: no vote counts, and what needs an approval expires; --trust names the key (gateway.pub in the gateway's data folder)";

interface Known {
  /** Absent: no gateway is known, and nobody's signature counts. */
  readonly trust?: Trust;
  /** The gateway's alone. */
  readonly privatePem?: string;
}

/** A gateway makes its key on the first start; an executor by itself is told the public half, or finds it in the data folder. */
export async function trustOf(
  roles: readonly string[],
  flags: { readonly trust?: string; readonly signingKey?: string },
  dataDir: string,
  reader: ClusterReader,
): Promise<Result<Known, string>> {
  if (roles.includes('gateway')) {
    return flags.signingKey === undefined ? ownTrust(dataDir, reader) : mountedTrust(flags.signingKey, reader);
  }
  if (!roles.includes('executor')) return ok({});
  const pem = await publicKey(flags.trust ?? path.join(dataDir, 'gateway.pub'), flags.trust !== undefined);
  if (!pem.ok || pem.value === undefined) return pem.ok ? ok({}) : pem;
  const trust = await trustIn(reader, keysIn(pem.value));
  return trust.ok ? ok({ trust: trust.value }) : trust;
}

/** A file may hold several, one after the other, while one gateway's key takes the place of another's. */
const keysIn = (text: string): readonly string[] =>
  text.match(/-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g) ?? [text];

/** A key that others made and mounted; it is never written. */
async function mountedTrust(file: string, reader: ClusterReader): Promise<Result<Known, string>> {
  let privatePem: string;
  let publicPem: string;
  try {
    privatePem = await readFile(file, 'utf8');
    publicPem = publicKeyOf(privatePem);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return err(`--signing-key ${file} cannot be used: ${words}\n  fix: fairlead install --keys makes one`);
  }
  const trust = await trustIn(reader, [publicPem]);
  return trust.ok ? ok({ privatePem, trust: trust.value }) : trust;
}

async function ownTrust(dataDir: string, reader: ClusterReader): Promise<Result<Known, string>> {
  const keys = await signingKeyFile(dataDir, systemClock, { make: newSigningKey, publicOf: publicKeyOf });
  if (!keys.ok) return keys;
  const trust = await trustIn(reader, [keys.value.publicPem]);
  return trust.ok ? ok({ privatePem: keys.value.privatePem, trust: trust.value }) : trust;
}

async function publicKey(file: string, mustExist: boolean): Promise<Result<string | undefined, string>> {
  try {
    return ok(await readFile(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' && !mustExist ? ok(undefined) : err(`--trust ${file} cannot be read: ${message}`);
  }
}
