import path from 'node:path';
import { z } from 'zod';
import { readPrivate, writePrivate } from '../../../adapters/people/privateFile.ts';
import { loadConfig } from '../../../config.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import type { GatewayAt } from './gatewayClient.ts';

const Kept = z.strictObject({
  url: z.string(),
  name: z.string(),
  token: z.string(),
  ca: z.string().optional(),
});

/** What `fairlead login` keeps, for this user alone. */
export type Kept = z.infer<typeof Kept>;

const NONE = 'not logged in at a gateway\n  fix: fairlead login URL, such as http://127.0.0.1:8484';

export async function keepLogin(kept: Kept): Promise<Result<string, string>> {
  const file = fileOf();
  if (!file.ok) return file;
  const written = await writePrivate(file.value, `${JSON.stringify(kept, null, 2)}\n`);
  return written.ok ? file : written;
}

export async function keptLogin(): Promise<Result<Kept, string>> {
  const kept = await loginIfAny();
  if (!kept.ok) return kept;
  return kept.value === undefined ? err(NONE) : ok(kept.value);
}

/** Undefined: there is none. A file that cannot be read is an error, never none. */
export async function loginIfAny(): Promise<Result<Kept | undefined, string>> {
  const file = fileOf();
  if (!file.ok) return file;
  const text = await readPrivate(file.value);
  if (!text.ok) return text;
  if (text.value === undefined) return ok(undefined);
  try {
    const parsed = Kept.safeParse(JSON.parse(text.value));
    if (parsed.success) return ok(parsed.data);
  } catch {
    // As below.
  }
  return err(`${file.value} is not what fairlead login writes\n  fix: fairlead login URL`);
}

export const placeOfLogin = ({ url, ca }: Kept): GatewayAt => ({ url, ...(ca !== undefined && { ca }) });

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Scheme and host alone; undefined for anything else, and for one that a password would reach in the clear. */
export function gatewayUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, origin, hostname, pathname, search, username, hash } = new URL(text);
  const isPlain = pathname === '/' && search === '' && username === '' && (hash === '' || hash.startsWith('#/'));
  return isPlain && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname))) ? origin : undefined;
}

function fileOf(): Result<string, string> {
  const config = loadConfig();
  return config.ok ? ok(path.join(config.value.configDir, 'login.json')) : config;
}
