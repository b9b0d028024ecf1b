import { type Command, Option } from 'commander';
import { type Act, modelFlags, ops, role, scoped, standing, tracing } from '../options.ts';

const DECISION_KEEP =
  'how long Decisions that are over are kept: an age, the newest of each blueprint, both, or all (default: 7d,200)';

/** What runs until Ctrl-C on a cluster. */
export function roleCommands(program: Command, act: Act): void {
  ops(standing(tracing(modelFlags(role(program.command('up [dir]'))))), 'none')
    .description('all roles in one process: apply the blueprints of a folder, watch them, and operate')
    .option('--decision-keep <what>', DECISION_KEEP)
    .option('--no-serve', 'without the gateway: nobody can approve')
    .action(act(async () => (await import('./operate.ts')).up))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead up blueprints/\n  fairlead up blueprints/ --model-url http://127.0.0.1:11434/v1',
    );

  ops(tracing(modelFlags(scoped(role(program.command('run'))))), '9464')
    .description('the controller: observes, analyses, lets agents propose; cannot change a workload')
    .action(act(async () => (await import('./operate.ts')).runController));

  ops(scoped(role(program.command('executor'))), '9464')
    .description('the executor: decides again, applies, verifies, undoes; talks to no model')
    .option('--decision-keep <what>', DECISION_KEEP)
    .option('--trust <file>', 'public keys of the gateways whose votes count (default: gateway.pub in the data folder)')
    .action(act(async () => (await import('./operate.ts')).runExecutor));

  ops(standing(scoped(role(program.command('serve')))), '9464')
    .description('the gateway: approvals by people, with web pages; signs their votes, cannot change a workload')
    .addOption(
      new Option(
        '--people <where>',
        'users, sessions and tokens: a file in the data folder, or the Secret fairlead-gateway',
      )
        .choices(['file', 'secret'])
        .default('file'),
    )
    .option(
      '--signing-key <file>',
      'key that signs votes (default: gateway.key in the data folder, made on first start)',
    )
    .action(act(async () => (await import('./operate.ts')).serve))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead serve\n  fairlead serve --host 0.0.0.0 --tls-cert tls.crt --tls-key tls.key --public-url https://fairlead.example.com',
    );
}
