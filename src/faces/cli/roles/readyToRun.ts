import { hostname } from 'node:os';
import { FileJournal } from '../../../adapters/journal/fileJournal.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import type { Config } from '../../../config.ts';
import { redactDeep } from '../../../kernel/redact.ts';
import type { Journal } from '../../../ports/journal.ts';
import { KINDS } from '../../../schema/kube.ts';
import { type Session, trouble } from '../session.ts';
import { VERSION } from '../version.ts';

/** Made by \`up\`, which runs with a person's rights; a role by itself only looks, and goes on where it may not look. */
export async function ownNamespace(session: Session, name: string, mayCreate: boolean): Promise<string | undefined> {
  if (mayCreate) {
    const made = await session.cluster.ensureNamespace(name);
    return made.ok ? undefined : trouble(session, `our namespace ${name} cannot be created`, made.error);
  }
  const found = await session.cluster.reader.get(KINDS.Namespace, undefined, name);
  return found.ok && found.value === undefined
    ? `${session.cluster.server} has no namespace ${name}, where leases stand\n  fix: kubectl create namespace ${name}, or --namespace names another`
    : undefined;
}

/** One journal a role; a sentence when one cannot be opened, closing those that were. */
export async function openJournals<Role extends string>(
  roles: readonly Role[],
  config: Config,
): Promise<Map<Role, Journal> | string> {
  const journals = new Map<Role, Journal>();
  for (const role of roles) {
    const writer = `${role}-${hostname()
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]/g, '-')
      .slice(0, 60)}`;
    const opened = await FileJournal.open({
      dir: config.dataDir,
      writer,
      clock: systemClock,
      redact: (value) => redactDeep(value, config.secrets),
      version: VERSION,
      ...config.journals,
    });
    if (!opened.ok) {
      await Promise.all([...journals.values()].map((journal) => journal.close()));
      return `the journal cannot be opened: ${opened.error.message}\n  fix: --data names another folder`;
    }
    journals.set(role, opened.value);
  }
  return journals;
}
