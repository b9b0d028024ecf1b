import { type Command, Option } from 'commander';
import { type Act, changeFlags, cluster, output } from '../options.ts';
import { USUAL_URL } from './linkCommand.ts';

/** Of those that ask a gateway: who and where is what `fairlead login` kept. */
const client = (command: Command): Command =>
  command.option('--gateway <url>', 'another gateway than the one logged in at last').addOption(output());

/** Of those that work on the data folder as well, for the first admin and for a gateway that is down. */
const stored = (command: Command): Command =>
  cluster(
    client(command)
      .option('--data <dir>', 'work on the users.json of this folder, without a gateway')
      .option('--secret', 'work on the Secret fairlead-gateway, without a gateway: in its pod, or as who may write it'),
  );

/** People: who may log in, with what, and what they answer. */
export function peopleCommands(program: Command, act: Act): void {
  program
    .command('login <url>')
    .description('log in at a gateway; a token for this command line is kept in ~/.config/fairlead')
    .option('--name <name>', 'who (asked for when not given)')
    .option('--password-file <file>', 'read the password from there; - is standard input')
    .option('--days <n>', 'how long the token lasts', '30')
    .option('--ca <file>', 'certificate authority of the gateway, PEM')
    .action(act(async () => (await import('./login.ts')).login))
    .addHelpText('after', '\nExamples:\n  fairlead login http://127.0.0.1:8484');

  changeFlags(client(program.command('request <operation> <service>')))
    .description(
      'ask for a change in your own name, by the token of your login; the gate decides, and people where it says so, never you yourself',
    )
    .requiredOption('--reason <text>', 'why, for those who decide and for the record')
    .option('-w, --wait', 'wait until it ended, and tell each phase; 1 if it was not carried out and verified')
    .action(act(async () => (await import('./request.ts')).request))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead request scale shop/web --replicas 6 --reason "the sale begins at nine"\n  fairlead request rollback shop/web --reason "500s since the release" -w',
    );

  client(program.command('approvals'))
    .description('requests that wait for an answer')
    .option('--decided', 'those that were answered')
    .action(act(async () => (await import('./approve.ts')).approvals))
    .addHelpText('after', '\nExamples:\n  fairlead approvals\n  fairlead approvals --decided -o json');

  client(program.command('approve <request>'))
    .description('approve a request, as it stands now')
    .option('--once', 'this once; the limit in the blueprint stays')
    .option('--raise', 'raise the limit in the blueprint')
    .option('--reason <text>', 'why it is right; asked for where the risk is high')
    .option('--confirm <name>', 'the name of the service, where the risk is gravest')
    .option('-w, --wait', 'wait until it is carried out and verified; 1 if it was not')
    .action(act(async () => (await import('./approve.ts')).approve))
    .addHelpText(
      'after',
      '\nWithout --once and --raise the blueprint says which, by spec.approval.on_approval: unless it says otherwise, the limit is raised.\n\nExamples:\n  fairlead approve shop/web-k3v9x0a1b2 --once --reason "for the sale" -w',
    );

  client(program.command('reject <request>'))
    .description('reject a request, or take back your own; the reason goes back to who asked')
    .requiredOption('--reason <text>', 'why')
    .action(act(async () => (await import('./approve.ts')).reject))
    .addHelpText('after', '\nExamples:\n  fairlead reject shop/web-k3v9x0a1b2 --reason "the sale is over"');

  const session = (command: Command): Command =>
    command
      .option(
        '--as <name>',
        'who at the gateway, whose password opens a session for it: no token may do this (default: who logged in last)',
      )
      .option('--password-file <file>', 'read the password from there; - is standard input');

  const users = program.command('users').description('who may log in at the gateway');
  session(stored(users.command('add <name>')))
    .description('add a person, or change their role and groups; prints a one-time link for their password')
    .addOption(
      new Option('--role <role>', 'what they may do (default: operator; of somebody who is there, as it is)').choices([
        'viewer',
        'operator',
        'admin',
      ]),
    )
    .option(
      '--group <groups...>',
      'all their groups, as blueprints name approvers (default: none; of somebody who is there, as they are)',
    )
    .option('--no-group', 'take all their groups away (default: off)')
    .option('--url <url>', 'with --data or --secret: how the gateway is reached', USUAL_URL)
    .action(act(async () => (await import('./users.ts')).usersAdd))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead users add ada --group devops-team\n  kubectl exec -n agent-system statefulset/fairlead-gateway -- fairlead users add admin --role admin --secret',
    );
  session(stored(users.command('list')))
    .description('everybody, with role and groups')
    .action(act(async () => (await import('./users.ts')).usersList));
  session(stored(users.command('disable <name>')))
    .description('end their sessions and tokens now; nothing of what they did is lost')
    .action(act(async () => (await import('./users.ts')).usersDisable));
  session(stored(users.command('enable <name>')))
    .description(
      'let a disabled person log in again; their password is the old one, their sessions and tokens stay ended',
    )
    .action(act(async () => (await import('./users.ts')).usersEnable));

  const tokens = program.command('tokens').description('tokens for scripts, with a part of your own rights');
  session(client(tokens.command('create <name>')))
    .description('a new token, printed this once')
    .addOption(
      new Option('--scope <scopes...>', 'what it may do').choices(['read', 'propose', 'approve']).default(['read']),
    )
    .option('--days <n>', 'how long it lasts', '30')
    .action(act(async () => (await import('./tokens.ts')).tokensCreate))
    .addHelpText('after', '\nExamples:\n  fairlead tokens create ci --scope read propose');
  session(client(tokens.command('list')))
    .description('your tokens, without their secrets; an admin sees all')
    .action(act(async () => (await import('./tokens.ts')).tokensList));
  session(client(tokens.command('revoke <id>')))
    .description('a token stops counting at once')
    .action(act(async () => (await import('./tokens.ts')).tokensRevoke));
}
