import type { Command } from 'commander';
import { type Act, asking, cluster, modelFlags, tracing } from '../options.ts';

/** Of those that speak through the MCP server: the gateway's with a login, else one that only reads. */
const door = (command: Command): Command =>
  command.option('--gateway <url>', 'another gateway than the one logged in at last');

/** Chats: for programs that speak MCP, and for a person at a prompt. */
export function chatCommands(program: Command, act: Act): void {
  door(cluster(program.command('mcp')))
    .description('MCP server on standard input and output: with a login the gateway answers, without one it only reads')
    .action(act(async () => (await import('./mcp.ts')).mcp))
    .addHelpText(
      'after',
      '\nA client starts it; stdout carries the protocol alone.\n\nExamples:\n  claude mcp add fairlead -- fairlead mcp\n  npx @modelcontextprotocol/inspector fairlead mcp',
    );

  tracing(modelFlags(door(asking(program.command('ask [words...]')))))
    .description('ask in plain words, or chat without words: a model answers with the tools of the MCP server')
    .option('--yes', 'ask for what the model wants without a question first; the rules decide as always')
    .action(act(async () => (await import('./ask.ts')).ask))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead ask "what is wrong with shop/web?"\n  fairlead ask "scale shop/web to 6, the sale begins at noon"\n  fairlead ask -o json --yes "restart the pods of shop/web"',
    );
}
