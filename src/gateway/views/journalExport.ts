import { err, ok, type Result } from '../../kernel/result.ts';
import type { GatewayDeps, Refused } from '../deps.ts';
import type { Identity } from '../people/identity.ts';
import { sentence } from './told.ts';

/** One journal as it lies on disk, byte for byte, so that whoever has it can verify it without us. Who took it is on record. */
export async function journalExport(deps: GatewayDeps, who: Identity, file: string): Promise<Result<string, Refused>> {
  const read = await deps.journals?.read();
  if (read === undefined) return err({ code: 'unavailable', message: 'no journal lies where this gateway runs' });
  if (!read.ok) {
    return err({ code: 'unavailable', message: `the journals cannot be read now: ${sentence(read.error)}` });
  }
  const found = read.value.find((one) => one.file === file);
  if (found === undefined) return err({ code: 'notFound', message: 'there is no such journal: the page lists them' });
  const data = { who: who.name, what: 'took a copy of the journal', whom: found.file };
  const logged = await deps.journal.append({ kind: 'access', subject: '', data });
  if (!logged.ok) return err({ code: 'unavailable', message: `it cannot be recorded: ${logged.error.message}` });
  return ok(found.lines.join('\n'));
}
