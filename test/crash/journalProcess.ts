import { FileJournal } from '../../src/adapters/journal/fileJournal.ts';
import { systemClock } from '../../src/adapters/system/systemClock.ts';

/** Appends to one journal until it is killed; tells each hash that was acknowledged, and from where it goes on. */
const [dir = '', from = '0'] = process.argv.slice(2);
const options = { dir, writer: 'executor-a', clock: systemClock, redact: (value: unknown) => value };
const opened = await FileJournal.open({ ...options, maxBytes: 1_500, keep: { files: 20 } });
if (!opened.ok) throw new Error(opened.error.message);
for (let n = Number(from); ; n++) {
  const written = await opened.value.append({ kind: 'phase', subject: `web-${n}`, data: { n } });
  if (!written.ok) throw new Error(written.error.message);
  process.stdout.write(`${n} ${written.value}\n`);
}
