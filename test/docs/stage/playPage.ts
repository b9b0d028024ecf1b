import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isRun } from '../blocks/blockFaults.ts';
import { type Command, commandsOf } from '../blocks/commands.ts';
import { type Fence, fences } from '../blocks/fences.ts';
import { unsaid } from '../blocks/said.ts';
import type { Page } from '../pages.ts';
import type { Stage } from './stage.ts';

/** A minute on a quiet machine; a busy one has its time. */
const PAGE_MS = 300_000;
const MOST_SHOWN = 4_000;
/** Stands in the output before what each command printed. */
const MARK = '\u001e';

interface Step {
  readonly commands: readonly Command[];
  /** Other than ada. */
  readonly as?: string;
  /** What the last command is said to print, and the line where that is said. */
  readonly shown?: { readonly text: string; readonly line: number };
}

/**
 * Runs all commands of a page, in order, in one shell on its stage. What went wrong first, with page, line, command and
 * output; undefined: everything ran and printed what the page shows.
 */
export async function playPage({ file, text }: Page, stage: Stage, withinMs = PAGE_MS): Promise<string | undefined> {
  const steps = stepsOf(text);
  const commands = steps.flatMap((step) => step.commands);
  const { code, printed, late } = await inShell(script(steps, stage), stage, withinMs);
  const parts = printed.split(MARK).slice(1);
  const outputs = parts.map((part) => stage.shown(part.slice(part.indexOf('\n') + 1)));
  const told = (line: number, words: string, command: Command | undefined, output = ''): string =>
    `${file}:${line}: ${words}\n$ ${command?.text ?? ''}\n${output.slice(-MOST_SHOWN)}`;
  let past = 0;
  for (const { commands: those, shown } of steps) {
    past += those.length;
    const last = past - 1;
    // What the page shows of a command that failed says less than that it failed.
    if (shown === undefined || last >= outputs.length || (code !== 0 && last === outputs.length - 1)) continue;
    const missing = unsaid(shown.text, outputs[last] ?? '');
    if (missing !== undefined)
      return told(shown.line, `the command does not print: ${missing}`, commands[last], outputs[last]);
  }
  if (code === 0) return undefined;
  const failed = commands[outputs.length - 1];
  const words = late ? `does not end: the page has ${withinMs / 1000} s` : wrongCode(code, failed);
  return told(failed?.line ?? 0, words, failed, outputs.at(-1) ?? printed);
}

const wrongCode = (code: number, command: Command | undefined): string =>
  `exits ${code === OTHER_CODE ? 'with another code' : code}, and not ${command?.exits ?? 0}`;

/** The blocks that are run, and commands that stand in the page for the test alone: `<!-- run: … -->`. */
function stepsOf(page: string): readonly Step[] {
  const blocks = fences(page);
  const steps = blocks.flatMap((block, n): (Step & { readonly line: number })[] => {
    if (!isRun(block)) return [];
    const next: Fence | undefined = blocks[n + 1];
    const shown = next?.language === 'text' && next.followsAt === n ? { text: next.text, line: next.line } : undefined;
    const { as } = block.info;
    const commands = commandsOf(block.text, block.line + 1);
    if (typeof commands === 'string') throw new Error(commands);
    return [{ line: block.line, commands, ...(shown && { shown }), ...(as !== undefined && { as }) }];
  });
  const unseen = page.split('\n').flatMap((text, n) => {
    const command = /^<!-- run: (.+) -->$/.exec(text)?.[1];
    return command === undefined ? [] : [{ line: n + 1, commands: [{ line: n + 1, text: command, exits: 0 }] }];
  });
  return [...steps, ...unseen].toSorted((a, b) => a.line - b.line);
}

/** What the shell exits with when a command had another code than the page says. */
const OTHER_CODE = 199;

function script(steps: readonly Step[], stage: Stage): string {
  const lines = [
    'set -eo pipefail',
    'newest() { kubectl get decisions -n shop --sort-by=.metadata.creationTimestamp -o name | sed -n "s|^.*/\\($1-.*\\)|\\1|p" | tail -n 1 | grep . ; }',
  ];
  for (const { commands, as } of steps) {
    if (as !== undefined) lines.push(`export HOME=${JSON.stringify(stage.home(as))}`);
    for (const { text, exits } of commands) {
      lines.push(`printf '${MARK}\\n'`);
      const here = stage.written.reduce((words, [what, by]) => words.replace(what, by), text);
      if (exits === 0) lines.push(here);
      else lines.push('set +e', here, '__code=$?', 'set -e', `[ "$__code" = ${exits} ] || exit ${OTHER_CODE}`);
    }
    if (as !== undefined) lines.push(`export HOME=${JSON.stringify(stage.env['HOME'])}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Both outputs go to one file, in the order in which they were written, as on a screen. */
async function inShell(text: string, stage: Stage, withinMs: number) {
  const script = path.join(stage.folder, '..', 'page.sh');
  const output = path.join(stage.folder, '..', 'printed');
  writeFileSync(script, text);
  const to = openSync(output, 'a');
  const child = spawn('bash', [script], {
    cwd: stage.folder,
    env: { ...stage.env },
    stdio: ['ignore', to, to],
    detached: true,
  });
  closeSync(to);
  let late = false;
  const end = (): void => {
    // The whole group: what the page left running in the background too.
    if (child.pid !== undefined) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // All of it is gone.
      }
    }
  };
  const timer = setTimeout(() => {
    late = true;
    end();
  }, withinMs);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? OTHER_CODE));
  });
  clearTimeout(timer);
  end();
  return { code, late, printed: readFileSync(output, 'utf8') };
}
