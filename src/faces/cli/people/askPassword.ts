import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { err, ok, type Result } from '../../../kernel/result.ts';
import type { Io } from '../io.ts';

const MOST = 4096;

/** One line from the terminal; passwords are not shown. An error where nobody sits at one. */
export async function ask(io: Io, question: string, hidden: boolean): Promise<Result<string, string>> {
  if (!io.interactive) return err(`nobody is here to ask for it (${question.trim().replace(/:$/, '')})`);
  const shown = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!hidden) process.stderr.write(chunk);
      done();
    },
  });
  process.stderr.write(question);
  const lines = createInterface({ input: process.stdin, output: shown, terminal: true });
  try {
    return ok(await lines.question('', { signal: io.signal }));
  } catch {
    return err('stopped');
  } finally {
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
}

/** From the file named (`-`: standard input), else asked for. A file's last line end is not part of it. */
export async function readPassword(io: Io, file: string | undefined, name: string): Promise<Result<string, string>> {
  if (file === undefined) {
    const asked = await ask(io, `Password of ${name}: `, true);
    return asked.ok ? asked : err(`${asked.error}\n  fix: --password-file names a file, or - for standard input`);
  }
  try {
    const text = file === '-' ? await standardInput() : await readFile(file, 'utf8');
    return text.length > MOST ? err(`${file} is longer than any password`) : ok(text.replace(/\r?\n$/, ''));
  } catch (error) {
    return err(`--password-file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function standardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > MOST) break;
  }
  return text;
}
