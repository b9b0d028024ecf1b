import type { Io } from '../../src/faces/cli/io.ts';
import { runCli } from '../../src/faces/cli/program.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command in this process, as a script would: not a terminal. */
export async function cli(...argv: string[]): Promise<Ran> {
  const { code, out, err } = await ran(argv, false);
  return { code, out: out.join(''), err };
}

/** The same at a terminal; `out` is what was written there, one by one. */
export const onTerminal = (...argv: string[]): Promise<Omit<Ran, 'out'> & { readonly out: readonly string[] }> =>
  ran(argv, true);

async function ran(argv: string[], interactive: boolean) {
  const out: string[] = [];
  let err = '';
  const io: Io = {
    out: (text) => void out.push(text),
    err: (text) => {
      err += text;
    },
    signal: new AbortController().signal,
    interactive,
  };
  const code = await runCli(argv, io);
  return { code, out, err };
}

/** What no user should ever be shown. */
export const STACK_TRACE = /\n\s+at .+:\d+:\d+|Error:|\[object |undefined/;
