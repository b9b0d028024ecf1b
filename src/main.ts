import { processIo } from './faces/cli/io.ts';
import { runCli } from './faces/cli/program.ts';

process.exitCode = await runCli(process.argv.slice(2), processIo());
