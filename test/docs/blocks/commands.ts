import { spawnSync } from 'node:child_process';

/** One command of a block, which may reach over several lines. */
export interface Command {
  /** Of its first line, counted from 1 in the page. */
  readonly line: number;
  readonly text: string;
  /** What it must exit with. */
  readonly exits: number;
}

/** The commands of a `sh` block whose first line is line `from` of the page. A string: where the shell cannot read it. */
export function commandsOf(text: string, from: number): readonly Command[] | string {
  const found: Command[] = [];
  let open: string[] = [];
  let since = from;
  for (const [n, line] of text.trimEnd().split('\n').entries()) {
    if (open.length === 0) {
      if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
      since = from + n;
    }
    open.push(line);
    const whole = open.join('\n');
    if (!isComplete(whole)) continue;
    const exits = /#[^\n]*\bexits (\d{1,3})\b[^\n]*$/.exec(whole)?.[1];
    found.push({ line: since, text: whole, exits: Number(exits ?? '0') });
    open = [];
  }
  return open.length === 0 ? found : `line ${since}: no command for a shell: ${open.join('\n')}`;
}

/** Whether the shell would run it now, and not ask for more. */
function isComplete(text: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) return false;
  const read = spawnSync('bash', ['-n'], { input: `${text}\n`, encoding: 'utf8' });
  return read.status === 0 && !read.stderr.includes('here-document');
}
