import { runCli } from './faces/cli/program.ts';
import { processIo } from './faces/cli/io.ts';

process.exitCode = await runCli(process.argv.slice(2), processIo());
