import type { Io } from '../../src/faces/cli/io.ts';
import { runCli } from '../../src/faces/cli/program.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command in this process, as a script would: not a terminal. */
export async function cli(...argv: string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    signal: new AbortController().signal,
    interactive: false,
  };
  const code = await runCli(argv, io);
  return { code, out, err };
}

/** What no user should ever be shown. */
export const STACK_TRACE = /\n\s+at .+:\d+:\d+|Error:|\[object |undefined/;
